//! Multivariate distributions, those whose arguments are vectors, and the regressions with densities of their own.

use super::{require_lengths, unequal};
use crate::ir::graph::Number;
use crate::lang::bind::BindError;
use crate::lang::interpret::check::Extent;
use crate::lang::interpret::elementwise::{dot, elementwise, matrix_vector};
use crate::lang::interpret::library::require_elements;
use crate::lang::interpret::value::{Inner, Shape, Value};
use crate::lang::interpret::{Interpreter, Stop};
use crate::lang::source::Span;
use crate::lang::typed::Density;
use crate::model::dist;

impl Interpreter<'_> {
    /// The log density of a family that is not univariate.
    pub(super) fn multivariate(&mut self, family: &str, values: &[Value], span: Span) -> Result<Number, Stop> {
        match family {
            "categorical" | "categorical_logit" => {
                require_elements(&values[1], span)?;
                let theta = values[1].numbers(&mut self.graph);
                let density = if family == "categorical" {
                    dist::categorical::log_density
                } else {
                    dist::categorical_logit::log_density
                };
                let terms = elementwise(&mut self.graph, &[&values[0]], |graph, y| density(graph, y[0], &theta));
                Ok(self.total(&values[0], &terms))
            }
            "ordered_logistic" | "ordered_probit" => self.ordered(family, values, span),
            "normal_id_glm" | "bernoulli_logit_glm" | "poisson_log_glm" | "neg_binomial_2_log_glm" => {
                self.regression(family, values, span)
            }
            "categorical_logit_glm" | "ordered_logistic_glm" => self.choice_regression(family, values, span),
            "lkj_corr" | "lkj_corr_cholesky" => {
                self.require_square(&values[0], span)?;
                let matrix = self.matrix(&values[0]);
                let density = if family == "lkj_corr" {
                    dist::lkj_corr::log_density
                } else {
                    dist::lkj_corr_cholesky::log_density
                };
                Ok(density(&mut self.graph, &matrix, values[1].scalar()))
            }
            "wishart" | "inv_wishart" => {
                self.require_square(&values[0], span)?;
                self.require_shape(&values[0].shape, &values[2].shape, span)?;
                let (outcome, nu, scale) = (self.matrix(&values[0]), values[1].scalar(), self.matrix(&values[2]));
                let density =
                    if family == "wishart" { dist::wishart::log_density } else { dist::inv_wishart::log_density };
                let term = density(&mut self.graph, &outcome, nu, &scale);
                self.observe(&values[0], &Value::number(term));
                Ok(term)
            }
            _ => self.of_vectors(family, values, span),
        }
    }

    /// Outcomes between cutpoints, which may be one vector for all outcomes or one for each.
    fn ordered(&mut self, family: &str, values: &[Value], span: Span) -> Result<Number, Stop> {
        let density = if family == "ordered_logistic" {
            dist::ordered_logistic::log_density
        } else {
            dist::ordered_probit::log_density
        };
        let all = values[2].numbers(&mut self.graph);
        let &[count] = &values[2].shape.arrays[..] else {
            require_lengths(&values[..2], span)?;
            let terms =
                elementwise(&mut self.graph, &[&values[0], &values[1]], |graph, x| density(graph, x[0], x[1], &all));
            return Ok(self.total(&values[0], &terms));
        };
        let wrong = values[..2].iter().find(|value| !value.shape.is_scalar() && value.len() != count);
        if let Some(wrong) = wrong {
            return Err(unequal(&values[2], wrong, span));
        }
        let (y, eta) = (values[0].numbers(&mut self.graph), values[1].numbers(&mut self.graph));
        let each = values[2].shape.inner.len();
        let mut total = Number::Known(0.0);
        for index in 0..count {
            let at = |list: &[Number]| if list.len() == 1 { list[0] } else { list[index] };
            let cutpoints = &all[index * each..(index + 1) * each];
            let term = density(&mut self.graph, at(&y), at(&eta), cutpoints);
            let term = self.total(&Value::number(at(&y)), &Value::number(term));
            total = self.graph.add(total, term);
        }
        Ok(total)
    }

    /// Families of vectors, each argument a vector, an array of vectors, or a matrix that all share.
    fn of_vectors(&mut self, family: &str, values: &[Value], span: Span) -> Result<Number, Stop> {
        let (scale_at, degrees_at) = match family {
            "multi_normal" | "multi_normal_prec" | "multi_normal_cholesky" => (Some(2), None),
            "multi_student_t" => (Some(3), Some(1)),
            "dirichlet" | "multinomial" | "multinomial_logit" => (None, None),
            _ => return Err(BindError::NotYet { what: format!("the distribution `{family}`"), span }.into()),
        };
        self.factorises |=
            family != "multi_normal_cholesky" && scale_at.is_some_and(|at: usize| values[at].as_known().is_none());
        let matrix = scale_at.map(|at: usize| self.matrix(&values[at]));
        let degrees = degrees_at.map(|at: usize| values[at].scalar());
        let vectors: Vec<&Value> = values
            .iter()
            .enumerate()
            .filter(|(index, _)| Some(*index) != scale_at && Some(*index) != degrees_at)
            .map(|(_, value)| value)
            .collect();
        // An array of counts is one outcome, as a vector is.
        let counts = family.starts_with("multinomial").then_some(0);
        let shapes: Vec<(Vec<usize>, usize)> = vectors
            .iter()
            .enumerate()
            .map(|(at, value)| match &value.shape {
                shape if counts == Some(at) => (Vec::new(), shape.len()),
                shape => (shape.arrays.clone(), shape.inner.len()),
            })
            .collect();
        let size = shapes[0].1;
        let arrays = shapes.iter().map(|(arrays, _)| arrays).find(|arrays| !arrays.is_empty());
        for (value, (around, inner)) in vectors.iter().zip(&shapes) {
            if *inner != size || arrays.is_some_and(|arrays| !around.is_empty() && around != arrays) {
                return Err(unequal(vectors[0], value, span));
            }
        }
        if let (Some(matrix), Some(at)) = (&matrix, scale_at)
            && (matrix.rows != size || matrix.columns != size)
        {
            return Err(unequal(vectors[0], &values[at], span));
        }
        let of = |graph: &mut crate::ir::Graph, lists: &[Vec<Number>]| match (family, &matrix, degrees) {
            ("multi_normal", Some(m), _) => dist::multi_normal::log_density(graph, &lists[0], &lists[1], m),
            ("multi_normal_prec", Some(m), _) => dist::multi_normal_prec::log_density(graph, &lists[0], &lists[1], m),
            ("multi_normal_cholesky", Some(m), _) => {
                dist::multi_normal_cholesky::log_density(graph, &lists[0], &lists[1], m)
            }
            ("multi_student_t", Some(m), Some(nu)) => {
                dist::multi_student_t::log_density(graph, &lists[0], nu, &lists[1], m)
            }
            ("dirichlet", ..) => dist::dirichlet::log_density(graph, &lists[0], &lists[1]),
            ("multinomial", ..) => dist::multinomial::log_density(graph, &lists[0], &lists[1]),
            _ => dist::multinomial_logit::log_density(graph, &lists[0], &lists[1]),
        };
        let Some(arrays) = arrays else {
            let lists: Vec<Vec<Number>> = vectors.iter().map(|value| value.numbers(&mut self.graph)).collect();
            let term = of(&mut self.graph, &lists);
            self.observe(vectors[0], &Value::number(term));
            return Ok(term);
        };
        let count: usize = arrays.iter().product();
        // All arrays as rows, if all can be.
        let mut lists = Vec::new();
        for (value, (around, inner)) in vectors.iter().zip(&shapes) {
            let list = if around.is_empty() {
                let numbers = value.numbers(&mut self.graph);
                numbers.iter().all(|&number| self.graph.domain(number).is_none()).then_some(numbers)
            } else {
                self.across(&value.reshaped(Shape { arrays: around.clone(), inner: Inner::Vector(*inner) }))
            };
            lists.push(list);
        }
        // Contributions are noted vector by vector.
        if self.contributions.is_none()
            && let Some(lists) = lists.into_iter().collect::<Option<Vec<_>>>()
        {
            let term = of(&mut self.graph, &lists);
            self.observe(vectors[0], &Value::number(term));
            return Ok(self.graph.sum(term, count));
        }
        let numbers: Vec<Vec<Number>> = vectors.iter().map(|value| value.numbers(&mut self.graph)).collect();
        let mut total = Number::Known(0.0);
        for part in 0..count {
            let lists: Vec<Vec<Number>> = numbers
                .iter()
                .zip(&shapes)
                .map(
                    |(list, (around, _))| {
                        if around.is_empty() { list.clone() } else { list[part * size..(part + 1) * size].to_vec() }
                    },
                )
                .collect();
            let term = of(&mut self.graph, &lists);
            let outcome: Vec<Number> = lists[0].clone();
            let outcome = Value::each(Shape::array(vec![outcome.len()]), outcome);
            let term = self.total(&outcome, &Value::number(term));
            total = self.graph.add(total, term);
        }
        Ok(total)
    }

    /// `y ~ ..._glm(x, alpha, beta, ...)`: the family at `alpha + x * beta`.
    fn regression(&mut self, family: &str, values: &[Value], span: Span) -> Result<Number, Stop> {
        // A single row is as often there as there are outcomes.
        if values[0].shape.is_scalar() && matches!(values[1].shape.inner, Inner::RowVector(_)) {
            let several = |value: &&Value| !value.shape.is_scalar() && value.len() != 1;
            if let Some(wrong) = values[2..3].iter().chain(&values[4..]).find(several) {
                return Err(unequal(&values[0], wrong, span));
            }
        }
        let eta = self.linear_predictor(&values[1], &values[2], &values[3], span)?;
        let base = match family {
            "normal_id_glm" => "normal",
            "bernoulli_logit_glm" => "bernoulli_logit",
            "poisson_log_glm" => "poisson_log",
            _ => "neg_binomial_2_log",
        };
        let mut arguments = vec![values[0].clone(), eta];
        arguments.extend_from_slice(&values[4..]);
        Ok(self.family(base, Density::Lpdf, &arguments, span)?.scalar())
    }

    /// `alpha + x * beta`; of a single row of covariates, one number for all outcomes.
    fn linear_predictor(&mut self, x: &Value, alpha: &Value, beta: &Value, span: Span) -> Result<Value, Stop> {
        let columns = match x.shape.inner {
            Inner::Matrix(_, columns) | Inner::RowVector(columns) => columns,
            Inner::Scalar | Inner::Vector(_) => unreachable!("the checker knows the types"),
        };
        if columns != beta.len() {
            let (left, right) = (x.shape.to_string(), beta.shape.to_string());
            return Err(BindError::Product { left, right, span }.into());
        }
        let product = match x.shape.inner {
            Inner::Matrix(rows, columns) => {
                matrix_vector(&mut self.graph, x, rows, columns, beta, Shape::of(Inner::Vector(rows)))
            }
            _ => Value::number(dot(&mut self.graph, x, beta)),
        };
        self.binary(crate::lang::ast::BinaryOperator::Add, &product, alpha, span)
    }

    /// `categorical_logit_glm(x, alpha, beta)` and `ordered_logistic_glm(x, beta, c)`.
    fn choice_regression(&mut self, family: &str, values: &[Value], span: Span) -> Result<Number, Stop> {
        if family == "ordered_logistic_glm" {
            let zero = Value::number(Number::Known(0.0));
            let eta = self.linear_predictor(&values[1], &zero, &values[2], span)?;
            let arguments = [values[0].clone(), eta, values[3].clone()];
            return self.multivariate("ordered_logistic", &arguments, span);
        }
        let Inner::Matrix(rows, columns) = values[3].shape.inner else { unreachable!("the checker knows the types") };
        require_elements(&values[2], span)?;
        if values[2].len() != columns {
            return Err(unequal(&values[2], &values[3], span));
        }
        let alpha = values[2].numbers(&mut self.graph);
        let mut predictors = Vec::new();
        for (category, &alpha) in alpha.iter().enumerate() {
            let positions: Vec<u32> =
                (category * rows..(category + 1) * rows).map(|position| position as u32).collect();
            let beta = values[3].gather(&mut self.graph, Shape::of(Inner::Vector(rows)), &positions);
            predictors.push(self.linear_predictor(&values[1], &Value::number(alpha), &beta, span)?);
        }
        require_lengths(&[&values[..1], &predictors].concat(), span)?;
        let mut arguments = vec![&values[0]];
        arguments.extend(&predictors);
        let terms = elementwise(&mut self.graph, &arguments, |graph, x| {
            dist::categorical_logit::log_density(graph, x[0], &x[1..])
        });
        Ok(self.total(&values[0], &terms))
    }

    /// A random value of a family that is not univariate.
    pub(super) fn simulate_multivariate(&mut self, family: &str, values: &[Value], span: Span) -> Result<Value, Stop> {
        let mut lists = Vec::new();
        for value in values {
            lists.push(self.require_known(value, span)?);
        }
        let shape = |value: &Value| Shape { arrays: Vec::new(), inner: value.shape.inner };
        if family.ends_with("wishart") {
            self.require_square(&values[1], span)?;
        }
        if let ("multi_normal" | "multi_normal_cholesky" | "multi_student_t", [.., mean, scale]) = (family, values) {
            let size = mean.shape.inner.len();
            if scale.shape.inner != Inner::Matrix(size, size) {
                return Err(unequal(mean, scale, span));
            }
        }
        self.require_arguments(family, Density::Rng, values, Extent::Full, span)?;
        let limits = self.limits;
        let random = self.random.as_mut().expect("the checker admits random functions where there is a stream");
        Ok(match family {
            "categorical" => Value::number(Number::Known(dist::categorical::simulate(random, &lists[0]))),
            "categorical_logit" => Value::number(Number::Known(dist::categorical_logit::simulate(random, &lists[0]))),
            "ordered_logistic" => {
                Value::number(Number::Known(dist::ordered_logistic::simulate(random, lists[0][0], &lists[1])))
            }
            "ordered_probit" => {
                Value::number(Number::Known(dist::ordered_probit::simulate(random, lists[0][0], &lists[1])))
            }
            "dirichlet" => Value::known(shape(&values[0]), dist::dirichlet::simulate(random, &lists[0])),
            "multinomial" => {
                let counts = dist::multinomial::simulate(random, &lists[0], lists[1][0]);
                Value::known(Shape::array(vec![counts.len()]), counts)
            }
            "multinomial_logit" => {
                let counts = dist::multinomial_logit::simulate(random, &lists[0], lists[1][0]);
                Value::known(Shape::array(vec![counts.len()]), counts)
            }
            "multi_normal" | "multi_normal_cholesky" | "multi_student_t" => {
                let (mean_at, scale_at) = if family == "multi_student_t" { (1, 2) } else { (0, 1) };
                let mean = &values[mean_at];
                let size = mean.shape.inner.len();
                // An array of means gives an array of vectors.
                let mut draws = Vec::with_capacity(mean.len());
                for mu in lists[mean_at].chunks(size.max(1)) {
                    draws.extend(match family {
                        "multi_normal" => dist::multi_normal::simulate(random, mu, &lists[scale_at]),
                        "multi_normal_cholesky" => dist::multi_normal_cholesky::simulate(random, mu, &lists[scale_at]),
                        _ => dist::multi_student_t::simulate(random, lists[0][0], mu, &lists[scale_at]),
                    });
                }
                Value::known(Shape { arrays: mean.shape.arrays.clone(), inner: Inner::Vector(size) }, draws)
            }
            "lkj_corr" | "lkj_corr_cholesky" => {
                let size = positive_size(lists[0][0], span)?;
                limits.require_room(&[size, size], span)?;
                let simulate =
                    if family == "lkj_corr" { dist::lkj_corr::simulate } else { dist::lkj_corr_cholesky::simulate };
                Value::known(Shape::of(Inner::Matrix(size, size)), simulate(random, size, lists[1][0]))
            }
            "wishart" | "inv_wishart" => {
                let simulate = if family == "wishart" { dist::wishart::simulate } else { dist::inv_wishart::simulate };
                Value::known(shape(&values[1]), simulate(random, lists[0][0], &lists[1]))
            }
            _ => return Err(BindError::NotYet { what: format!("`{family}_rng`"), span }.into()),
        })
    }
}

/// A size from 1.
fn positive_size(size: f64, span: Span) -> Result<usize, Stop> {
    if size < 1.0 {
        return Err(BindError::Argument { message: format!("a size must be positive, and is {size}"), span }.into());
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an integer from 1")]
    Ok(size as usize)
}
