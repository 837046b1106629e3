// Priors cut off at zero, and the share of them that is cut off, as tools that write models spell them.
data {
  int<lower=1> N;
  vector[N] y;
  array[N] int<lower=0> n;
}
parameters {
  real mu;
  real<lower=0> sigma;
  real<lower=0> phi;
}
model {
  target += student_t_lpdf(mu | 3, 0.1, 2.5);
  target += student_t_lpdf(sigma | 3, 0, 2.5) - 1 * student_t_lccdf(0 | 3, 0, 2.5);
  phi ~ gamma(2, 0.5) T[0.01, 30];
  y ~ normal(mu, sigma);
  n ~ neg_binomial_2(exp(mu), phi);
  for (i in 1:N) {
    target += beta_lcdf(inv_logit(y[i]) | 2, 3);
  }
}
generated quantities {
  real below = gamma_cdf(sigma | 2, 0.5);
  int n_new = neg_binomial_2_rng(exp(mu), phi);
  real above = neg_binomial_2_lccdf(n_new | exp(mu), phi);
  corr_matrix[3] Omega = lkj_corr_rng(3, 2);
  cholesky_factor_corr[3] L = lkj_corr_cholesky_rng(3, 2);
  cov_matrix[2] S = inv_wishart_rng(5, wishart_rng(6, identity_matrix(2)));
}
