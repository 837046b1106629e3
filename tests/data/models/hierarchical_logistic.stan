// Logistic regression whose intercepts and slopes vary by group and are correlated.
data {
  int<lower=1> N;
  int<lower=1> K;
  int<lower=1> J;
  array[N] int<lower=1, upper=J> group;
  matrix[N, K] x;
  array[N] int<lower=0, upper=1> y;
}
transformed data {
  row_vector[K] centre;
  matrix[N, K] z;
  for (k in 1:K) {
    centre[k] = mean(x[, k]);
    z[, k] = x[, k] - centre[k];
  }
}
parameters {
  vector[K] gamma;
  vector<lower=0>[K] tau;
  cholesky_factor_corr[K] L;
  matrix[K, J] eta;
}
transformed parameters {
  matrix[K, J] beta = rep_matrix(gamma, J) + diag_pre_multiply(tau, L) * eta;
}
model {
  to_vector(eta) ~ std_normal();
  gamma ~ student_t(3, 0, 2.5);
  tau ~ exponential(1);
  L ~ lkj_corr_cholesky(2);
  {
    vector[N] linear;
    for (n in 1:N) linear[n] = z[n] * beta[, group[n]];
    y ~ bernoulli_logit(linear);
  }
}
generated quantities {
  corr_matrix[K] Omega = multiply_lower_tri_self_transpose(L);
  array[N] int y_rep;
  real accuracy = 0;
  for (n in 1:N) {
    real p = inv_logit(dot_product(z[n], beta[, group[n]]));
    y_rep[n] = bernoulli_rng(p);
    accuracy += (p > 0.5) == y[n];
  }
  accuracy /= N;
}
