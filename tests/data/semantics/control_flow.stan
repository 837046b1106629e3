// while, break, continue, foreach, nested bounds by row, shadowed scopes, zero-trip loops.
functions {
  real weight(int k) { int i = k; real w = 0; while (1) { i -= 1; if (i < 0) break; if (i % 2) continue; w += i; } return w; }
}
data { int N; vector[N] y; array[N] int k; matrix[N, 3] x; }
parameters { real a; vector[3] b; }
model {
  for (n in 1:N) {
    int i = k[n];
    real s = 0;
    while (i > 0) { s += a * i; i -= 1; if (i == 1) break; }
    for (j in 1:3) { if (j == k[n]) continue; s += b[j] * x[n, j]; }
    for (j in 1:3) { if (j > k[n]) break; s -= 0.1 * b[j]; }
    { real t = y[n]; { real u = t * a; s += u; } { real u = t + 1; s += u * b[1]; } }
    for (j in 5:4) s += 1000 * a;
    target += -square(s) * 0.01 + weight(k[n]) * a;
  }
  for (e in y) target += 0.1 * e * a;
  for (r in {1, 3, 2}) { b[r] ~ normal(r, 2); }
  for (e in b) e ~ normal(0, 1);
  for (n in 1:0) target += a / 0;
  for (row in 1:N) { if (row == 7) break; target += x[row] * b; }
  for (row in 1:N) { if (k[row] == 2) continue; target += 0.3 * x[row] * b; }
  a ~ normal(0, 1);
}
