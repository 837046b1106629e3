// Censored and truncated counts and times: distribution functions of parameters.
functions {
  vector waits(vector x, real a) { return exp(a + 0.25 * x); }
}
data {
  int N;
  array[N] int<lower=0> n;
  array[N] int<lower=0> trials;
  vector[N] x;
  vector[N] y;
}
parameters {
  real a;
  real<lower=0> phi;
  real<lower=0, upper=1> theta;
  real<lower=0> sigma;
  real<lower=0> lambda;
}
transformed parameters {
  vector[N] mu = waits(x, a);
}
model {
  for (i in 1:N) {
    n[i] ~ neg_binomial_2(mu[i], phi) T[1, ];
    target += beta_binomial_lccdf(n[i] | trials[i], 5 * theta, 5 * (1 - theta));
    target += exp_mod_normal_lccdf(y[i] | a, sigma, lambda);
  }
  target += neg_binomial_lcdf(n | phi, lambda);
  target += neg_binomial_2_lccdf(n[1] | mu[1], phi) + neg_binomial_2_lcdf(n[2] | mu[2], phi);
  target += beta_binomial_lcdf(n | trials, 1 + phi, 2.5);
  target += exp_mod_normal_lcdf(y | a, sigma, lambda) + log(neg_binomial_2_cdf(n[3] | mu[3], phi));
  a ~ normal(0, 1);
  [phi, sigma, lambda] ~ lognormal(0, 1);
}
