"""Writes tests/data/edges.json: values and gradients at zeros, ties, underflow and overflow, for every differentiable
function and family of the language.

    python -m venv venv && venv/bin/pip install mpmath==1.4.1 numpy==2.4.6 scipy==1.17.1 stanli==0.24.0
    venv/bin/python scripts/reference/edges.py > tests/data/edges.json

The truth is mpmath's at 750 digits: values by the textbook's formulas (those of families are distributions.py's),
derivatives by central differences. Where the truth has no derivative, or an infinite one, the derivative is Stan's, as
stanli computes it (stanc3 and Stan's mathematics). Points that Stan rejects are left out, and derivatives where the value is not
finite. `null` stands for what is not held.

What Stan computes otherwise than the truth is printed to standard error.
"""

import itertools
import json
import math
import sys

import mpmath as mp
import numpy as np
import stanli

from distributions import FAMILIES
from mpmath.libmp import NoConvergence

mp.mp.dps = 750
STEP = mp.mpf(10) ** -180
INF = mp.inf

TINY, SMALL, HUGE = 1e-300, 1e-17, 1e200
NAMES = "abcdefgh"


def points(*lists):
    return [list(point) for point in itertools.product(*lists)]


def signed(*numbers):
    return sorted({sign * number + 0.0 for number in numbers for sign in (-1.0, 1.0)})


LINE = signed(0.0, TINY, SMALL, 0.5, 1.0, 3.0, 40.0, 800.0, 1e10, HUGE)
POSITIVE = [0.0, TINY, SMALL, 0.5, 1.0, 3.0, 40.0, 800.0, 1e10, HUGE]
UNIT = [0.0, TINY, SMALL, 0.3, 0.5, 1.0 - 2.0**-53, 1.0]


def log(x):
    return mp.log(x) if x > 0 else (-INF if x == 0 else mp.nan)


def logistic(x):
    return 1 / (1 + mp.exp(-x))


def lgamma(x):
    return mp.log(abs(mp.gamma(x))) if x < 1e6 else mp.loggamma(x)


def ln_beta(x, y):
    return lgamma(x) + lgamma(y) - lgamma(x + y)


def quantile(p):
    return mp.sqrt(2) * mp.erfinv(2 * p - 1)


ONE = {
    "abs": (abs, LINE), "inv": (lambda x: 1 / x, LINE), "inv_sqrt": (lambda x: 1 / mp.sqrt(x), POSITIVE),
    "inv_square": (lambda x: 1 / x**2, LINE), "sqrt": (mp.sqrt, POSITIVE),
    "cbrt": (lambda x: mp.sign(x) * mp.cbrt(abs(x)), LINE), "square": (lambda x: x * x, LINE), "exp": (mp.exp, LINE),
    "exp2": (lambda x: mp.mpf(2) ** x, LINE), "expm1": (mp.expm1, LINE), "log": (log, POSITIVE),
    "log2": (lambda x: log(x) / mp.log(2), POSITIVE), "log10": (lambda x: log(x) / mp.log(10), POSITIVE),
    "log1p": (lambda x: log(1 + x), [-1.0, -1 + 2.0**-53, -0.5, *POSITIVE, -TINY, -SMALL]),
    "log1m": (lambda x: log(1 - x), [1.0, 1 - 2.0**-53, 0.5, -HUGE, -1e10, -1.0, TINY, SMALL, 0.0]),
    "log1p_exp": (lambda x: log(1 + mp.exp(x)), LINE),
    "log1m_exp": (lambda x: log(-mp.expm1(x)), [0.0, -TINY, -SMALL, -0.5, -40.0, -800.0, -1e10, -HUGE]),
    "logit": (lambda x: log(x / (1 - x)), UNIT[1:-1]), "inv_logit": (logistic, LINE),
    "log_inv_logit": (lambda x: log(logistic(x)) if x > -1e4 else x - log(1 + mp.exp(x)), LINE),
    "log1m_inv_logit": (lambda x: log(logistic(-x)) if x < 1e4 else -x - log(1 + mp.exp(-x)), LINE),
    "inv_cloglog": (lambda x: -mp.expm1(-mp.exp(x)), [x for x in LINE if x < 1e5]), "Phi": (mp.ncdf, [x for x in LINE if abs(x) < 1e5]),
    "Phi_approx": (lambda x: logistic(mp.mpf("0.07056") * x**3 + mp.mpf("1.5976") * x), [x for x in LINE if abs(x) < 1e5]),
    "inv_Phi": (None, UNIT), "erf": (mp.erf, [x for x in LINE if abs(x) < 1e5]),
    "erfc": (mp.erfc, [x for x in LINE if abs(x) < 1e5]), "sin": (mp.sin, [x for x in LINE if abs(x) < 1e4]),
    "cos": (mp.cos, [x for x in LINE if abs(x) < 1e4]), "tan": (mp.tan, [x for x in LINE if abs(x) < 1e4]),
    "asin": (mp.asin, [-1.0, -SMALL, 0.0, TINY, 0.5, 1.0]), "acos": (mp.acos, [-1.0, -SMALL, 0.0, TINY, 0.5, 1.0]),
    "atan": (mp.atan, LINE), "sinh": (mp.sinh, LINE), "cosh": (mp.cosh, LINE), "tanh": (mp.tanh, LINE),
    "asinh": (mp.asinh, LINE), "acosh": (mp.acosh, [1.0, 1 + 2.0**-52, 3.0, 800.0, 1e10, HUGE]),
    "atanh": (mp.atanh, [-1.0, -1 + 2.0**-53, -SMALL, 0.0, TINY, 0.5, 1.0]),
    "lgamma": (lgamma, [*POSITIVE, 2.0, -0.5, -3.5, -1.0]), "tgamma": (mp.gamma, [TINY, SMALL, 0.5, 1.0, 3.0, 40.0, 170.0, -0.5, -3.5]),
    "digamma": (mp.digamma, [TINY, SMALL, 0.5, 1.0, 3.0, 40.0, 800.0, 1e10, HUGE, -0.5, -3.5]),
    "trigamma": (lambda x: mp.psi(1, x), [1e-100, SMALL, 0.5, 1.0, 3.0, 40.0, 800.0, 1e10, -0.5, -3.5]),
    "floor": (mp.floor, [-1.5, -1.0, 0.0, 0.5, 1.0, 1e10]), "ceil": (mp.ceil, [-1.5, -1.0, 0.0, 0.5, 1.0, 1e10]),
    "round": (lambda x: mp.sign(x) * mp.floor(abs(x) + 0.5), [-1.5, -1.2, 0.0, 0.5, 1.0, 1e10]),
    "trunc": (lambda x: mp.sign(x) * mp.floor(abs(x)), [-1.5, -1.0, 0.0, 0.5, 1.0, 1e10]),
}

