data {
  int<lower=1> K;
  int<lower=1> N;
  array[N] real y;
  array[N] int<lower=0> counts;
}
parameters {
  simplex[K] theta;
  ordered[K] mu;
  vector<lower=0>[K] sigma;
  real<lower=0, upper=1> zero;
  real<lower=0> lambda;
}
model {
  vector[K] log_theta = log(theta);
  sigma ~ lognormal(0, 2);
  mu ~ normal(0, 10);
  for (n in 1:N) {
    vector[K] lps = log_theta;
    for (k in 1:K) lps[k] += normal_lpdf(y[n] | mu[k], sigma[k]);
    target += log_sum_exp(lps);
    // Counts with too many zeros.
    if (counts[n] == 0) {
      target += log_sum_exp(bernoulli_lpmf(1 | zero), bernoulli_lpmf(0 | zero) + poisson_lpmf(counts[n] | lambda));
    } else {
      target += bernoulli_lpmf(0 | zero) + poisson_lpmf(counts[n] | lambda);
    }
    target += log_mix(zero, normal_lpdf(y[n] | 0, 1), normal_lpdf(y[n] | 0, 10));
  }
}
