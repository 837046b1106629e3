// Two intercepts of which the data know only the sum.
data {
  int<lower=0> N;
  vector[N] y;
}
parameters {
  real<lower=0> sigma;
  real<lower=-1e6, upper=1e6> alpha1;
  real<lower=-1e6, upper=1e6> alpha2;
}
transformed parameters {
  real mu = alpha1 + alpha2;
}
model {
  sigma ~ cauchy(0, 1); // half-Cauchy, through the bound
  alpha1 ~ uniform(-1e6, 1e6);
  alpha2 ~ uniform(-1e6, 1e6);
  y ~ normal(mu, sigma);
}