FEW = [-800.0, -3.0, -SMALL, 0.0, TINY, 0.5, 3.0, 800.0, HUGE]
SHAPES = [TINY, SMALL, 0.5, 3.0, 40.0, 1e10, 1e15]
TWO = {
    "atan2": (mp.atan2, points(FEW, FEW)), "pow": (lambda x, y: mp.power(x, y), points([0.0, TINY, 0.5, 1.0, 3.0, 1e100], [-1.0, -0.5, 0.0, 0.3, 0.5, 1.0, 2.0, 3.5])),
    "hypot": (lambda x, y: mp.sqrt(x * x + y * y), points([-3.0, 0.0, TINY, 3.0, HUGE], [0.0, -TINY, 4.0, HUGE])),
    "fmin": (min, points([-1.0, 0.0, 1.0], [0.0, 1.0])), "fmax": (max, points([-1.0, 0.0, 1.0], [0.0, 1.0])),
    "fdim": (lambda x, y: max(x - y, mp.mpf(0)), points([-1.0, 0.0, 1.0], [0.0, 1.0])),
    "fmod": (lambda x, y: x - y * mp.sign(x / y) * mp.floor(abs(x / y)), points([-5.5, 0.0, 1.0, 5.5, 6.0], [2.0, -2.0, 0.3])),
    "lbeta": (ln_beta, points(SHAPES, SHAPES)), "beta": (lambda x, y: mp.exp(ln_beta(x, y)), points([0.5, 3.0, 40.0, -0.5, -2.5, 1e10], [0.5, 3.0, 40.0, 1.25])),
    "lmultiply": (lambda x, y: x * log(y) if x != 0 else mp.mpf(0), points([0.0, TINY, 0.5, 3.0, HUGE], [0.0, TINY, 0.5, 1.0, HUGE])),
    "lchoose": (lambda n, k: -ln_beta(n - k + 1, k + 1) - log(n + 1), points([0.0, 0.5, 3.0, 40.0, 1e10], [0.0, 0.25, 0.5])),
    "log_falling_factorial": (lambda x, n: lgamma(x + 1) - lgamma(x - n + 1), points([0.5, 3.25, 40.0, 1e10, -0.5, -2.5], [0.5, 0.75, 3.0])),
    "log_rising_factorial": (lambda x, n: lgamma(x + n) - lgamma(x), points([0.5, 3.25, 40.0, 1e10, 1e15, -0.25, -2.75], [0.5, 0.75, 3.0])),
    "log_sum_exp": (lambda x, y: max(x, y) + log(1 + mp.exp(-abs(x - y))), points(FEW, FEW)),
    "log_diff_exp": (lambda x, y: x + log(-mp.expm1(y - x)), [[1.0, 1.0], [1.0, 1 - 2.0**-53], [0.0, -SMALL], [800.0, -800.0], [-800.0, -900.0], [HUGE, 1.0]]),
}


def lse(x):
    largest = max(x)
    return largest + log(sum(mp.exp(v - largest) for v in x))


def of_stan(*_):
    """Stands for what is to be as Stan has it, step by step."""
    return mp.nan


def covariance(kernel):
    def of(a, b, c, d):
        return kernel(abs(a - b) / d) * c**2
    return of


def variance(*x):
    m = sum(x) / len(x)
    return sum((v - m) ** 2 for v in x) / (len(x) - 1)


