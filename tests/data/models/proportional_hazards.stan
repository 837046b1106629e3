data {
  int<lower=0> K;
  int<lower=0> N;
  vector[N] t;
  matrix[N, K] x;
  int<lower=0> N_c;
  vector[N_c] t_c;
  matrix[N_c, K] x_c;
}
parameters {
  vector[K] gamma;
}
model {
  gamma ~ normal(0, 2);
  vector[N] log_theta = x * gamma;
  vector[N_c] log_theta_c = x_c * gamma;
  int n_c = 1;
  real log_denom_lhs = negative_infinity();
  for (n in 1:N) {
    while (n_c < N_c && t_c[n_c] >= t[n]) {
      log_denom_lhs = log_sum_exp(log_denom_lhs, log_theta_c[n_c]);
      n_c += 1;
    }
    log_denom_lhs = log_sum_exp(log_denom_lhs, log_theta[n]);
    target += log_theta[n] - log_denom_lhs;
  }
}
