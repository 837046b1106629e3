//! The words of the Stan language, supported here or not.
//!
//! They decide between "not supported yet" and "no such name", and which names a variable may not take.
//! Source: Stan Reference Manual 2.36 ("Reserved names", "Data types") and Stan Functions Reference 2.36, and
//! what stanc 2.40 knows beyond it.
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

/// Words a variable cannot be called, besides [`TYPES`].
const KEYWORDS: Words = Words(
    "
    break continue data else for functions generated if in jacobian model parameters print profile quantities
    reject fatal_error return target transformed void while repeat until then true false auto extern static
    struct typedef export var
    ",
);

/// Whether Stan keeps `word` for itself.
#[must_use]
pub fn is_reserved(word: &str) -> bool {
    TYPES.contains(word) || KEYWORDS.contains(word)
}

/// Distribution families that Stan has and ridgewalk has not.
pub const OTHER_FAMILIES: Words = Words(
    "
    beta_neg_binomial binomial_logit_glm dirichlet_multinomial gaussian_dlm_obs hmm_latent hypergeometric
    inv_wishart_cholesky lkj_cov loglogistic multi_gp multi_gp_cholesky multi_student_t_cholesky skew_double_exponential
    wiener wishart_cholesky yule_simon
    ",
);

/// Functions whose first argument is a function.
pub const REDUCTIONS: [&str; 2] = ["reduce_sum", "reduce_sum_static"];

/// Whether Stan has a function of this name to which a function is given, implemented here or not: no model may
/// define another of its name.
#[must_use]
pub fn is_higher_order(name: &str) -> bool {
    const STEMS: [&str; 5] = ["ode_", "dae", "solve_newton", "solve_powell", "laplace_"];
    REDUCTIONS.contains(&name)
        || name.starts_with("laplace_marginal_")
        || OTHER_FUNCTIONS.contains(name) && STEMS.iter().any(|stem| name.starts_with(stem))
}

/// Functions that Stan has and ridgewalk has not, but for those of constrained types (see [`is_other_function`]).
pub const OTHER_FUNCTIONS: Words = Words(
    "
    algebra_solver algebra_solver_newton arg bessel_first_kind bessel_second_kind binary_log_loss
    complex_schur_decompose complex_schur_decompose_t complex_schur_decompose_u conj csr_extract dae dae_tol
    eigendecompose eigendecompose_sym eigenvalues eigenvalues_sym eigenvectors eigenvectors_sym fft fft2 gamma_p
    gamma_q generalized_inverse generate_laplace_options get_imag get_lp get_real hmm_hidden_state_prob
    hmm_latent_rng hypergeometric_1F0 hypergeometric_2F1 hypergeometric_3F2 hypergeometric_pFq inc_beta inc_beta_inv
    integrate_1d integrate_1d_double_exponential integrate_1d_gauss_kronrod integrate_ode integrate_ode_adams
    integrate_ode_bdf integrate_ode_rk45 inv_erfc inv_fft inv_fft2 inv_inc_beta lambert_w0 lambert_wm1
    laplace_latent_rng laplace_marginal laplace_marginal_tol ldexp map_rect matrix_exp matrix_exp_multiply
    matrix_power modified_bessel_second_kind norm ode_adams ode_adams_tol ode_adjoint_tol_ctl ode_bdf ode_bdf_tol
    ode_ckrk ode_ckrk_tol ode_rk45 ode_rk45_tol owens_t polar proj qr qr_thin scale_matrix_exp_multiply
    singular_values solve_newton solve_newton_tol solve_powell solve_powell_tol std_normal_log_qf std_normal_qf
    student_t_qf svd svd_U svd_V to_complex trace_dot trace_gen_quad_form wiener_lccdf_unnorm wiener_lcdf_unnorm
    ",
);

/// Constrained types whose transforms Stan has as functions, under three endings.
const TRANSFORMED: Words = Words(
    "
    cholesky_factor_corr cholesky_factor_cov corr_matrix cov_matrix lower_bound lower_upper_bound offset_multiplier
    ordered positive_ordered simplex stochastic_column stochastic_row sum_to_zero unit_vector upper_bound
    ",
);

/// The endings of the functions of constrained types.
const TRANSFORMS: [&str; 3] = ["_constrain", "_jacobian", "_unconstrain"];

/// Whether Stan has a function of this name and ridgewalk has not.
#[must_use]
pub fn is_other_function(name: &str) -> bool {
    other_functions().any(|other| other == name)
}

/// All functions that Stan has and ridgewalk has not.
pub fn other_functions() -> impl Iterator<Item = String> {
    let transforms = TRANSFORMED.iter().flat_map(|stem| TRANSFORMS.iter().map(move |ending| format!("{stem}{ending}")));
    OTHER_FUNCTIONS.iter().map(str::to_owned).chain(transforms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bound_words_may_name_variables_but_types_may_not() {
        for word in ["lower", "upper", "offset", "multiplier", "T", "beta", "gamma", "e"] {
            assert!(!is_reserved(word), "{word}");
        }
        for word in ["real", "simplex", "target", "model", "for", "array"] {
            assert!(is_reserved(word), "{word}");
        }
    }

    #[test]
    fn no_word_stands_twice_in_a_list() {
        for words in [TYPES, KEYWORDS, OTHER_FAMILIES, OTHER_FUNCTIONS] {
            let mut seen = std::collections::BTreeSet::new();
            assert!(words.iter().all(|word| seen.insert(word)), "{words:?}");
        }
    }
}
