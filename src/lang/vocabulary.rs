//! The words of the Stan language, supported here or not.
//!
//! They decide between "not supported yet" and "no such name", and which names a variable may not take.
//! Source: Stan Reference Manual 2.36 ("Reserved names", "Data types") and Stan Functions Reference 2.36.
//! Absent: what any of the words means.

/// Words with blanks between them: as an array, the lists below would take a line a word.
#[derive(Clone, Copy, Debug)]
pub struct Words(&'static str);

impl Words {
    /// Each word once, in the order of the list.
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        self.0.split_ascii_whitespace()
    }

    /// Whether `word` is one of them.
    #[must_use]
    pub fn contains(self, word: &str) -> bool {
        self.iter().any(|known| known == word)
    }
}

/// Types a declaration can begin with.
pub const TYPES: Words = Words(
    "
    array cholesky_factor_corr cholesky_factor_cov column_stochastic_matrix complex complex_matrix
    complex_row_vector complex_vector corr_matrix cov_matrix int matrix ordered positive_ordered real
    row_stochastic_matrix row_vector simplex sum_to_zero_matrix sum_to_zero_vector tuple unit_vector vector
    ",
);

/// Words a variable cannot be called, besides [`TYPES`] (of which `array` alone is free).
const KEYWORDS: Words = Words(
    "
    break continue data else for functions generated if in jacobian model parameters print profile quantities
    reject fatal_error return target transformed void while repeat until then true false auto extern static
    struct typedef export var fvar
    ",
);

/// Whether Stan keeps `word` for itself.
#[must_use]
pub fn is_reserved(word: &str) -> bool {
    (TYPES.contains(word) && word != "array") || KEYWORDS.contains(word)
}

/// Distribution families, as written after `~`.
pub const FAMILIES: Words = Words(
    "
    bernoulli bernoulli_logit bernoulli_logit_glm beta beta_binomial beta_neg_binomial beta_proportion
    binomial binomial_logit binomial_logit_glm categorical categorical_logit categorical_logit_glm cauchy
    chi_square dirichlet dirichlet_multinomial discrete_range double_exponential exp_mod_normal exponential
    frechet gamma gaussian_dlm_obs gumbel hmm_latent hypergeometric inv_chi_square inv_gamma inv_wishart
    inv_wishart_cholesky lkj_corr lkj_corr_cholesky logistic loglogistic lognormal multi_gp multi_gp_cholesky
    multi_normal multi_normal_cholesky multi_normal_prec multi_student_t multi_student_t_cholesky multinomial
    multinomial_logit neg_binomial neg_binomial_2 neg_binomial_2_log neg_binomial_2_log_glm normal
    normal_id_glm ordered_logistic ordered_logistic_glm ordered_probit pareto pareto_type_2 poisson
    poisson_log poisson_log_glm rayleigh scaled_inv_chi_square skew_double_exponential skew_normal std_normal
    student_t uniform von_mises weibull wiener wishart wishart_cholesky
    ",
);

/// Endings that turn a family into a function: densities, masses, distribution functions, generators.
const FAMILY_FUNCTION_ENDINGS: Words = Words("_lpdf _lupdf _lpmf _lupmf _cdf _lcdf _lccdf _rng _log");

/// The family behind a name such as `normal_lpdf`, if there is one.
#[must_use]
pub fn family_of_function(name: &str) -> Option<&'static str> {
    FAMILY_FUNCTION_ENDINGS.iter().find_map(|ending| {
        let stem = name.strip_suffix(ending)?;
        FAMILIES.iter().find(|family| *family == stem)
    })
}

/// Functions: the scalar ones of everyday models and the best-known of vectors and matrices.
pub const FUNCTIONS: Words = Words(
    "
    Phi Phi_approx abs acos acosh add_diag append_array append_col append_row asin asinh atan atan2 atanh
    bessel_first_kind bessel_second_kind binary_log_loss binomial_coefficient_log block cbrt ceil choose
    cholesky_decompose col cols columns_dot_product cos cosh cov_exp_quad cumulative_sum determinant
    diag_matrix diag_post_multiply diag_pre_multiply diagonal digamma dims distance dot_product dot_self e
    eigenvalues_sym eigenvectors_sym erf erfc exp exp2 expm1 fabs falling_factorial fdim floor fma fmax fmin
    fmod gamma_p gamma_q gp_exp_quad_cov head hypot identity_matrix inc_beta int_step integrate_1d
    integrate_ode_rk45 inv inv_Phi inv_cloglog inv_erfc inv_logit inv_sqrt inv_square inverse inverse_spd
    is_inf is_nan lambert_w0 lbeta lchoose ldexp lgamma linspaced_vector lmgamma lmultiply log log10 log1m
    log1m_exp log1m_inv_logit log1p log1p_exp log2 log_determinant log_diff_exp log_falling_factorial
    log_inv_logit log_inv_logit_diff log_mix log_modified_bessel_first_kind log_rising_factorial log_softmax
    log_sum_exp logical_negation logit map_rect max mdivide_left_tri_low mean min modified_bessel_first_kind
    negative_infinity not_a_number num_elements ode_bdf ode_rk45 one_hot_vector ones_vector owens_t pi
    positive_infinity pow prod qr_thin_Q quad_form quantile rank reduce_sum rep_array rep_matrix
    rep_row_vector rep_vector reverse rising_factorial round row rows rows_dot_product sd segment sin sinh
    size softmax sort_asc sort_desc sqrt sqrt2 square squared_distance std_normal_log_qf std_normal_qf step
    sub_col sub_row sum tail tan tanh target tcrossprod tgamma to_array_1d to_int to_matrix to_row_vector
    to_vector trace trigamma trunc variance zeros_vector
    ",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bound_words_may_name_variables_but_types_may_not() {
        for word in ["lower", "upper", "offset", "multiplier", "array", "T", "beta", "gamma"] {
            assert!(!is_reserved(word), "{word}");
        }
        for word in ["real", "simplex", "target", "model", "for"] {
            assert!(is_reserved(word), "{word}");
        }
    }

    #[test]
    fn a_density_names_its_family() {
        assert_eq!(family_of_function("normal_lpdf"), Some("normal"));
        assert_eq!(family_of_function("poisson_log_lpmf"), Some("poisson_log"));
        assert_eq!(family_of_function("nrmal_lpdf"), None);
    }
}
