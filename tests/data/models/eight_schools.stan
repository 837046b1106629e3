// Treatment effects in eight schools, centred.
data {
  int<lower=0> J;
  array[J] real y;              // estimated effects
  array[J] real<lower=0> sigma; // their standard errors
}
parameters {
  real mu;
  real<lower=0> tau;
  vector[J] theta;
}
model {
  mu ~ normal(0, 5);
  tau ~ cauchy(0, 5);
  theta ~ normal(mu, tau);
  y ~ normal(theta, sigma);
}
