// Conditions on parameters: if, else if, ternaries, logic, early returns, branches that assign and increment.
functions {
  real clipped(real x) {
    if (x > 0.5) return 0.5 + 0.1 * x;
    if (x < -0.5) { if (x < -0.8) return -0.7; return -0.5 + 0.2 * x; }
    return x^2;
  }
  real first_above(vector v, real x, int k) {
    real found = -1;
    for (i in 1:rows(v)) { if (i > k) return found; found += v[i] > x ? v[i] : 0.5; }
    return found * 2;
  }
  void early_lp(real x, int k) {
    for (i in 1:3) { if (i > k) return; target += 0.1 * i * x; }
    target += x;
  }
  real sign_data(int k, real x) {
    if (k == 1) return x; else if (k == 2) return -x;
    return 2 * x;
  }
}
data { int N; vector[N] y; array[N] int g; }
parameters { vector[N] t; real c; }
model {
  vector[N] u = t;
  real m = 0;
  if (c > 0) { m = c; target += -c; } else if (c > -0.3) m = 2 * c; else target += 3 * c;
  for (n in 1:N) {
    real z = t[n] > c ? y[n] : -y[n];
    if (t[n] > 0 && (c < 0.2 || y[n] > 0)) z += t[n]; else { z *= 0.5; target += 0.2 * t[n]; }
    target += -square(z - t[n]) + clipped(t[n]) * c + sign_data(g[n], t[n]);
    if (!(t[n] < 0.1)) u[n] = c; else u[n] += 1;
  }
  target += first_above(u, 0.3, 4) + first_above(t, c, 100) + m * sum(u) + (c == 0 ? 1 : 0) + (t[1] >= c) - (t[2] != c);
  early_lp(c, 1); early_lp(c, 5);
  t ~ std_normal(); c ~ std_normal();
}