TIES = [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [3.0, 1.0, 3.0], [-800.0, -800.0, 800.0], [TINY, 0.0, -TINY], [1e100, 1e100, 0.0]]
EXPRESSIONS = [
    ("falling_factorial(a, 3)", lambda x: x * (x - 1) * (x - 2), points([-1.0, 0.0, 1.0, 2.0, 5.0])),
    ("rising_factorial(a, 3)", lambda x: x * (x + 1) * (x + 2), points([-1.0, 0.0, 1.0, 2.0, 5.0])),
    ("lmgamma(2, a)", lambda x: log(mp.pi) / 2 + lgamma(x) + lgamma(x - mp.mpf(1) / 2), points([0.75, 3.0, 800.0, 1e10])),
    ("modified_bessel_first_kind(0, a)", lambda x: mp.besseli(0, x), points([-3.0, 0.0, SMALL, 1.0, 40.0, 700.0])),
    ("modified_bessel_first_kind(1, a)", lambda x: mp.besseli(1, x), points([-3.0, SMALL, 1.0, 40.0, 700.0])),
    ("log_modified_bessel_first_kind(0, a)", lambda x: log(mp.besseli(0, x)), points([SMALL, 1.0, 40.0, 1e4])),
    ("fma(a, b, c)", lambda x, y, z: x * y + z, points([0.0, TINY, HUGE], [0.0, 3.0], [0.0, -1.0])),
    ("log_mix(a, b, c)", lambda t, x, y: lse([log(t) + x, log(1 - t) + y]), points([TINY, SMALL, 0.5, 1 - 2.0**-53], [-800.0, 0.0, 3.0, 800.0], [-800.0, 0.0])),
    ("log_mix(inv_logit(a), b, c)", lambda z, x, y: lse([-log(1 + mp.exp(-z)) + x, -log(1 + mp.exp(z)) + y]), points([-800.0, -38.0, 0.0, 38.0, 800.0], [-3.0, 0.0, 3.0], [0.0])),
    ("log_mix(0.0, a, b)", lambda x, y: y, points([-800.0, 0.0, 800.0], [0.0])),
    ("log_mix(Phi(a), b, c)", lambda z, x, y: lse([log(mp.ncdf(z)) + x, log(mp.ncdf(-z)) + y]), points([-12.0, 0.0, 12.0], [-3.0, 3.0], [0.0])),
    ("log_mix([a, 1 - a]', [b, c]')", lambda t, x, y: lse([log(t) + x, log(1 - t) + y]), points([0.25, 0.5], [-800.0, 0.0, 800.0], [-800.0, 0.0])),
    ("log_sum_exp([a, b, c]')", lambda *x: lse(x), TIES), ("log_sum_exp([a, b, c, 1, 2]')", lambda *x: lse([*x, mp.mpf(1), mp.mpf(2)]), TIES),
    ("log_sum_exp([negative_infinity(), a, negative_infinity(), b]')", lambda *x: lse(x), [[0.0, 0.0], [3.0, -800.0]]),
    ("log_sum_exp([negative_infinity() + a, negative_infinity() + b, c]')", lambda x, y, z: z, [[0.0, 0.0, 1.0]]),
    ("log_sum_exp([a + log(0.0), b + log(0.0), c + log(0.0), a]')", lambda x, y, z: x, [[0.0, 0.0, 1.0]]),
    ("log_sum_exp({a + log(0.0), b + log(0.0), c})", lambda x, y, z: z, [[0.0, 0.0, 1.0]]),
    ("log_sum_exp(a + log(0.0), b)", lambda x, y: y, [[0.0, 1.0]]),
    ("log_sum_exp([a + bernoulli_lpmf(1 | 0.0), b + categorical_lpmf(2 | [1, 0, 0]'), c]')", lambda x, y, z: z, [[0.5, 0.25, 1.0]]),
    ("log_sum_exp(a + uniform_lpdf(2 | 0, 1), b)", lambda x, y: y, [[0.5, 1.0]]),
    ("cumulative_logsumexp([a, b, c]')[3]", lambda *x: lse(x), TIES), ("softmax([a, b, c]')[1]", lambda *x: mp.exp(x[0] - lse(x)), TIES[:5]),
    ("log_softmax([a, b, c]')[1]", lambda *x: x[0] - lse(x), TIES[:5]), ("min([a, b, c]')", lambda *x: min(x), TIES[2:]), ("max([a, b, c]')", lambda *x: max(x), TIES[3:]),
    ("prod([a, b, c]')", lambda x, y, z: x * y * z, TIES[:5]), ("sum([a, b, c]')", lambda *x: sum(x), TIES), ("mean([a, b, c]')", lambda *x: sum(x) / 3, TIES),
    ("variance([a, b, c]')", variance, TIES), ("sd([a, b, c]')", lambda *x: mp.sqrt(variance(*x)), TIES[2:4]),
    ("dot_self([a, b, c]')", lambda *x: sum(v * v for v in x), TIES), ("sqrt(dot_self([a, b, c]'))", of_stan, TIES),
    ("norm1([a, b, c]')", lambda *x: sum(abs(v) for v in x), TIES[1:4]), ("norm2([a, b, c]')", lambda *x: mp.sqrt(sum(v * v for v in x)), TIES[1:4]),
    ("distance([a, b]', [c, d]')", lambda a, b, c, d: mp.sqrt((a - c) ** 2 + (b - d) ** 2), [[0.0, 0.0, 3.0, 4.0], [1.0, 2.0, 1.0, 2.5]]),
    ("squared_distance([a, b]', [c, d]')", lambda a, b, c, d: (a - c) ** 2 + (b - d) ** 2, [[0.0, 0.0, 3.0, 4.0], [1.0, 2.0, 1.0, 2.0]]),
    ("dot_product([a, b]', [c, d]')", lambda a, b, c, d: a * c + b * d, [[0.0, 0.0, 3.0, 4.0], [1.0, -1.0, 1.0, 1.0]]),
    ("sqrt(exp(-a))", of_stan, points([0.0, 800.0, 1600.0])), ("pow(exp(-a), 0.5)", of_stan, points([0.0, 800.0, 1600.0])),
    ("sqrt(square(a))", of_stan, points([-1.0, TINY, 0.0])), ("a ^ 0.3", lambda x: x ** mp.mpf(0.3), points([0.0, TINY, 1.0])),
    ("gp_exp_quad_cov({a, b}, c, d)[1, 2]", covariance(lambda r: mp.exp(-r * r / 2)), [[0.0, 0.0, 1.5, 2.0], [0.0, 1.0, 1.5, 2.0], [0.0, 800.0, 1.5, 2.0]]),
    ("gp_exponential_cov({a, b}, c, d)[1, 2]", covariance(lambda r: mp.exp(-r)), [[0.0, 0.0, 1.5, 2.0], [0.0, 1.0, 1.5, 2.0], [0.0, 1e4, 1.5, 2.0]]),
    ("gp_matern32_cov({a, b}, c, d)[1, 2]", covariance(lambda r: (1 + mp.sqrt(3) * r) * mp.exp(-mp.sqrt(3) * r)), [[0.0, 0.0, 1.5, 2.0], [0.0, 1.0, 1.5, 2.0], [0.0, 1e4, 1.5, 2.0]]),
    ("gp_matern52_cov({a, b}, c, d)[1, 2]", covariance(lambda r: (1 + mp.sqrt(5) * r + 5 * r * r / 3) * mp.exp(-mp.sqrt(5) * r)), [[0.0, 0.0, 1.5, 2.0], [0.0, 1.0, 1.5, 2.0], [0.0, 1e4, 1.5, 2.0]]),
    ("gp_matern32_cov({[a, b]', [c, d]'}, 1.0, 2.0)[1, 2]", lambda a, b, c, d: (lambda r: (1 + mp.sqrt(3) * r) * mp.exp(-mp.sqrt(3) * r))(mp.sqrt((a - c) ** 2 + (b - d) ** 2) / 2), [[0.0, 0.0, 0.0, 0.0], [1.0, 2.0, 1.0, 3.0]]),
    ("gp_periodic_cov({a, b}, c, d, 2.0)[1, 2]", lambda a, b, c, d: c * c * mp.exp(-2 * mp.sin(mp.pi * (a - b) / 2) ** 2 / d**2), [[0.0, 0.0, 1.5, 2.0], [0.0, 0.5, 1.5, 2.0]]),
    ("gp_dot_prod_cov({a, b}, c)[1, 2]", lambda a, b, c: c * c + a * b, [[0.0, 0.0, 1.5], [1.0, -1.0, TINY]]),
    ("determinant([[a, b], [c, d]])", lambda a, b, c, d: a * d - b * c, [[1.0, 0.0, 0.0, 1.0], [2.0, 1.0, 1.0, 2.0]]),
    ("log_determinant([[a, b], [c, d]])", lambda a, b, c, d: log(abs(a * d - b * c)), [[1.0, 0.0, 0.0, 1.0], [2.0, 1.0, 1.0, 2.0], [1.0, 2.0, 2.0, 1.0]]),
    ("cholesky_decompose([[a, b], [b, c]])[2, 2]", lambda a, b, c: mp.sqrt(c - b * b / a), [[1.0, 0.0, 1.0], [4.0, 1.0, 2.0], [1e10, 1.0, 1.0]]),
    ("inverse([[a, b], [c, d]])[1, 2]", lambda a, b, c, d: -b / (a * d - b * c), [[1.0, 0.0, 0.0, 1.0], [2.0, 1.0, 1.0, 2.0]]),
    ("quad_form([[a, b], [c, d]], [1, 2]')", lambda a, b, c, d: a + 2 * (b + c) + 4 * d, [[0.0, 0.0, 0.0, 0.0], [2.0, 1.0, 1.0, 2.0]]),
    ("cumulative_sum([a, b, c]')[3]", lambda *x: sum(x), TIES),
]

