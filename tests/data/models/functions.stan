// The corners of the language of functions and statements.
functions {
  real shrink(real x, data real by);
  real total(array[] real x) { return sum(x); }
  real total(vector x) { return sum(x); }
  int total(array[,] int x) {
    int s = 0;
    for (row in x) for (cell in row) s += cell;
    return s;
  }
  void announce(int n, vector x) {
    if (n < 0) reject("n is negative: ", n, " in ", x);
    print("n = ", n);
    return;
  }
  real shrink(real x, data real by) { return x / (1 + by); }
  real collatz(int start) {
    int n = start;
    int steps = 0;
    while (1) {
      if (n == 1) break;
      if (n % 2 == 0) {
        n = n %/% 2;
        steps += 1;
        continue;
      }
      n = 3 * n + 1;
      steps += 1;
    }
    return steps;
  }
  real sign_of(real x) {
    if (x > 0) return 1;
    else if (x < 0) return -1;
    else return 0;
  }
  real half_normal_lpdf(vector x, real sigma) {
    return normal_lupdf(x | 0, sigma) - rows(x) * log(0.5);
  }
  void add_prior_lp(real x) {
    x ~ normal(0, 1);
    target += -log(2);
  }
  array[] real noise_rng(int n, real sigma) {
    array[n] real x;
    for (i in 1:n) x[i] = normal_rng(0, sigma);
    return x;
  }
}
data {
  int N;
  array[N, 2] int counts;
  vector[N] y;
}
transformed data {
  real steps = collatz(27);
  int all = total(counts);
  array[3] int three = {1, 2, 3};
  matrix[2, 3] m = [[1, 2, 3], three[1] * [4, 5, 6]];
  print("all: ", all, " ", m[, 2:]);
}
parameters {
  real a;
  vector<lower=0>[N] b;
}
transformed parameters {
  real c = shrink(a, steps);
  profile("signs") {
    c += sign_of(a) > 0 && !(all == 0) || a >= -1.5e3 ? 1 : a == 0 ? 2 : 3;
  }
}
model {
  announce(N, b);
  add_prior_lp(a);
  b ~ half_normal(2);
  target += half_normal_lpdf(b | 1) + total(b) + total({a, c});
  if (target() < -1e300) fatal_error("out of reach");
  y ~ normal(a + c * b, 1);
}
generated quantities {
  array[N] real noise = noise_rng(N, 1);
}
