data {
  int N;
  int P;
  int D;
  array[N] vector[P] y;
}
transformed data {
  vector[P] mu = rep_vector(0.0, P);
  int M = D * (P - D) + (D * (D - 1)) %/% 2;
}
parameters {
  vector[M] L_t;
  vector<lower=0>[D] L_d;
  vector<lower=0>[P] psi;
}
transformed parameters {
  cholesky_factor_cov[P, D] L;
  cov_matrix[P] Q;
  {
    int idx = 0;
    for (i in 1:P) for (j in (i + 1):D) L[i, j] = 0;
    for (j in 1:D) {
      L[j, j] = L_d[j];
      for (i in (j + 1):P) { idx += 1; L[i, j] = L_t[idx]; }
    }
    Q = L * L' + diag_matrix(psi);
  }
}
model {
  L_d ~ normal(0, 2);
  L_t ~ normal(0, 1);
  psi ~ cauchy(0, 1);
  y ~ multi_normal(mu, Q);
}
