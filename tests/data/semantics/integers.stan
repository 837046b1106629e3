// Integer arithmetic toward zero, modulo, comparisons, and integers that become reals.
data { array[4] int a; array[4] int b; int big; }
transformed data {
  array[4] int q; array[4] int r; int s = 0; real half = 1 / 2; real real_half = 1 / 2.0; array[2, 2] int m = {{1, 2}, {3, 4}};
  for (i in 1:4) { q[i] = a[i] %/% b[i]; r[i] = a[i] % b[i]; s += (a[i] > b[i]) + !(a[i] == 3) + (a[i] && b[i]); }
  for (i in 1:10) { if (i % 2) continue; if (i > 7) break; s += i * 10; }
  s += m[2, 1] ^ 2 > 8;
}
parameters { real x; }
model {
  target += x * (q[1] + 10 * q[2] + 100 * q[3] + 1000 * q[4]) + x^2 * (r[1] + 10 * r[2] + 100 * r[3] + 1000 * r[4]);
  target += x^3 * s + half * x^4 + real_half * x^5 + abs(a[2]) * x^6 + big / 7 * x^7 - x^8 * min(a) + x * (a[1] > 0 ? 1 : 0.5);
  target += x^9 * (-a[1]) %/% 2 + 2^3 * x + -2^2 * x;
}