Z = [-HUGE, -1e10, -40.0, -SMALL, 0.0, 1.0, 40.0, 1e10]
SCALES = [1e-10, 1.0, 1e10]
POINTS = {
    "normal": points(Z, [0.0, 1.0], SCALES), "std_normal": points(Z), "student_t": points(Z[1:], [SMALL, 1.0, 3.0, 1e10, 1e15], [0.0], [1.0, 1e10]),
    "cauchy": points(Z[1:], [0.0], SCALES), "double_exponential": points(Z, [0.0, 1.0], SCALES), "logistic": points(Z, [0.0, 1.0], SCALES),
    "gumbel": points([-700.0, -40.0, 0.0, 1.0, 40.0, 800.0, 1e10], [0.0], SCALES[1:]), "lognormal": points([0.0, TINY, 1.0, HUGE], [0.0, 1.0], SCALES),
    "chi_square": points([0.0, TINY, 1.0, 1e10], [SMALL, 2.0, 3.0, 40.0, 800.0]), "inv_chi_square": points([0.0, 1e-10, 1.0, 1e10, HUGE], [SMALL, 2.0, 3.0, 40.0]),
    "scaled_inv_chi_square": points([0.0, 1e-10, 1.0, 1e10], [SMALL, 2.0, 40.0], [1e-10, 1.0, 1e10]), "exponential": points([0.0, TINY, 1.0, 1e10], [TINY, 1.0, 1e10]),
    "gamma": points([0.0, TINY, 1.0, 1e10], [SMALL, 1.0, 2.5, 40.0, 800.0], [1e-10, 1.0, 1e10]), "inv_gamma": points([0.0, 1e-10, 1.0, HUGE], [SMALL, 1.0, 40.0], [1e-10, 1.0, 1e10]),
    "weibull": points([0.0, TINY, 1e-10, 1.0, 40.0], [SMALL, 1.0, 3.0], [1e-10, 1.0, 1e10]), "frechet": points([0.0, 1e-10, 1.0, 1e10, HUGE], [SMALL, 1.0, 3.0], [1.0, 1e10]),
    "rayleigh": points([0.0, TINY, 1.0, 1e10], [1e-10, 1.0, 1e10]), "pareto": points([1.0, 1 + 2.0**-52, 1e10, HUGE], [TINY, 1.0, 1e10], [SMALL, 1.0, 40.0]),
    "pareto_type_2": points([0.0, TINY, 1.0, 1e10, HUGE], [0.0], [1e-10, 1.0, 1e10], [SMALL, 1.0, 40.0]),
    "beta": points(UNIT, [SMALL, 1.0, 2.5, 800.0], [SMALL, 1.0, 2.5, 800.0]), "beta_proportion": points([TINY, 0.3], [1e-10, 0.5, 1.0 - 2.0**-53], [SMALL, 1.0, 1e10]),
    "uniform": points([-1.0, 0.0, 0.5, 1.0, 2.0], [0.0], [1.0, HUGE]), "von_mises": points([-3.0, 0.0, SMALL], [0.0], [0.0, SMALL, 1.0, 1e3]),
    "skew_normal": points([-40.0, 0.0, 40.0], [0.0], SCALES[1:], [-3.0, 0.0, 40.0]), "exp_mod_normal": points([-40.0, 0.0, 40.0, 1e4], [0.0], [1e-3, 1.0], [1e-3, 1.0, 40.0]),
}
COUNTS = [0, 1, 7, 1000]
DISCRETE = {
    "bernoulli": [([n], points(UNIT)) for n in (0, 1)], "bernoulli_logit": [([n], points([-800.0, -40.0, 0.0, 40.0, 800.0])) for n in (0, 1)],
    "binomial": [([n, t], points(UNIT)) for n, t in ((0, 0), (0, 5), (2, 5), (5, 5), (990, 1000))],
    "binomial_logit": [([n, t], points([-800.0, -40.0, 0.0, 40.0, 800.0])) for n, t in ((0, 0), (0, 5), (2, 5), (5, 5))],
    "beta_binomial": [([n, t], points([SMALL, 1.0, 1e10, 1e15], [SMALL, 1.0, 1e10, 1e15])) for n, t in ((0, 0), (0, 5), (2, 5), (5, 5))],
    "neg_binomial": [([n], points([SMALL, 1.0, 1e5, 1e10, 1e15], [1e-10, 1.0, 1e10, 1e15])) for n in COUNTS],
    "neg_binomial_2": [([n], points([1e-10, 1.0, 800.0], [SMALL, 1.0, math.exp(18.0), math.exp(25.0), math.exp(30.0), math.exp(35.0)])) for n in COUNTS],
    "neg_binomial_2_log": [([n], points([-40.0, 0.0, 40.0], [SMALL, 1.0, math.exp(18.0), math.exp(25.0), math.exp(30.0), math.exp(35.0)])) for n in COUNTS],
    "poisson": [([n], points([0.0, TINY, 1.0, 1e10])) for n in COUNTS], "poisson_log": [([n], points([-800.0, -40.0, 0.0, 40.0, 750.0])) for n in COUNTS],
    "discrete_range": [],
}


