// A recurrence whose first rows are different.
data { int T; vector[T] y; }
parameters { real a; real<lower=-1, upper=1> phi; real<lower=0> s; vector[T] z; }
transformed parameters {
  vector[T] h = z * s;
  vector[T] v;
  h[1] /= sqrt(1 - phi * phi);
  h += a;
  for (t in 2:T) h[t] += phi * (h[t - 1] - a);
  for (t in 1:T) {
    if (t == 1) v[t] = a;
    else if (t == 2) v[t] = phi * v[1];
    else v[t] = phi * v[t - 1] + 0.2 * v[t - 2] + y[t - 1];
  }
}
model {
  z ~ std_normal();
  a ~ normal(0, 1);
  s ~ exponential(1);
  y ~ normal(v, exp(h / 2));
}
