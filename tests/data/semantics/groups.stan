// Gathers by group of what is computed, of arrays of vectors, of matrices' rows and columns; sums into groups.
data { int N; int J; int K; array[N] int g; array[N] int h; matrix[N, K] x; vector[N] y; }
parameters { vector[J] raw; array[J] vector[K] beta; matrix[J, K] B; matrix[K, J] C; sum_to_zero_vector[J] z; real<lower=0> s; cholesky_factor_corr[K] L; }
transformed parameters { vector[J] mu = exp(0.1 * raw) .* raw; array[N] real eta; matrix[K, J] LC = L * C;
  for (n in 1:N) eta[n] = mu[g[n]] + x[n] * beta[g[n]] + dot_product(B[h[n]], x[n]) + x[n] * LC[, g[n]] + z[h[n]]; }
model {
  vector[J] total = rep_vector(0, J);
  vector[N] long = z[g] + mu[h] + B[g, 2];
  for (n in 1:N) total[g[n]] += eta[n] * y[n];
  target += -0.01 * dot_self(total) + dot_product(long, y);
  y ~ normal(eta, s);
  raw ~ std_normal(); for (j in 1:J) beta[j] ~ normal(0, 1); to_vector(B) ~ normal(0, 1); to_vector(C) ~ normal(0, 1); z ~ normal(0, 1); s ~ exponential(1);
  L ~ lkj_corr_cholesky(2);
}
