functions {
  vector predict_rng(array[] real x_new, vector y, array[] real x, real alpha, real rho, real sigma, real delta) {
    int N = rows(y);
    int M = size(x_new);
    vector[M] f;
    {
      matrix[N, N] K = add_diag(gp_exp_quad_cov(x, alpha, rho), square(sigma));
      matrix[N, N] L = cholesky_decompose(K);
      vector[N] a = mdivide_left_tri_low(L, y);
      matrix[N, M] k = gp_exp_quad_cov(x, x_new, alpha, rho);
      matrix[N, M] v = mdivide_left_tri_low(L, k);
      vector[M] mu = v' * a;
      matrix[M, M] cov = gp_exp_quad_cov(x_new, alpha, rho) - v' * v + diag_matrix(rep_vector(delta, M));
      f = multi_normal_rng(mu, cov);
    }
    return f;
  }
}
data {
  int<lower=1> N;
  array[N] real x;
  vector[N] y;
  int<lower=0> M;
  array[M] real x_new;
}
transformed data {
  real delta = 1e-9;
  vector[N] zero = zeros_vector(N);
}
parameters {
  real<lower=0> rho;
  real<lower=0> alpha;
  real<lower=0> sigma;
}
model {
  matrix[N, N] K = gp_exp_quad_cov(x, alpha, rho);
  matrix[N, N] L;
  for (n in 1:N) K[n, n] += square(sigma) + delta;
  L = cholesky_decompose(K);
  rho ~ inv_gamma(5, 5);
  alpha ~ std_normal();
  sigma ~ std_normal();
  y ~ multi_normal_cholesky(zero, L);
}
generated quantities {
  vector[M] f = predict_rng(x_new, y, x, alpha, rho, sigma, delta);
  array[M] real y_new = normal_rng(f, sigma);
}
