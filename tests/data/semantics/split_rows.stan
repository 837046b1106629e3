// Conditions on data split rows that read what other rows stored.
data { int N; vector[N] y; array[N] int g; }
parameters { real a; real b; }
model {
  vector[N] v;
  vector[N] w = rep_vector(b, N);
  real s = a;
  array[3] real bin = {a, b, 1};
  for (n in 1:N) {
    if (n % 2 == 1) v[n] = a * y[n]; else { v[n] = b; target += v[n - 1] * 0.5; }
  }
  for (n in 1:N) {
    if (n == 5) target += s * s; else s = y[n] * b;
  }
  for (n in 1:N) {
    if (n % 2 == 0) target += w[n - 1] * y[n]; else w[n] = a * y[n] + sin(b);
  }
  for (n in 1:N) {
    if (g[n] == 1) bin[g[n]] = a * y[n];
    else if (g[n] == 2) bin[g[n]] = b + y[n];
    else bin[g[n]] += y[n] * a;
  }
  target += s + sum(v) + dot_product(w, y) + bin[1] - 2 * bin[2] + bin[3];
  target += -a^2 - b^2;
}