def categorical(y):
    return lambda *t: log(t[y - 1])


def logits(y):
    return lambda *b: b[y - 1] - lse(b)


def ordered(cdf, y):
    def density(eta, *cuts):
        edges = [-INF, *cuts, INF]
        return log(cdf(edges[y] - eta) - cdf(edges[y - 1] - eta))
    return density


VECTORS = [
    *[(f"categorical_logit_lpmf({y} | [a, b, c]')", logits(y), TIES) for y in (1, 3)],
    ("categorical_lpmf(1 | [a, 1 - a]')", log, points([0.0, TINY, 0.5, 1.0])),
    *[(f"ordered_logistic_lpmf({y} | a, [b, c]')", ordered(logistic, y), [[-40.0, 0.0, 1.0], [0.0, -1.0, 1.0], [800.0, 0.0, 1.0], [-700.0, 0.0, 1.0], [0.0, 0.0, 1e-10]]) for y in (1, 2, 3)],
    *[(f"ordered_probit_lpmf({y} | a, [b, c]')", ordered(mp.ncdf, y), [[-30.0, 0.0, 1.0], [0.0, -1.0, 1.0], [30.0, 0.0, 1.0], [0.0, 0.0, 1e-3]]) for y in (1, 2, 3)],
    ("dirichlet_lpdf([0.25, 0.75]' | [a, b]')", lambda a, b: -ln_beta(a, b) + (a - 1) * log(mp.mpf(0.25)) + (b - 1) * log(mp.mpf(0.75)), points([SMALL, 1.0, 1e10], [SMALL, 1.0, 1e10])),
    ("multinomial_lpmf({0, 3} | [a, 1 - a]')", lambda a: 3 * log(1 - a), points([0.0, TINY, 0.5])),
    ("multi_normal_lpdf([a, b]' | [0, 0]', [[1, 0], [0, 1]])", lambda a, b: -log(2 * mp.pi) - (a * a + b * b) / 2, points([0.0, TINY, 1e100], [0.0, -40.0])),
    ("multi_normal_cholesky_lpdf([a, b]' | [0, 0]', [[c, 0], [0, d]])", lambda a, b, c, d: -log(2 * mp.pi) - log(c * d) - ((a / c) ** 2 + (b / d) ** 2) / 2, [[0.0, 0.0, 1e-10, 1e10], [1.0, 2.0, 1e-10, 1.0]]),
    ("multi_student_t_lpdf([a, b]' | c, [0, 0]', [[1, 0], [0, 1]])", lambda a, b, n: lgamma(n / 2 + 1) - lgamma(n / 2) - log(n * mp.pi) - (n / 2 + 1) * log(1 + (a * a + b * b) / n), points([0.0, 1.0, 1e10], [0.0], [1.0, 1e10, 1e15])),
    ("lkj_corr_cholesky_lpdf([[1, 0], [0.6, 0.8]] | a)", lambda e: (2 * e - 2) * log(mp.mpf(0.8)) - (2 * e - 1) * log(2) - ln_beta(e, e), points([SMALL, 1.0, 1e10])),
    ("wishart_lpdf([[a]] | b, [[1]])", lambda w, n: (n - 2) / 2 * log(w) - w / 2 - n / 2 * log(2) - lgamma(n / 2), points([TINY, 1.0, 800.0], [0.5, 3.0, 1e10])),
    ("inv_wishart_lpdf([[a]] | b, [[1]])", lambda w, n: -(n + 2) / 2 * log(w) - 1 / (2 * w) - n / 2 * log(2) - lgamma(n / 2), points([1e-10, 1.0, HUGE], [0.5, 3.0])),
    ("normal_id_glm_lpdf([1, 2]' | [[1], [1]], a, [b]', c)", lambda a, b, s: sum(-log(2 * mp.pi) / 2 - log(s) - ((y - a - b) / s) ** 2 / 2 for y in (1, 2)), [[0.0, 0.0, 1e-10], [1e10, 1.0, 1.0], [0.0, 1.5, 1e10]]),
    ("bernoulli_logit_glm_lpmf({0, 1} | [[1], [2]], a, [b]')", lambda a, b: -log(1 + mp.exp(a + b)) - log(1 + mp.exp(-a - 2 * b)), [[0.0, 0.0], [800.0, 0.0], [-800.0, 0.0], [40.0, -20.0]]),
    ("poisson_log_glm_lpmf({0, 3} | [[1], [2]], a, [b]')", lambda a, b: -mp.exp(a + b) + 3 * (a + 2 * b) - mp.exp(a + 2 * b) - log(6), [[0.0, 0.0], [-800.0, 0.0], [40.0, -20.0]]),
]


