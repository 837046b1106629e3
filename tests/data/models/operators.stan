// Operators as functions, numbers beside containers, densities of one argument without a bar, names that hide functions.
functions {
  real doubled(real x) { return multiply(2, x); }
  real named(real doubled, vector exp) { return doubled + sum(exp); }
  real bowl_lpdf(vector x) { return minus(dot_self(x)); }
}
data {
  int N;
  array[N] int<lower=1, upper=3> rating;
  vector[N] x;
}
transformed data {
  matrix[N, 2] X = append_col(x, x .* x);
  row_vector[0] nothing = [];
  array[2] int whole = {2, -2};
}
parameters {
  real a;
  vector[2] b;
  row_vector[3] logits;
  array[2] vector[3] groups;
  ordered[2] c;
}
transformed parameters {
  vector[N] eta = add(multiply(X, b), a);
  vector[N] scaled = elt_divide(2, 1 + exp(eta)) + 0.5 .* eta + eta .* 2;
  real after_priors = target();
}
model {
  array[2] vector[3] shares = softmax(groups);
  target += std_normal_lpdf(a) + bowl_lpdf(b);
  target += std_normal_lpdf(subtract(a, 1));
  {b[1], 1.5} ~ normal(divide(a, 2), 1);
  c ~ normal(0, 2);
  softmax(logits) ~ dirichlet([2, 2.5, 3]);
  target += log_softmax(logits)[2] + sum(shares[2] ./ 3) + squared_distance(a, b[1]);
  target += named(doubled(a), transpose(logits)) + sum(1 ./ (1 + square(b))) + sum(1 ./ (3 + X[1:2])) + size(nothing);
  for (n in 1:N) {
    target += rating[n] == 1 ? log_inv_logit(c[1] - eta[n])
              : logical_eq(rating[n], 3) ? log1m_inv_logit(c[2] - eta[n])
              : log_inv_logit_diff(c[2] - eta[n], c[1] - eta[n]);
  }
  target += logical_gt(a, -9) * (whole[1] % 3) * a + scaled[1] + logical_negation(0);
}
