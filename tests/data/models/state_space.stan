// A local linear trend, with the states integrated out by the Kalman filter.
functions {
  real kalman_lpdf(vector y, matrix F, vector h, matrix Q, real r, vector m0, matrix C0) {
    int T = rows(y);
    int K = cols(F);
    vector[K] m = m0;
    matrix[K, K] C = C0;
    real total = 0;
    for (t in 1:T) {
      vector[K] a = F * m;
      matrix[K, K] R = quad_form(C, F') + Q;
      real f = dot_product(h, a);
      real q = quad_form_sym(R, h) + r;
      vector[K] gain = R * h / q;
      real e = y[t] - f;
      total += normal_lpdf(e | 0, sqrt(q));
      m = a + gain * e;
      C = R - gain * gain' * q;
    }
    return total;
  }
}
data {
  int<lower=1> T;
  vector[T] y;
}
transformed data {
  matrix[2, 2] F = [[1, 1], [0, 1]];
  vector[2] h = [1, 0]';
}
parameters {
  vector<lower=0>[2] s;
  real<lower=0> sigma;
}
model {
  s ~ normal(0, 1);
  sigma ~ normal(0, 1);
  y ~ kalman(F, h, diag_matrix(square(s)), square(sigma), zeros_vector(2), 100 * identity_matrix(2));
}