def cdfs(family, density, lower, upper):
    """Both tails, by name."""
    return [(f"{family}_lcdf", lambda *x: log(lower(*x))), (f"{family}_lccdf", lambda *x: log(upper(*x)))]


def gamma_tail(a, x, upper):
    """The regularised incomplete gamma function, by its series or by quadrature-free expansions of mpmath."""
    return mp.gammainc(a, x, mp.inf, regularized=True) if upper else mp.gammainc(a, 0, x, regularized=True)


def tails_of_gamma(y, a, b):
    if b * y < mp.mpf(10) ** -20:
        series = sum((-1) ** k * (b * y) ** k / (mp.factorial(k) * (a + k)) for k in range(60))
        lower = (b * y) ** a * series / mp.gamma(a)
        return lower, 1 - lower
    return gamma_tail(a, b * y, False), gamma_tail(a, b * y, True)


def tails_of_student(y, n, m, s):
    z = (y - m) / s
    far = mp.betainc(n / 2, mp.mpf(1) / 2, 0, n / (n + z * z), regularized=True) / 2
    return (far, 1 - far) if z < 0 else (1 - far, far)


def tails_of_beta(y, a, b):
    return mp.betainc(a, b, 0, y, regularized=True), mp.betainc(b, a, 0, 1 - y, regularized=True)


