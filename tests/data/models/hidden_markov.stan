// Two or more states, summed out by the forward algorithm; the likeliest path by Viterbi's.
data {
  int<lower=1> N;
  int<lower=1> K;
  array[N] real y;
}
parameters {
  array[K] simplex[K] theta;
  positive_ordered[K] mu;
}
model {
  mu[1] ~ normal(3, 1);
  mu[2:] ~ normal(10, 1);
  {
    array[N, K] real gamma;
    array[K] real acc;
    for (k in 1:K) gamma[1, k] = normal_lpdf(y[1] | mu[k], 1);
    for (t in 2:N) {
      for (k in 1:K) {
        for (j in 1:K)
          acc[j] = gamma[t - 1, j] + log(theta[j, k]) + normal_lpdf(y[t] | mu[k], 1);
        gamma[t, k] = log_sum_exp(acc);
      }
    }
    target += log_sum_exp(gamma[N]);
  }
}
generated quantities {
  array[N] int<lower=1, upper=K> path;
  real log_p_path;
  {
    array[N, K] int back;
    array[N, K] real best = rep_array(negative_infinity(), N, K);
    for (k in 1:K) best[1, k] = normal_lpdf(y[1] | mu[k], 1);
    for (t in 2:N) {
      for (k in 1:K) {
        for (j in 1:K) {
          real logp = best[t - 1, j] + log(theta[j, k]) + normal_lpdf(y[t] | mu[k], 1);
          if (logp > best[t, k]) {
            back[t, k] = j;
            best[t, k] = logp;
          }
        }
      }
    }
    log_p_path = max(best[N]);
    for (k in 1:K)
      if (best[N, k] == log_p_path) path[N] = k;
    for (t in 1:(N - 1)) path[N - t] = back[N - t + 1, path[N - t + 1]];
  }
}
