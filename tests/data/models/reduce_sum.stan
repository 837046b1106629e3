// A Poisson regression whose observations are summed in parts, as for threads, with a hierarchy of intercepts.
functions {
  real part_sum(array[] int part, int start, int end, vector x, array[] int group, vector alpha, real beta) {
    return poisson_log_lpmf(part | alpha[group[start:end]] + beta * x[start:end]);
  }
}
data {
  int<lower=0> N;
  int<lower=1> J;
  array[N] int<lower=0> y;
  vector[N] x;
  array[N] int<lower=1, upper=J> group;
}
parameters {
  real beta;
  real mu;
  real<lower=0> sigma;
  vector<offset=mu, multiplier=sigma>[J] alpha;
}
model {
  int grainsize = 1;
  beta ~ std_normal();
  mu ~ normal(0, 2);
  sigma ~ exponential(1);
  alpha ~ normal(mu, sigma);
  target += reduce_sum(part_sum, y, grainsize, x, group, alpha, beta);
}
