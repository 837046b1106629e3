data {
  int<lower=1> N;
  int<lower=1> K;
  array[N] vector[K] y;
  int<lower=0> n_missing;
  array[n_missing] int<lower=1, upper=N> missing_row;
  array[N - n_missing] int<lower=1, upper=N> seen_row;
}
parameters {
  vector[K] mu;
  cov_matrix[K] Sigma;
  corr_matrix[K] Omega;
  cholesky_factor_cov[K] L;
  unit_vector[K] direction;
  vector<lower=0>[K] tau;
  array[n_missing] vector[K] y_missing;
}
transformed parameters {
  matrix[K, K] Psi = quad_form_diag(Omega, tau);
  array[N] vector[K] full;
  full[seen_row] = y[seen_row];
  full[missing_row] = y_missing;
}
model {
  matrix[K, K] inverse_scale = inverse_spd(Psi);
  Sigma ~ inv_wishart(K + 1, identity_matrix(K));
  Omega ~ lkj_corr(2.0);
  tau ~ cauchy(0, 2.5);
  full ~ multi_normal(mu, Sigma);
  full[1:2] ~ multi_normal_cholesky(mu, L);
  target += multi_normal_prec_lpdf(y | mu, inverse_scale);
  target += -0.5 * trace_quad_form(inverse_scale, mu) + log_determinant(Psi);
  target += sum(mu[{1, K}] .* direction[{1, K}] .^ 2 ./ tau[{1, K}]) - !(K > 1) % 2;
}
