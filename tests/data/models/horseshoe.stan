data {
  int<lower=1> N, M;
  vector[N] y;
  matrix[N, M] x;
  real<lower=0> scale_global;
  real<lower=1> nu_global, nu_local;
  real<lower=0> slab_scale, slab_df;
}
parameters {
  real<lower=0> sigma, tau, caux;
  real alpha;
  vector[M] z;
  vector<lower=0>[M] lambda;
}
transformed parameters {
  real<lower=0> c = slab_scale * sqrt(caux);
  vector<lower=0>[M] lambda_tilde = sqrt(c ^ 2 * square(lambda) ./ (c ^ 2 + tau ^ 2 * square(lambda)));
  vector[M] beta = z .* lambda_tilde * tau;
}
model {
  z ~ std_normal();
  lambda ~ student_t(nu_local, 0, 1);
  tau ~ student_t(nu_global, 0, scale_global * sigma);
  caux ~ inv_gamma(0.5 * slab_df, 0.5 * slab_df);
  alpha ~ normal(0, 10);
  sigma ~ exponential(1);
  y ~ normal_id_glm(x, alpha, beta, sigma);
}
