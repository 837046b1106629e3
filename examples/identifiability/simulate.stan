// Data for the models beside this file: 100 points from a standard normal.
// ridgewalk sample simulate.stan --seed 1 --generate y.json
transformed data {
  int N = 100;
}
generated quantities {
  vector[N] y;
  for (n in 1 : N) {
    y[n] = normal_rng(0, 1);
  }
}