def tails_of_negative_binomial(n, p, r):
    return tails_of_beta(p, r, n + 1)


FAR = {
    "gamma": (tails_of_gamma, points([1e-300, 1e-200, 1e-15, 1e-8, 1.0, 30.0, 700.0, 1e4], [0.5, 1.0, 20.0, 150.0], [1.0])
              + [[1e-200, 3.0, 1e-200], [1e-100, 20.0, 1e-250], [1e200, 3.0, 1e-150]]),
    "chi_square": (lambda y, n: tails_of_gamma(y, n / 2, mp.mpf(1) / 2), points([1e-300, 1e-20, 1e-8, 30.0, 1e4], [1.0, 3.0, 40.0])),
    "inv_gamma": (lambda y, a, b: tails_of_gamma(1 / y, a, b)[::-1], points([1e-4, 1e-2, 1.0, 1e10, 1e17, 1e200], [0.5, 3.0, 20.0], [1.0])),
    "inv_chi_square": (lambda y, n: tails_of_gamma(1 / y, n / 2, mp.mpf(1) / 2)[::-1], points([1e-4, 1.0, 1e17, 1e200], [1.0, 40.0])),
    "scaled_inv_chi_square": (lambda y, n, s: tails_of_gamma(1 / y, n / 2, n * s * s / 2)[::-1], points([1e-4, 1.0, 1e17, 1e200], [1.0, 40.0], [1.0, 1e-5])),
    "student_t": (tails_of_student, points([-1e200, -1e10, -20.0, -1.5, 0.5, 1e160], [0.5, 3.0, 100.0, 1e4], [0.0], [1.0])),
    "beta": (tails_of_beta, points([1e-300, 1e-20, 0.3, 1.0 - 2.0**-40], [0.5, 3.0, 20.0], [0.5, 30.0])),
    "beta_proportion": (lambda y, m, k: tails_of_beta(y, m * k, (1 - m) * k), points([1e-300, 1e-20, 0.3], [0.25, 0.5], [2.0, 40.0])),
    "neg_binomial": (lambda n, a, b: tails_of_negative_binomial(n, b / (b + 1), a), [[float(n), a, b] for n in (0, 3, 100) for a in (0.5, 20.0) for b in (1e-10, 1.0, 1e10)]),
    "neg_binomial_2": (lambda n, m, p: tails_of_negative_binomial(n, p / (p + m), p), [[float(n), m, p] for n in (0, 3, 100) for m in (1e-10, 1.0, 1e6) for p in (0.5, 20.0)]),
}

# Distribution functions that distributions.py has not.
TAILS = {
    "cauchy": lambda y, m, s: (mp.acot((m - y) / s) / mp.pi if y < m else mp.mpf(1) / 2 + mp.atan((y - m) / s) / mp.pi,
                               mp.acot((y - m) / s) / mp.pi if y > m else mp.mpf(1) / 2 - mp.atan((y - m) / s) / mp.pi),
    "weibull": lambda y, a, s: (-mp.expm1(-((y / s) ** a)), mp.exp(-((y / s) ** a))),
    "double_exponential": lambda y, m, s: (mp.exp((y - m) / s) / 2, 1 - mp.exp((y - m) / s) / 2) if y < m else (1 - mp.exp((m - y) / s) / 2, mp.exp((m - y) / s) / 2),
}


def cases():
    for name, (function, line) in ONE.items():
        function = quantile if name == "inv_Phi" else function
        yield f"{name}(a)", function, points(line)
    for name, (function, plane) in TWO.items():
        yield f"{name}(a, b)", function, plane
    yield from EXPRESSIONS
    for family, where in POINTS.items():
        density, tails, _, _ = FAMILIES[family]
        if family == "uniform":
            density = lambda y, low, high: -log(high - low) if low <= y <= high else -INF
        tails = TAILS.get(family, tails)
        rest = ", ".join(NAMES[1 : len(where[0])])
        bar = f"a | {rest}"
        yield f"{family}_lpdf({bar})", density, where
        if tails is not None and family != "uniform":
            reachable = [p for p in where if not (p[0] == 0 and family in ("lognormal", "frechet", "weibull", "rayleigh", "pareto_type_2", "exponential"))]
            for ending, side in (("lcdf", 0), ("lccdf", 1)):
                yield f"{family}_{ending}({bar})", lambda *x, side=side, tails=tails: log(tails(*x)[side]), reachable
    for family, rows in DISCRETE.items():
        for counts, where in rows:
            rest = ", ".join([str(n) for n in counts[1:]] + list(NAMES[: len(where[0])]))
            of = FAMILIES[family][0]
            yield f"{family}_lpmf({counts[0]} | {rest})", lambda *x, of=of, counts=counts: of(*[mp.mpf(n) for n in counts], *x), where
    yield from VECTORS


def known_cases():
    """Distribution functions of numbers that data give: values alone."""
    for family, (tails, where) in FAR.items():
        for point in where:
            count = family.startswith("neg_binomial")
            numbers = [repr(int(x)) if count and i == 0 else repr(x) for i, x in enumerate(point)]
            for ending, side in (("lcdf", 0), ("lccdf", 1)):
                call = f"{family}_{ending}({numbers[0]} | {', '.join(numbers[1:])})"
                yield call, lambda *x, side=side, tails=tails: log(tails(*x)[side]), point


