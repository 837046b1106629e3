// Truncation of scalars and vectors, from one side and both, discrete and continuous; outside the density is zero.
data { int N; vector[N] y; array[N] int k; vector[N] low; }
parameters { real mu; real<lower=0> s; real<lower=0> lambda; real<lower=0.5, upper=2.5> x; real<lower=0, upper=1> p; }
model {
  for (n in 1:N) y[n] ~ normal(mu, s) T[low[n], ];
  for (n in 1:N) y[n] ~ normal(mu, s) T[, 3];
  for (n in 1:N) y[n] ~ normal(mu, s) T[-2, 3];
  for (n in 1:N) k[n] ~ poisson(lambda) T[1, ];
  for (n in 1:N) k[n] ~ poisson(lambda) T[1, 9];
  for (n in 1:N) k[n] ~ binomial(9, p) T[, 8];
  x ~ weibull(2, s) T[0.5, 2.5];
  mu ~ logistic(0, 1) T[-1.5, ];
  y ~ normal(mu, s) T[-2, ];
}
