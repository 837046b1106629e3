//! The distributions, a row each.
//!
//! A row is `name what (outcome | arguments)`, each with its type and its name. `what` says which functions exist:
//! `l` the log density or mass (also behind `~`), `c` the distribution functions `_cdf`, `_lcdf` and `_lccdf`, `k` the same
//! where data alone give all arguments, `r` the generator `_rng`. A generator takes the same arguments, unless it stands behind a `;` with its own. `reals` is a
//! real or a one-dimensional container of reals, `ints` the same of ints, `vectors` a vector or an array of them, of
//! rows too. A generator gives one outcome, or an array when an argument holds several.
//! Source: Stan Functions Reference 2.36.

pub(super) const FAMILIES: &str = "
normal lcr (reals y | reals mu, reals sigma)
std_normal lcr (reals y |)
student_t lkr (reals y | reals nu, reals mu, reals sigma)
cauchy lcr (reals y | reals mu, reals sigma)
double_exponential lcr (reals y | reals mu, reals sigma)
logistic lcr (reals y | reals mu, reals sigma)
gumbel lcr (reals y | reals mu, reals beta)
lognormal lcr (reals y | reals mu, reals sigma)
chi_square lkr (reals y | reals nu)
inv_chi_square lkr (reals y | reals nu)
scaled_inv_chi_square lkr (reals y | reals nu, reals sigma)
exponential lcr (reals y | reals beta)
gamma lkr (reals y | reals alpha, reals beta)
inv_gamma lkr (reals y | reals alpha, reals beta)
weibull lcr (reals y | reals alpha, reals sigma)
frechet lcr (reals y | reals alpha, reals sigma)
rayleigh lcr (reals y | reals sigma)
pareto lcr (reals y | reals y_min, reals alpha)
pareto_type_2 lcr (reals y | reals mu, reals lambda, reals alpha)
beta lkr (reals theta | reals alpha, reals beta)
beta_proportion lkr (reals theta | reals mu, reals kappa)
uniform lcr (reals y | reals alpha, reals beta)
von_mises lr (reals y | reals mu, reals kappa)
skew_normal lr (reals y | reals xi, reals omega, reals alpha)
exp_mod_normal lcr (reals y | reals mu, reals sigma, reals lambda)

bernoulli lcr (ints y | reals theta)
bernoulli_logit lr (ints y | reals alpha)
binomial lcr (ints n | ints N, reals theta)
binomial_logit lr (ints n | ints N, reals alpha)
beta_binomial lcr (ints n | ints N, reals alpha, reals beta)
categorical lr (ints y | vector theta); int (vector theta)
categorical_logit lr (ints y | vector beta); int (vector beta)
discrete_range lr (ints y | ints lower, ints upper)
neg_binomial lcr (ints n | reals alpha, reals beta)
neg_binomial_2 lcr (ints n | reals mu, reals phi)
neg_binomial_2_log lr (ints n | reals eta, reals phi)
poisson lcr (ints n | reals lambda)
poisson_log lr (ints n | reals alpha)
ordered_logistic lr (ints k | reals eta, vector|vector[] c); int (real eta, vector c)
ordered_probit lr (ints k | reals eta, vector|vector[] c); int (real eta, vector c)
multinomial lr (int[] y | vector theta); int[] (vector theta, int N)
multinomial_logit lr (int[] y | vector gamma); int[] (vector gamma, int N)

dirichlet lr (vectors theta | vectors alpha); vector (vector alpha)
multi_normal lr (vectors y | vectors mu, matrix Sigma)
multi_normal_prec l (vectors y | vectors mu, matrix Omega)
multi_normal_cholesky lr (vectors y | vectors mu, matrix L)
multi_student_t lr (vectors y | real nu, vectors mu, matrix Sigma)
lkj_corr lr (matrix y | real eta); matrix (int K, real eta)
lkj_corr_cholesky lr (matrix L | real eta); matrix (int K, real eta)
wishart lr (matrix W | real nu, matrix Sigma); matrix (real nu, matrix Sigma)
inv_wishart lr (matrix W | real nu, matrix Sigma); matrix (real nu, matrix Sigma)

normal_id_glm l (real|vector y | matrix|row_vector x, real|vector alpha, vector beta, real|vector sigma)
bernoulli_logit_glm l (ints y | matrix|row_vector x, real|vector alpha, vector beta)
poisson_log_glm l (ints y | matrix|row_vector x, real|vector alpha, vector beta)
neg_binomial_2_log_glm l (ints y | matrix|row_vector x, real|vector alpha, vector beta, real|vector phi)
categorical_logit_glm l (ints y | matrix|row_vector x, vector alpha, matrix beta)
ordered_logistic_glm l (ints y | matrix|row_vector x, vector beta, vector c)
";
