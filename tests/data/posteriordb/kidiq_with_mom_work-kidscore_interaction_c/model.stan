// Test scores of children on their mothers' schooling and IQ, both centred, with their interaction.
data {
  int<lower=0> N;
  vector[N] kid_score;
  vector[N] mom_hs;
  vector[N] mom_iq;
}
transformed data {
  vector[N] h = mom_hs - mean(mom_hs);
  vector[N] q = mom_iq - mean(mom_iq);
  vector[N] hq = h .* q;
}
parameters {
  vector[4] beta;
  real<lower=0> sigma;
}
model {
  kid_score ~ normal(beta[1] + beta[2] * h + beta[3] * q + beta[4] * hq, sigma);
}
