// Two arrays that wait for one another, one stored backward, vectors and matrices in arrays.
data { int T; vector[T] y; }
parameters { real<lower=0, upper=1> a; real b; vector[2] m; }
model {
  array[T] real prey;
  array[T] real hunter;
  vector[T] beta;
  array[T] vector[2] x;
  array[T] matrix[2, 2] P;
  prey[1] = 1; hunter[1] = b;
  for (t in 2:T) {
    prey[t] = prey[t - 1] * (1 + 0.1 * a - 0.05 * hunter[t - 1]);
    hunter[t] = 0.9 * hunter[t - 1] + 0.1 * b * prey[t] + 0.01 * y[t];
  }
  beta[T] = b;
  for (i in 1:(T - 1)) { int t = T - i; beta[t] = a * beta[t + 1] + y[t]; }
  x[1] = m;
  P[1] = [[1, a], [b, 1]];
  for (t in 2:T) {
    x[t] = P[t - 1] * x[t - 1] * 0.3 + [y[t], b]';
    P[t] = 0.5 * P[t - 1] + x[t - 1] * x[t]' * 0.1;
  }
  for (t in 1:T) target += -square(x[t, 1] - y[t]) - 0.1 * sum(square(x[t])) + 0.1 * P[t, 1, 2];
  y ~ normal(to_vector(prey) - to_vector(hunter) + beta, 1);
  m ~ normal(0, 1);
  b ~ normal(0, 1);
}
