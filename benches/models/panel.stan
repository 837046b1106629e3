// A panel of people seen every year: wages, work, health and satisfaction, with effects of people and regions that go
// together. Two hundred lines, of the kind that applied work has, to measure what compiling them takes.
functions {
  // A first-order autoregression from its stationary distribution.
  real stationary_lpdf(vector x, real rho, real sigma) {
    int n = rows(x);
    real lp = normal_lpdf(x[1] | 0, sigma / sqrt(1 - square(rho)));
    return lp + normal_lpdf(tail(x, n - 1) | rho * head(x, n - 1), sigma);
  }
  // What the years since an event add, with decreasing returns.
  vector returns_of(vector years, real slope, real bend) {
    return slope * years + bend * square(years) / 10;
  }
  // The probability of staying in work, from two indices.
  vector stays(vector index, real floor_of) {
    return floor_of + (1 - floor_of) * inv_logit(index);
  }
  // Effects with correlations, from independent ones.
  matrix correlated(matrix z, vector scales, matrix factor) {
    return (diag_pre_multiply(scales, factor) * z)';
  }
}
data {
  int<lower=1> N; // rows: a person in a year
  int<lower=1> J; // people
  int<lower=1> R; // regions
  int<lower=2> T; // years
  int<lower=1> K; // covariates
  array[N] int<lower=1, upper=J> person;
  array[J] int<lower=1, upper=R> region;
  array[N] int<lower=1, upper=T> year;
  matrix[N, K] x;
  vector<lower=0>[N] experience;
  vector[N] log_wage;
  array[N] int<lower=0, upper=1> works;
  array[N] int<lower=0> visits;
  array[N] int<lower=1, upper=5> satisfaction;
  vector<lower=0>[N] spell;
  array[N] int<lower=0, upper=1> ended;
  vector[R] unemployment;
  real<lower=0> measurement_error;
}
transformed data {
  vector[K] means;
  vector[K] sds;
  matrix[N, K] xs;
  vector[R] slack = (unemployment - mean(unemployment)) / sd(unemployment);
  vector[N] log_exposure;
  int observed = 0;
  array[J] int rows_of = rep_array(0, J);
  for (k in 1:K) {
    means[k] = mean(x[, k]);
    sds[k] = sd(x[, k]);
    xs[, k] = (x[, k] - means[k]) / sds[k];
  }
  for (n in 1:N) {
    rows_of[person[n]] += 1;
    observed += works[n];
    log_exposure[n] = log1p(experience[n] / 10);
  }
  if (min(rows_of) == 0) {
    reject("person without a row");
  }
  if (observed == 0) {
    reject("nobody works");
  }
}
parameters {
  // Wages.
  real wage_intercept;
  vector[K] wage_slopes;
  real<lower=0> return_slope;
  real<upper=0> return_bend;
  real<lower=0> wage_noise;
  real<lower=2> wage_tails;
  // Work.
  real work_intercept;
  vector[K] work_slopes;
  real<lower=0, upper=0.5> work_floor;
  // Visits to a doctor.
  real visit_intercept;
  vector[K] visit_slopes;
  real<lower=0> visit_dispersion;
  real<lower=0, upper=1> never;
  // Satisfaction.
  vector[K] satisfaction_slopes;
  real wage_in_satisfaction;
  ordered[4] cuts;
  // Spells.
  real<lower=0> spell_shape;
  real spell_intercept;
  vector[K] spell_slopes;
  // People.
  matrix[3, J] z_person;
  cholesky_factor_corr[3] factor_person;
  vector<lower=0>[3] scales_person;
  // Regions.
  vector[R] z_region;
  real<lower=0> scale_region;
  real slack_slope;
  // Years.
  vector[T] z_year;
  real<lower=-1, upper=1> persistence;
  real<lower=0> scale_year;
  // A latent health that two outcomes share.
  vector[J] health;
  real<lower=0> health_in_visits;
  real health_in_work;
  simplex[3] kinds;
  ordered[3] kind_means;
}
transformed parameters {
  matrix[J, 3] effects = correlated(z_person, scales_person, factor_person);
  vector[R] by_region = slack_slope * slack + scale_region * z_region;
  vector[N] wage_mean;
  vector[N] work_index;
  vector[N] visit_index;
  vector[N] liking;
  {
    vector[N] common = z_year[year] + by_region[region[person]];
    wage_mean = wage_intercept + xs * wage_slopes
                + returns_of(experience, return_slope, return_bend)
                + effects[person, 1] + common;
    work_index = work_intercept + xs * work_slopes
                 + effects[person, 2] - 0.5 * common
                 + health_in_work * health[person];
    visit_index = visit_intercept + xs * visit_slopes
                  - health_in_visits * health[person] + log_exposure;
    liking = xs * satisfaction_slopes + effects[person, 3]
             + wage_in_satisfaction * (wage_mean - wage_intercept);
  }
}
model {
  // Priors.
  wage_intercept ~ normal(2, 1);
  wage_slopes ~ normal(0, 0.5);
  return_slope ~ normal(0, 0.1);
  return_bend ~ normal(0, 0.1);
  wage_noise ~ exponential(2);
  wage_tails ~ gamma(2, 0.1);
  work_intercept ~ student_t(3, 0, 2.5);
  work_slopes ~ normal(0, 1);
  work_floor ~ beta(1, 9);
  visit_intercept ~ normal(0, 1);
  visit_slopes ~ normal(0, 0.5);
  visit_dispersion ~ inv_gamma(2, 1);
  never ~ beta(2, 5);
  satisfaction_slopes ~ normal(0, 1);
  wage_in_satisfaction ~ normal(0, 1);
  cuts ~ normal(0, 2);
  spell_shape ~ lognormal(0, 0.3);
  spell_intercept ~ normal(1, 1);
  spell_slopes ~ normal(0, 0.5);
  to_vector(z_person) ~ std_normal();
  factor_person ~ lkj_corr_cholesky(2);
  scales_person ~ normal(0, 0.5);
  z_region ~ std_normal();
  scale_region ~ normal(0, 0.3);
  slack_slope ~ normal(0, 0.3);
  z_year ~ stationary(persistence, scale_year);
  persistence ~ normal(0.5, 0.3);
  scale_year ~ normal(0, 0.2);
  health_in_visits ~ normal(0, 0.5);
  health_in_work ~ normal(0, 0.5);
  kinds ~ dirichlet(rep_vector(4, 3));
  kind_means ~ normal(0, 1.5);
  // People are of three kinds, by their health.
  for (j in 1:J) {
    vector[3] lp = log(kinds);
    for (k in 1:3) {
      lp[k] += normal_lpdf(health[j] | kind_means[k], 0.5);
    }
    target += log_sum_exp(lp);
  }
  // Wages of those who work, with a known error of measurement.
  for (n in 1:N) {
    if (works[n]) {
      log_wage[n] ~ student_t(wage_tails, wage_mean[n],
                              sqrt(square(wage_noise) + square(measurement_error)));
    }
  }
  works ~ bernoulli(stays(work_index, work_floor));
  // Visits: some never go.
  for (n in 1:N) {
    if (visits[n] == 0) {
      target += log_sum_exp(bernoulli_lpmf(1 | never),
                            bernoulli_lpmf(0 | never)
                            + neg_binomial_2_log_lpmf(0 | visit_index[n], visit_dispersion));
    } else {
      target += bernoulli_lpmf(0 | never)
                + neg_binomial_2_log_lpmf(visits[n] | visit_index[n], visit_dispersion);
    }
  }
  satisfaction ~ ordered_logistic(liking, cuts);
  // Spells that last are censored.
  for (n in 1:N) {
    real scale = exp(spell_intercept + xs[n] * spell_slopes);
    if (ended[n]) {
      spell[n] ~ weibull(spell_shape, scale);
    } else {
      target += weibull_lccdf(spell[n] | spell_shape, scale);
    }
  }
}
generated quantities {
  corr_matrix[3] correlation = multiply_lower_tri_self_transpose(factor_person);
  real best_experience = -5 * return_slope / return_bend;
  vector[N] replicated;
  for (n in 1:N) {
    replicated[n] = student_t_rng(wage_tails, wage_mean[n], wage_noise);
  }
}
