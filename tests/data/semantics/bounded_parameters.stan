// Bounds, offsets and multipliers by parameters and by data, ordered, simplex and factors in arrays.
data { int N; vector[N] lo; array[2] real<lower=0> hi; vector[N] y; }
parameters {
  real a; real<lower=a> b; real<lower=a, upper=b> c; real<upper=-1> d;
  vector<lower=lo>[N] e; vector<lower=lo, upper=lo + 1.5>[N] f; real<offset=a, multiplier=b - a> g;
  vector<offset=c>[N] h; vector<multiplier=exp(lo)>[3] i0; array[2] ordered[3] o; array[2] positive_ordered[2] p;
  array[2] cholesky_factor_corr[3] L; vector<lower=e>[N] k; array[2] real<lower=0, upper=2> m;
  matrix<lower=0>[2, 2] W; cholesky_factor_cov[2] C; corr_matrix[3] R; cov_matrix[2] S; array[2] vector<upper=a>[2] u;
}
model {
  a ~ normal(0, 1); b ~ normal(0, 1); c ~ normal(0, 1); d ~ normal(-2, 1); e ~ normal(0, 2); f ~ normal(0, 1);
  g ~ normal(a, 2); h ~ normal(0, 1); i0 ~ normal(0, 1); k ~ normal(0, 3); m ~ normal(hi, 1);
  for (j in 1:2) { o[j] ~ normal(j, 1); p[j] ~ lognormal(0, 1); L[j] ~ lkj_corr_cholesky(1.5 * j); u[j] ~ normal(0, j); }
  to_vector(W) ~ exponential(1); to_vector(C) ~ normal(0, 1); R ~ lkj_corr(2); S ~ wishart(4, [[1, 0.2], [0.2, 1]]);
}
