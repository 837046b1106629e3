// Times to an event, left-truncated at entry, some of them censored.
data {
  int<lower=1> N;
  int<lower=0> K;
  matrix[N, K] x;
  vector<lower=0>[N] t;
  vector<lower=0>[N] entry;
  array[N] int<lower=0, upper=1> event;
  real<lower=0> horizon;
}
parameters {
  vector[K] beta;
  real intercept;
  real<lower=0> shape;
  real<lower=0> sigma;
}
transformed parameters {
  vector<lower=0>[N] scale = exp(-(intercept + x * beta) / shape);
}
model {
  beta ~ double_exponential(0, 1);
  intercept ~ student_t(4, 0, 5);
  shape ~ gamma(2, 1);
  sigma ~ normal(0, 1) T[0, ];
  for (n in 1:N) {
    if (event[n] == 1) {
      t[n] ~ weibull(shape, scale[n]) T[entry[n], ];
    } else if (t[n] < horizon) {
      target += weibull_lccdf(t[n] | shape, scale[n]) - weibull_lccdf(entry[n] | shape, scale[n]);
    } else {
      target += log1m(weibull_cdf(horizon | shape, scale[n]));
    }
  }
}
