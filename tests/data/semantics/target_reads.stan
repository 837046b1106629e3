// target() read in the middle, and inside of a loop; densities with and without constants.
data { int N; vector[N] y; }
parameters { real a; real<lower=0> s; }
transformed parameters { real b = a * 2; target += 0.1 * a; }
model {
  vector[N] seen;
  a ~ normal(0, 1);
  if (target() > -1) target += -0.5; else target += 0.25 * a;
  for (n in 1:N) { target += -0.1 * s; target += normal_lpdf(y[n] | b, s); seen[n] = 0.01 * target(); }
  target += sum(seen);
  target += normal_lupdf(y | a, s) + normal_lpdf(y | a, s);
  target += {a, s, b};
  target += y * a;
}
