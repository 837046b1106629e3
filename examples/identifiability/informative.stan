// The same two intercepts, held apart by their priors alone.
data {
  int<lower=0> N;
  vector[N] y;
}
parameters {
  real<lower=0> sigma;
  real alpha1;
  real alpha2;
}
transformed parameters {
  real mu = alpha1 + alpha2;
}
model {
  sigma ~ cauchy(0, 1); // half-Cauchy, through the bound
  alpha1 ~ normal(5, 1);
  alpha2 ~ normal(-5, 1);
  y ~ normal(mu, sigma);
}
