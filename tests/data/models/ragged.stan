// Groups of unequal sizes, one after another in a vector.
data {
  int<lower=0> N;
  int<lower=0> K;
  vector[N] y;
  array[K] int<lower=0> size;
}
parameters {
  vector[K] mu;
  real<lower=0> sigma;
}
model {
  int from = 1;
  mu ~ normal(0, 2);
  sigma ~ exponential(1);
  for (k in 1:K) {
    segment(y, from, size[k]) ~ normal(mu[k], sigma);
    from += size[k];
  }
}
