data {
  int<lower=0> P;
  int<lower=P> T;
  vector[T] y;
}
transformed data {
  int steps = T - P;
  vector[steps] now = tail(y, steps);
}
parameters {
  real alpha;
  vector[P] beta;
  real<lower=0> sigma;
}
model {
  vector[steps] mu = rep_vector(alpha, steps);
  for (p in 1:P) mu += beta[p] * y[(P - p + 1):(T - p)];
  alpha ~ normal(0, 10);
  beta ~ normal(0, 0.5);
  sigma ~ exponential(1);
  now ~ normal(mu, sigma);
}
generated quantities {
  real forecast = normal_rng(alpha + dot_product(beta, reverse(y[(T - P + 1):])), sigma);
  array[2] real interval = quantile(y, {0.05, 0.95});
}
