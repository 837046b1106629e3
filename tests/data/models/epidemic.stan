functions {
  matrix sir(real beta, real gamma, real S0, real I0, int T) {
    matrix[T, 3] out;
  real S = S0;
  real I = I0;
  real R = 0;
    for (t in 1:T) {
      real inf = beta * S * I / (S0 + I0);
      real rec = gamma * I;
  S -= inf;
  I += inf - rec;
  R += rec;
      out[t] = [S, I, R];
    }
    return out;
  }
}
data {
  int<lower=1> T;
  array[T] int<lower=0> cases;
  real<lower=0> pop;
}
parameters {
  real<lower=0> beta;
  real<lower=0, upper=1> gamma;
  real<lower=0> phi_inv;
  real<lower=0, upper=1> p_reported;
}
transformed parameters {
  real phi = 1. / phi_inv;
  matrix[T, 3] y = sir(beta, gamma, pop - 1, 1, T);
  vector[T - 1] incidence;
  for (i in 1 : T - 1) incidence[i] = fmax(1e-6, (y[i, 1] - y[i + 1, 1]) * p_reported);
}
model {
  beta ~ normal(2, 1) T[0, ];
  gamma ~ beta(4, 4);
  phi_inv ~ exponential(5);
  p_reported ~ beta(1, 2);
  cases[1 : T - 1] ~ neg_binomial_2(incidence, phi);
}
generated quantities {
  real R0 = beta / gamma;
  real recovery_time = 1 / gamma;
  array[T - 1] int pred_cases = neg_binomial_2_rng(incidence, phi);
}
