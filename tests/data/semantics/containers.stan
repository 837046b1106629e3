// Slices and multi-indexes read and assigned, sizes 0, 1, 7, 8 and 9, matrices by rows and columns.
data { int N; matrix[3, 2] M; array[2] matrix[2, 2] A; array[2, 3] int q; vector[0] none; matrix[0, 4] nothing; array[3] vector[2] v; array[9] int at; }
transformed data {
  matrix[3, 2] M2 = M; array[3] int sorted = sort_asc(q[2]); vector[9] grid;
  M2[2] = [10, 20]; M2[, 1] *= 2; M2[2:3, 2] = [7, 8]';
  for (i in 1:9) grid[i] = i %/% 2 - i % 3;
}
parameters { vector[0] e; vector[1] o; vector[7] s; vector[8] t; vector[9] n; matrix[3, 3] X; array[2] vector[3] z; array[9, 2] real r; }
model {
  matrix[3, 3] Y = X;
  vector[9] w = n;
  array[2] vector[3] zz = z;
  row_vector[9] rv = n';
  matrix[9, 2] big;
  array[9] vector[2] av;
  Y[2, ] = X[, 1]'; Y[, 3] = X[1, ]'; Y[1:2, 1:2] = X[2:3, 2:3]; Y[{3, 1}, 2] = s[{1, 7}];
  w[2:4] = s[1:3]; w[{9, 8}] = t[7:8]; w[5] += o[1];
  zz[2] = z[1]; zz[1, 2:3] = z[2, {1, 1}]; zz[, 1] = {o[1], s[2]};
  for (i in 1:9) { big[i] = [n[i], rv[10 - i]]; av[i] = [n[at[i]], r[i, 2]]'; big[i, 1] += grid[i]; }
  for (i in 1:9) target += -square(r[i, 1] - n[at[i]]) + dot_product(av[i], big[i]) - dot_self(av[i]);
  target += sum(Y .* [[1, 2, 3], [4, 5, 6], [7, 8, 9]]) + dot_product(w, grid) + sum(zz[1] .* z[2]) + zz[2, 3] + zz[1, 1] * zz[2, 1];
  target += sum(M2 * X[1:2, ]) + sum(diagonal(A[2] * X[2:3, 1:2])) + sorted[1] * o[1] + sum(none) + sum(nothing * s[1:4]) + sum(e);
  target += (v[2]' * A[1]) * X[1:2, 3] + sum(X[q[1], 2]) + num_elements(nothing) + sum(r[3]) - sum(to_array_1d(r)) + max(q[, 2]) * n[9];
  e ~ normal(0, 1); o ~ normal(0, 1); s ~ normal(0, 1); t ~ normal(s[2], 1); n ~ normal(t[8], 1); to_vector(X) ~ normal(0, 1);
  for (i in 1:2) z[i] ~ normal(i, 1);
  for (i in 1:9) r[i] ~ normal(0, 1);
}