def real(x):
    x = mp.mpmathify(x)
    if isinstance(x, mp.mpc):
        if x.imag != 0:
            raise ValueError("complex")
        x = x.real
    return x


def truth(function, point):
    try:
        return real(function(*[mp.mpf(x) for x in point]))
    except (ZeroDivisionError, ValueError, OverflowError, TypeError, NoConvergence):
        return mp.nan


def slope(function, point, index):
    """The derivative by one argument, or none where those from either side differ."""
    x = mp.mpf(point[index])
    h = STEP * abs(x) if x != 0 else STEP * mp.mpf(10) ** -170
    def at(step):
        try:
            return real(function(*[mp.mpf(v) + (step if i == index else 0) for i, v in enumerate(point)]))
        except (ZeroDivisionError, ValueError, OverflowError, TypeError, NoConvergence):
            return mp.nan
    left, middle, right = at(-h), at(0), at(h)
    if not all(mp.isfinite(v) for v in (left, middle, right)):
        return None
    below, above = (middle - left) / h, (right - middle) / h
    if abs(above - below) > mp.mpf(10) ** -20 * (abs(above) + abs(below)) and abs(above - below) > mp.mpf(10) ** -100:
        return None
    steep = (right - left) / (2 * h)
    # Beside 0 the slope of a root is that of the step.
    return None if x == 0 and abs(steep) > mp.mpf(10) ** 100 else steep


class Stan:
    """An expression of real parameters in Stan."""

    def __init__(self, expression, size):
        parameters = " ".join(f"real {name};" for name in NAMES[:size])
        try:
            self.model = stanli.Model(stan_code=f"parameters {{ {parameters} }} model {{ target += {expression}; }}")
        except Exception:
            self.model = None

    def at(self, point):
        """Value and gradient; none where it cannot be asked, `rejected` where Stan rejects."""
        if self.model is None:
            return None
        try:
            value, gradient = self.model.log_prob_grad(np.array(point))
        except Exception:
            return "rejected"
        return value, list(gradient)


def outside(expression, theirs, value):
    """Whether the outcome lies outside of the support, which the textbook's formulas do not look at."""
    if theirs is None or any(slope != 0 for slope in theirs[1]):
        return False
    return theirs[0] == -math.inf or ("_lccdf" in expression and theirs[0] == 0 and value > 0)


def number(x):
    if x is None or (isinstance(x, float) and math.isnan(x)) or mp.isnan(x):
        return None
    x = float(x)
    return x if math.isfinite(x) else ("Infinity" if x > 0 else "-Infinity")


def close(x, y, floor=0.0):
    return x == y or (math.isfinite(x) and math.isfinite(y) and abs(x - y) <= 1e-6 * max(abs(x), abs(y), floor))


def main():
    rows, differ = [], 0
    for expression, function, where in cases():
        if not where:
            continue
        stan = Stan(expression, len(where[0]))
        for point in where:
            theirs = stan.at(point)
            if theirs == "rejected":
                continue
            value = truth(function, point)
            if outside(expression, theirs, value):
                row = {"expression": expression, "point": point, "value": number(theirs[0]), "gradient": [None] * len(point)}
                rows.append(row)
                continue
            if mp.isnan(value):
                if theirs is None or math.isnan(theirs[0]):
                    continue
                value = mp.mpf(theirs[0])
            gradient, sources = [], []
            for index in range(len(point)):
                exact = slope(function, point, index) if mp.isfinite(value) and math.isfinite(float(value)) else None
                if exact is not None and math.isfinite(float(exact)):
                    gradient.append(exact)
                    sources.append("mpmath")
                else:
                    known = theirs is not None and math.isfinite(theirs[1][index]) and math.isfinite(float(value))
                    gradient.append(theirs[1][index] if known else None)
                    sources.append("Stan" if known else None)
            if theirs is not None:
                off = not close(theirs[0], float(value), 1e-6) or any(
                    g is not None and not close(t, float(g), 1e-6) for t, g in zip(theirs[1], gradient))
                if off:
                    differ += 1
                    print(f"Stan differs: {expression} at {point}: {theirs} for {float(value)}, {[g and float(g) for g in gradient]}", file=sys.stderr)
            row = {"expression": expression, "point": point, "value": number(value), "gradient": [number(g) for g in gradient]}
            if "Stan" in sources:
                row["of_stan"] = [i for i, source in enumerate(sources) if source == "Stan"]
            rows.append(row)
    known = []
    mp.mp.dps = 350
    for call, function, point in known_cases():
        value = truth(function, point)
        if not mp.isnan(value):
            known.append({"expression": call, "value": number(value)})
    source = f"mpmath {mp.__version__}, stanli {stanli.__version__}; scripts/reference/edges.py"
    print("{\n" + f'"source": {json.dumps(source)},\n"known": [\n' + ",\n".join(json.dumps(row) for row in known) + "\n],\n"
          + '"expressions": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]\n}")
    print(f"{len(rows)} points, {len(known)} known; Stan differs at {differ}", file=sys.stderr)


if __name__ == "__main__":
    main()
