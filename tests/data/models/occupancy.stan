data {
  int<lower=1> n_site;
  int<lower=1> n_visit;
  array[n_site, n_visit] int<lower=0, upper=1> y;
  vector[n_site] x;
}
parameters {
  real a;
  real b;
  real logit_p;
}
model {
  vector[n_site] logit_psi = a + b * x;
  [a, b, logit_p] ~ normal(0, 1.5);
  for (i in 1:n_site) {
    real lp_occ = log_inv_logit(logit_psi[i]) + bernoulli_logit_lpmf(y[i] | logit_p);
    if (sum(y[i]) > 0) target += lp_occ;
    else target += log_sum_exp(lp_occ, log1m_inv_logit(logit_psi[i]));
  }
}
generated quantities {
  int n_occ = 0;
  for (i in 1:n_site) n_occ += bernoulli_logit_rng(a + b * x[i]);
}
