data {
  int<lower=2> K;
  int<lower=0> N;
  int<lower=1> D;
  array[N] int<lower=1, upper=K> y;
  array[N] row_vector[D] x;
}
parameters {
  vector[D] beta;
  ordered[K - 1] c;
}
model {
  vector[N] eta;
  for (n in 1:N) eta[n] = x[n] * beta;
  beta ~ normal(0, 5);
  c ~ normal(0, 10);
  y ~ ordered_logistic(eta, c);
}
generated quantities {
  array[K] int counts = rep_array(0, K);
  for (n in 1:N) {
    int k = ordered_logistic_rng(x[n] * beta, c);
    counts[k] += 1;
  }
}
