// Two-parameter logistic item response model.
data {
  int<lower=1> I; // items
  int<lower=1> J; // persons
  int<lower=1> N;
  array[N] int<lower=1, upper=I> ii;
  array[N] int<lower=1, upper=J> jj;
  array[N] int<lower=0, upper=1> y;
}
parameters {
  vector<lower=0>[I] alpha;
  sum_to_zero_vector[I] beta;
  vector[J] theta;
  real mu_beta;
  real<lower=0> sigma_beta;
}
model {
  alpha ~ lognormal(0.5, 1);
  beta ~ normal(0, sigma_beta);
  theta ~ std_normal();
  mu_beta ~ cauchy(0, 5);
  sigma_beta ~ cauchy(0, 5);
  y ~ bernoulli_logit(alpha[ii] .* (theta[jj] - (beta[ii] + mu_beta)));
}
