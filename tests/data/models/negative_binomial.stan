data {
  int<lower=0> N;
  int<lower=0> K;
  array[N] int<lower=0> y;
  matrix[N, K] x;
  vector[N] exposure;
}
transformed data {
  vector[N] log_exposure = log(exposure);
}
parameters {
  real alpha;
  vector[K] beta;
  real log_phi;
}
transformed parameters {
  real<lower=0> phi = exp(log_phi);
  jacobian += log_phi;
}
model {
  alpha ~ normal(0, 2);
  beta ~ normal(0, 1);
  phi ~ gamma(2, 0.1);
  y ~ neg_binomial_2_log_glm(x, alpha + log_exposure, beta, phi);
}
generated quantities {
  array[N] int y_rep = neg_binomial_2_log_rng(alpha + log_exposure + x * beta, phi);
  vector[N] residual = to_vector(y) - to_vector(y_rep);
}
