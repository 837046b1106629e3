// Positions that are counted on the way, sliding windows, multi-indexes by row.
data { int G; array[G] int size; int N; vector[N] y; array[G, 2] int pair; int D; array[G] int level; }
parameters { vector[G] mu; real<lower=0> s; vector[D] step; }
model {
  int pos = 1;
  int seen = 0;
  for (g in 1:G) {
    segment(y, pos, size[g]) ~ normal(mu[g], s);
    pos += size[g];
  }
  for (g in 1:G) {
    if (size[g] > 1) {
      seen += 1;
      target += -0.1 * square(mu[seen] - s);
    }
  }
  for (g in 3:G) target += -0.5 * sum(square(mu[(g - 2):g])) + 0.1 * mean(y[(g - 1):(g + 1)]) * mu[g];
  for (g in 1:G) target += 0.3 * prod(mu[pair[g]]) + sum(mu[{pair[g, 1], g}]) - sum(step[1:level[g]]);
  for (g in 1:G) for (k in 1:level[g]) target += -square(step[k]) * mu[g] * 0.1;
  mu ~ normal(0, 2);
  step ~ std_normal();
  s ~ lognormal(0, 1);
}
