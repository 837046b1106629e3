functions {
  real first(real[] x) { return x[1]; }
  int[,] grid(int n) { return rep_array(0, n, n); }
}
data {
  int N;
  real y[N];
  int<lower=0> k[N, 2], one;
  vector[3] v[N];
}
parameters {
  real mu[2];
}
model {
  real s[N];
  for (n in 1:N) s[n] = y[n] - first(mu);
  s ~ normal(mu[2], 1);
  k[1] ~ poisson(one);
  v[1] ~ normal(0, grid(2)[1, 1] + 1);
}
