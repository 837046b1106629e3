data {
  int I;
  int J;
  int K;
  int N;
  array[N] int<lower=1, upper=I> ii;
  array[N] int<lower=1, upper=J> jj;
  vector[N] y;
}
parameters {
  matrix[I, K] U;
  matrix[J, K] V;
  real<lower=0> sigma;
}
model {
  to_vector(U) ~ normal(0, 1);
  to_vector(V) ~ normal(0, 1);
  sigma ~ exponential(1);
  y ~ normal(rows_dot_product(U[ii], V[jj]), sigma);
}
generated quantities {
  matrix[I, J] hat = U * V';
}
