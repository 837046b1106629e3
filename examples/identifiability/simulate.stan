// Data for the models beside this file: 100 points from a standard normal.
// ridgewalk sample simulate.stan --seed 1 --generate y.json
transformed data {
  int size_of_y = 100;
}
generated quantities {
  int N = size_of_y;
  vector[size_of_y] y;
  for (n in 1 : N) {
    y[n] = normal_rng(0, 1);
  }
}
