// A regression with a sparse design.
data {
  int N;
  int K;
  vector[N] y;
  matrix[N, K] Z;
}
transformed data {
  vector[rows(csr_extract_w(Z))] w = csr_extract_w(Z);
  array[num_elements(w)] int v = csr_extract_v(Z);
  array[N + 1] int u = csr_extract_u(Z);
}
parameters {
  real mu;
  vector[K] b;
  real<lower=0> sigma;
}
model {
  vector[N] eta = csr_matrix_times_vector(N, K, w, v, u, b);
  y ~ normal(mu + eta, sigma);
  mu ~ normal(0, 2);
  b ~ normal(0, 1);
  sigma ~ lognormal(0, 1);
}
