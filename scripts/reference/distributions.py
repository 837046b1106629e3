"""Writes tests/data/distributions.json: what log densities, distribution functions and simulators are held against.

    python -m venv venv && venv/bin/pip install mpmath==1.4.1 numpy==2.4.6 scipy==1.17.1
    venv/bin/python scripts/reference/distributions.py > tests/data/distributions.json

Log densities are the textbook's density (Stan Functions Reference), written out in mpmath at 120 digits and only then
logged: no formula here is arranged for accuracy. Where scipy.stats has the family it must agree to 9 digits, or the
script stops. Bins for simulators are scipy's alone. Arguments stand in Stan's order, the outcome first; vectors are
lists, matrices lists of rows.
"""

import itertools
import json
import math

import mpmath as mp
import numpy as np
import scipy
import scipy.stats as st

mp.mp.dps = 120
pi = mp.pi


def exact(x):
    return [exact(y) for y in x] if isinstance(x, list) else mp.mpf(x)


def matrix(rows):
    return mp.matrix([[mp.mpf(x) for x in row] for row in rows])


def log(x):
    return mp.log(x) if x > 0 else mp.mpf("-inf")


def choose(n, k):
    return mp.gamma(n + 1) / (mp.gamma(k + 1) * mp.gamma(n - k + 1))


def binomial_tails(n, t, p):
    chances = [choose(t, k) * p**k * (1 - p) ** (t - k) for k in range(int(t) + 1)]
    return sum(chances[: int(n) + 1]), sum(chances[int(n) + 1 :], mp.mpf(0))


def beta_binomial_tails(n, t, a, b):
    chances = [choose(t, k) * mp.beta(k + a, t - k + b) / mp.beta(a, b) for k in range(int(t) + 1)]
    return sum(chances[: int(n) + 1]), sum(chances[int(n) + 1 :], mp.mpf(0))


def negative_binomial_tails(n, p, r):
    chances = [mp.exp(negative_binomial(mp.mpf(k), p, r)) for k in range(int(n) + 1)]
    above = mp.betainc(n + 1, r, 0, 1 - p, regularized=True)
    assert abs(sum(chances) + above - 1) < mp.mpf(10) ** -60
    return sum(chances), above


def exp_mod_normal_tails(y, m, s, l):
    z, v = (y - m) / s, l * s
    later = mp.exp(v * v / 2 - v * z) * mp.ncdf(z - v)
    return mp.ncdf(z) - later, mp.ncdf(-z) + later


def logistic(x):
    return 1 / (1 + mp.exp(-x))


def quadratic(y, mu, inverse):
    r = mp.matrix([a - b for a, b in zip(y, mu)])
    return (r.T * inverse * r)[0]


def trace(m):
    return sum(m[i, i] for i in range(m.rows))


def ln_multigamma(size, x):
    return size * (size - 1) * log(pi) / 4 + sum(mp.loggamma(x - mp.mpf(j) / 2) for j in range(size))


def lkj_constant(size, eta):
    """Lewandowski, Kurowicka and Joe (2009), equation 16."""
    total = mp.mpf(0)
    for k in range(1, size):
        b = eta + mp.mpf(size - k - 1) / 2
        total += (2 * eta - 2 + size - k) * (size - k) * log(2) + (size - k) * log(mp.beta(b, b))
    return total


def multi_normal(y, mu, s):
    s = matrix(s)
    return -(len(y) * log(2 * pi) + log(mp.det(s)) + quadratic(y, mu, s**-1)) / 2


def multi_student_t(y, nu, mu, s):
    s, k = matrix(s), len(y)
    shape = log(1 + quadratic(y, mu, s**-1) / nu) * (nu + k) / 2
    return mp.loggamma((nu + k) / 2) - mp.loggamma(nu / 2) - k * log(nu * pi) / 2 - log(mp.det(s)) / 2 - shape


def wishart(w, nu, s):
    w, s = matrix(w), matrix(s)
    k = w.rows
    head = (nu - k - 1) / 2 * log(mp.det(w)) - trace(s**-1 * w) / 2
    return head - nu / 2 * log(mp.det(s)) - nu * k / 2 * log(2) - ln_multigamma(k, nu / 2)


def inv_wishart(w, nu, s):
    w, s = matrix(w), matrix(s)
    k = w.rows
    head = nu / 2 * log(mp.det(s)) - (nu + k + 1) / 2 * log(mp.det(w)) - trace(s * w**-1) / 2
    return head - nu * k / 2 * log(2) - ln_multigamma(k, nu / 2)


def ordered(cdf):
    def density(y, eta, cuts):
        edges = [mp.mpf("-inf"), *cuts, mp.mpf("inf")]
        return log(cdf(edges[int(y)] - eta) - cdf(edges[int(y) - 1] - eta))

    return density


def negative_binomial(n, p, r):
    return log(mp.gamma(n + r) / (mp.gamma(n + 1) * mp.gamma(r)) * (1 - p) ** n) + r * log(p)


def multinomial(y, theta):
    return log(mp.gamma(sum(y) + 1)) + sum(n * log(p) - log(mp.gamma(n + 1)) for n, p in zip(y, theta) if n > 0)


def softmax(x):
    weights = [mp.exp(v) for v in x]
    return [w / sum(weights) for w in weights]


# family: (log density, (distribution function, upper tail) or None, arguments, scipy's log density or None)
LOCATIONS = [(0.0, 1.0), (-3.25, 0.125), (1e3, 40.0), (0.5, 1e-4)]
LINE = [-1e6, -40.0, -5.5, -1.0, -1e-9, 0.0, 0.3, 2.0, 8.5, 31.0, 1e3]
POSITIVE = [1e-300, 1e-12, 0.01, 0.5, 1.0, 1.75, 10.0, 150.0, 1e5]
UNIT = [1e-200, 1e-9, 0.1, 0.5, 0.75, 1.0 - 2.0**-30]


def located(zs, parameters=None):
    return [(mu + sigma * z, mu, sigma) for mu, sigma in parameters or LOCATIONS for z in zs]


def product(*lists):
    return list(itertools.product(*lists))


def with_shapes(shapes, zs, locations=None):
    return [(mu + sigma * z, shape, mu, sigma) for shape in shapes for mu, sigma in locations or LOCATIONS for z in zs]


FAMILIES = {
    "normal": (lambda y, m, s: -log(s * mp.sqrt(2 * pi)) - ((y - m) / s) ** 2 / 2,
               lambda y, m, s: (mp.ncdf((y - m) / s), mp.ncdf((m - y) / s)),
               located([-1e6, -40.0, -5.5, -1.0, 0.0, 0.3, 2.0, 8.0, 30.0]), lambda y, m, s: st.norm.logpdf(y, m, s)),
    "std_normal": (lambda y: -log(mp.sqrt(2 * pi)) - y**2 / 2, lambda y: (mp.ncdf(y), mp.ncdf(-y)),
                   [(y,) for y in LINE], lambda y: st.norm.logpdf(y)),
    "student_t": (lambda y, n, m, s: log(mp.gamma((n + 1) / 2) / mp.gamma(n / 2) / mp.sqrt(n * pi) / s)
                  - (n + 1) / 2 * log(1 + ((y - m) / s) ** 2 / n), None,
                  with_shapes([0.25, 1.0, 3.0, 100.0, 1e6], [-1e8, -3.0, 0.0, 0.7, 12.0], LOCATIONS[:2]),
                  lambda y, n, m, s: st.t.logpdf(y, n, m, s) if n < 1e5 else None),
    "cauchy": (lambda y, m, s: -log(pi * s * (1 + ((y - m) / s) ** 2)), None, located(LINE),
               lambda y, m, s: st.cauchy.logpdf(y, m, s)),
    "double_exponential": (lambda y, m, s: -log(2 * s) - abs(y - m) / s,
                           lambda y, m, s: (mp.exp(-abs(y - m) / s) / 2, 1 - mp.exp(-abs(y - m) / s) / 2)[:: 1 if y < m else -1],
                           located([-100.0, -5.5, -1.0, 0.0, 0.3, 2.0, 30.0]), lambda y, m, s: st.laplace.logpdf(y, m, s)),
    "logistic": (lambda y, m, s: log(mp.exp((m - y) / s) / s / (1 + mp.exp((m - y) / s)) ** 2),
                 lambda y, m, s: (logistic((y - m) / s), logistic((m - y) / s)),
                 located([-500.0, -40.0, -5.5, -1.0, 0.0, 0.3, 2.0, 30.0, 300.0]), lambda y, m, s: st.logistic.logpdf(y, m, s)),
    "gumbel": (lambda y, m, b: -log(b) - (y - m) / b - mp.exp((m - y) / b),
               lambda y, m, b: (mp.exp(-mp.exp((m - y) / b)), -mp.expm1(-mp.exp((m - y) / b))),
               located([-6.0, -2.0, 0.0, 0.3, 2.0, 30.0, 300.0]), lambda y, m, b: st.gumbel_r.logpdf(y, m, b)),
    "lognormal": (lambda y, m, s: -log(y * s * mp.sqrt(2 * pi)) - ((log(y) - m) / s) ** 2 / 2,
                  lambda y, m, s: (mp.ncdf((log(y) - m) / s), mp.ncdf((m - log(y)) / s)),
                  product(POSITIVE, [0.0, -3.5], [0.8, 6.0]), lambda y, m, s: st.lognorm.logpdf(y, s, scale=math.exp(m))),
    "chi_square": (lambda y, n: -n / 2 * log(2) - mp.loggamma(n / 2) + (n / 2 - 1) * log(y) - y / 2, None,
                   product(POSITIVE, [0.5, 2.0, 7.0, 90.0]), lambda y, n: st.chi2.logpdf(y, n)),
    "inv_chi_square": (lambda y, n: -n / 2 * log(2) - mp.loggamma(n / 2) - (n / 2 + 1) * log(y) - 1 / (2 * y), None,
                       product(POSITIVE, [0.5, 2.0, 7.0, 90.0]), lambda y, n: st.invgamma.logpdf(y, n / 2, scale=0.5)),
    "scaled_inv_chi_square": (lambda y, n, s: n / 2 * log(n / 2) - mp.loggamma(n / 2) + n * log(s) - (n / 2 + 1) * log(y)
                              - n * s**2 / (2 * y), None, product(POSITIVE, [0.5, 7.0, 90.0], [0.3, 12.0]),
                              lambda y, n, s: st.invgamma.logpdf(y, n / 2, scale=n * s * s / 2)),
    "exponential": (lambda y, b: log(b) - b * y, lambda y, b: (-mp.expm1(-b * y), mp.exp(-b * y)),
                    product([0.0, *POSITIVE], [0.01, 1.0, 35.0]), lambda y, b: st.expon.logpdf(y, scale=1 / b)),
    "gamma": (lambda y, a, b: a * log(b) - mp.loggamma(a) + (a - 1) * log(y) - b * y, None,
              product(POSITIVE, [0.01, 1.0, 2.5, 120.0], [0.05, 3.0]), lambda y, a, b: st.gamma.logpdf(y, a, scale=1 / b)),
    "inv_gamma": (lambda y, a, b: a * log(b) - mp.loggamma(a) - (a + 1) * log(y) - b / y, None,
                  product(POSITIVE, [0.01, 1.0, 2.5, 120.0], [0.05, 3.0]), lambda y, a, b: st.invgamma.logpdf(y, a, scale=b)),
    "weibull": (lambda y, a, s: log(a / s) + (a - 1) * log(y / s) - (y / s) ** a, None,
                product([1e-12, 0.01, 0.5, 1.0, 1.75, 10.0], [0.3, 1.0, 2.5, 11.0], [0.2, 3.0, 50.0]),
                lambda y, a, s: st.weibull_min.logpdf(y, a, scale=s)),
    "frechet": (lambda y, a, s: log(a / s) - (a + 1) * log(y / s) - (y / s) ** -a,
                lambda y, a, s: (mp.exp(-((y / s) ** -a)), -mp.expm1(-((y / s) ** -a))),
                product([0.05, 0.5, 1.0, 1.75, 10.0, 1e4], [0.3, 1.0, 2.5], [0.2, 3.0]),
                lambda y, a, s: st.invweibull.logpdf(y, a, scale=s)),
    "rayleigh": (lambda y, s: log(y / s**2) - y**2 / (2 * s**2),
                 lambda y, s: (-mp.expm1(-(y**2) / (2 * s**2)), mp.exp(-(y**2) / (2 * s**2))),
                 product([1e-9, 0.01, 0.5, 1.75, 10.0, 80.0], [0.5, 3.0]), lambda y, s: st.rayleigh.logpdf(y, scale=s)),
    "pareto": (lambda y, m, a: log(a * m**a / y ** (a + 1)), lambda y, m, a: (1 - (m / y) ** a, (m / y) ** a),
               [(m * r, m, a) for m in [0.25, 3.0] for a in [0.2, 1.0, 6.0] for r in [1.0625, 2.0, 70.0, 1e9]],
               lambda y, m, a: st.pareto.logpdf(y, a, scale=m)),
    "pareto_type_2": (lambda y, m, l, a: log(a / l * (1 + (y - m) / l) ** (-a - 1)),
                      lambda y, m, l, a: (1 - (1 + (y - m) / l) ** -a, (1 + (y - m) / l) ** -a),
                      [(m + l * r, m, l, a) for m, l in [(0.0, 1.0), (-4.0, 0.5), (10.0, 8.0)] for a in [0.2, 1.0, 6.0]
                       for r in [2.0**-20, 0.5, 70.0, 1e9]], lambda y, m, l, a: st.lomax.logpdf(y, a, m, l)),
    "beta": (lambda y, a, b: (a - 1) * log(y) + (b - 1) * log(1 - y) - log(mp.beta(a, b)), None,
             product(UNIT, [0.01, 1.0, 2.5, 300.0], [0.4, 1.0, 30.0]), lambda y, a, b: st.beta.logpdf(y, a, b)),
    "beta_proportion": (lambda y, m, k: (m * k - 1) * log(y) + ((1 - m) * k - 1) * log(1 - y)
                        - log(mp.beta(m * k, (1 - m) * k)), None, product(UNIT, [0.125, 0.5, 0.875], [0.5, 8.0, 100.0]),
                        lambda y, m, k: st.beta.logpdf(y, m * k, (1 - m) * k)),
    "uniform": (lambda y, a, b: -log(b - a), lambda y, a, b: ((y - a) / (b - a), (b - y) / (b - a)),
                [(0.25, 0.0, 1.0), (-1.5, -2.0, 1e6), (3.0, -1e-3, 4.0)], lambda y, a, b: st.uniform.logpdf(y, a, b - a)),
    "von_mises": (lambda y, m, k: k * mp.cos(y - m) - log(2 * pi * mp.besseli(0, k)), None,
                  product([-3.0, -0.5, 0.0, 1.0, 2.75], [0.0, 1.5], [0.0, 1e-3, 0.5, 4.0, 25.0, 700.0]),
                  lambda y, m, k: st.vonmises.logpdf(y, k, m) if 0 < k < 500 else None),
    "skew_normal": (lambda y, x, w, a: log(2 / w * mp.npdf((y - x) / w) * mp.ncdf(a * (y - x) / w)), None,
                    [(x + w * z, x, w, a) for x, w in LOCATIONS[:2] for z in [-20.0, -3.0, -0.5, 0.0, 1.0, 6.0]
                     for a in [-4.0, 0.0, 1.5, 30.0]],
                    lambda y, x, w, a: st.skewnorm.logpdf(y, a, x, w) if a * (y - x) / w > -5 else None),
    "exp_mod_normal": (lambda y, m, s, l: log(l / 2) + l / 2 * (2 * m + l * s**2 - 2 * y)
                       + log(mp.erfc((m + l * s**2 - y) / (mp.sqrt(2) * s))), exp_mod_normal_tails,
                       [(m + s * z, m, s, l) for m, s in [(0.0, 1.0), (-3.25, 0.125)]
                        for z in [-20.0, -3.0, 0.0, 1.0, 6.0, 50.0] for l in [0.1, 1.0, 8.0]],
                       lambda y, m, s, l: st.exponnorm.logpdf(y, 1 / (s * l), m, s) if (y - m) / s > -5 and l < 5 else None),
    "bernoulli": (lambda y, p: log(p if y == 1 else 1 - p), lambda y, p: (1 - p if y < 1 else mp.mpf(1), p if y < 1 else mp.mpf(0)),
                  product([0.0, 1.0], [1e-30, 0.125, 0.5, 0.9]), lambda y, p: st.bernoulli.logpmf(y, p)),
    "bernoulli_logit": (lambda y, a: log(logistic(a if y == 1 else -a)), None,
                        product([0.0, 1.0], [-700.0, -20.0, -0.3, 0.0, 1.5, 50.0]), None),
    "binomial": (lambda n, t, p: log(choose(t, n) * p**n * (1 - p) ** (t - n)), binomial_tails,
                 [(n, t, p) for n, t in [(0.0, 0.0), (0.0, 5.0), (2.0, 5.0), (5.0, 5.0), (40.0, 300.0), (990.0, 1000.0)]
                  for p in [1e-9, 0.125, 0.5, 0.97]], lambda n, t, p: st.binom.logpmf(n, t, p)),
    "binomial_logit": (lambda n, t, a: log(choose(t, n)) + n * log(logistic(a)) + (t - n) * log(logistic(-a)), None,
                       [(n, t, a) for n, t in [(0.0, 0.0), (0.0, 5.0), (2.0, 5.0), (5.0, 5.0), (40.0, 300.0)]
                        for a in [-30.0, -1.5, 0.0, 0.4, 30.0]], None),
    "beta_binomial": (lambda n, t, a, b: log(choose(t, n)) + log(mp.beta(n + a, t - n + b) / mp.beta(a, b)), beta_binomial_tails,
                      [(n, t, a, b) for n, t in [(0.0, 0.0), (0.0, 5.0), (2.0, 5.0), (5.0, 5.0), (40.0, 300.0)]
                       for a, b in [(0.1, 0.2), (1.0, 1.0), (30.0, 2.5), (1e6, 2e6)]],
                      lambda n, t, a, b: st.betabinom.logpmf(n, t, a, b) if a < 1e5 else None),
    "categorical": (lambda y, theta: log(theta[int(y) - 1]), None,
                    [(y, [0.125, 0.5, 0.25, 0.125]) for y in [1.0, 2.0, 3.0, 4.0]] + [(1.0, [1.0])], None),
    "categorical_logit": (lambda y, b: log(softmax(b)[int(y) - 1]), None,
                          [(y, b) for y in [1.0, 2.0, 3.0] for b in [[0.0, 1.0, -2.0], [300.0, 0.0, -500.0]]] + [(1.0, [7.0])],
                          None),
    "discrete_range": (lambda y, l, u: -log(u - l + 1), None, [(2.0, 2.0, 2.0), (0.0, -3.0, 10.0), (10.0, -3.0, 10.0)],
                       lambda y, l, u: st.randint.logpmf(y, l, u + 1)),
    "neg_binomial": (lambda n, a, b: negative_binomial(n, b / (b + 1), a), lambda n, a, b: negative_binomial_tails(n, b / (b + 1), a),
                     product([0.0, 1.0, 7.0, 300.0], [0.05, 1.0, 20.0], [0.01, 1.0, 30.0]),
                     lambda n, a, b: st.nbinom.logpmf(n, a, b / (b + 1))),
    "neg_binomial_2": (lambda n, m, p: negative_binomial(n, p / (m + p), p), lambda n, m, p: negative_binomial_tails(n, p / (m + p), p),
                       product([0.0, 1.0, 7.0, 300.0], [0.01, 6.0, 300.0], [0.05, 1.0, 20.0, 1e8]),
                       lambda n, m, p: st.nbinom.logpmf(n, p, p / (m + p)) if p < 1e3 else None),
    "neg_binomial_2_log": (lambda n, e, p: negative_binomial(n, p / (mp.exp(e) + p), p), None,
                           product([0.0, 1.0, 7.0, 300.0], [-20.0, 0.5, 5.5, 40.0], [0.05, 1.0, 20.0, 1e8]),
                           lambda n, e, p: st.nbinom.logpmf(n, p, p / (math.exp(e) + p)) if p < 1e3 and abs(e) < 10 else None),
    "poisson": (lambda n, l: n * log(l) - l - mp.loggamma(n + 1),
                lambda n, l: (mp.gammainc(n + 1, l, regularized=True), mp.gammainc(n + 1, 0, l, regularized=True)), product([0.0, 1.0, 7.0, 500.0], [1e-9, 0.5, 7.0, 450.0]),
                lambda n, l: st.poisson.logpmf(n, l)),
    "poisson_log": (lambda n, a: n * a - mp.exp(a) - mp.loggamma(n + 1), None,
                    product([0.0, 1.0, 7.0, 500.0], [-40.0, -0.5, 2.0, 6.0]), lambda n, a: st.poisson.logpmf(n, math.exp(a))),
    "ordered_logistic": (ordered(logistic), None,
                         [(y, e, c) for e in [-30.0, -1.0, 0.4, 2.0, 25.0] for c in [[-1.5, 0.0, 3.0]] for y in [1.0, 2.0, 3.0, 4.0]]
                         + [(1.0, 0.5, [0.25]), (2.0, 0.5, [0.25])], None),
    "ordered_probit": (ordered(mp.ncdf), None,
                       [(y, e, c) for e in [-12.0, -1.0, 0.4, 2.0, 9.0] for c in [[-1.5, 0.0, 3.0]] for y in [1.0, 2.0, 3.0, 4.0]]
                       + [(1.0, 0.5, [0.25]), (2.0, 0.5, [0.25])], None),
    "multinomial": (multinomial, None, [([0.0, 3.0, 9.0], [0.125, 0.375, 0.5]), ([0.0, 0.0], [0.5, 0.5]), ([4.0], [1.0]),
                                        ([100.0, 20.0, 3.0, 0.0], [0.75, 0.125, 0.0625, 0.0625])],
                    lambda y, p: st.multinomial.logpmf(y, sum(y), p)),
    "multinomial_logit": (lambda y, x: multinomial(y, softmax(x)), None,
                          [([0.0, 3.0, 9.0], [-1.0, 0.5, 300.0]), ([2.0, 5.0], [0.1, -0.7])], None),
    "dirichlet": (lambda t, a: mp.loggamma(sum(a)) + sum((x - 1) * log(p) - mp.loggamma(x) for p, x in zip(t, a)), None,
                  [([0.125, 0.375, 0.5], a) for a in [[1.0, 1.0, 1.0], [0.01, 0.5, 40.0], [30.0, 20.0, 25.0]]]
                  + [([1e-200, 1.0], [0.25, 2.0]), ([1.0], [3.0])], None),
    "multi_normal": (multi_normal, None,
                     [([1.5], [0.25], [[4.0]]), ([1.0, -2.0, 0.5], [0.0, 0.25, 3.0], [[4.0, 1.0, -0.5], [1.0, 2.0, 0.25], [-0.5, 0.25, 1.0]])],
                     lambda y, m, s: st.multivariate_normal.logpdf(y, m, s)),
    "multi_normal_prec": (lambda y, m, o: multi_normal(y, m, (matrix(o) ** -1).tolist()), None,
                          [([1.5], [0.25], [[4.0]]), ([1.0, -2.0, 0.5], [0.0, 0.25, 3.0], [[4.0, 1.0, -0.5], [1.0, 2.0, 0.25], [-0.5, 0.25, 1.0]])],
                          None),
    "multi_normal_cholesky": (lambda y, m, l: multi_normal(y, m, (matrix(l) * matrix(l).T).tolist()), None,
                              [([1.5], [0.25], [[2.0]]), ([1.0, -2.0, 0.5], [0.0, 0.25, 3.0], [[2.0, 0.0, 0.0], [0.5, 1.25, 0.0], [-0.25, 0.5, 0.125]])],
                              None),
    "multi_student_t": (multi_student_t, None,
                        [([1.5], 3.0, [0.25], [[4.0]])] + [([1.0, -2.0, 0.5], n, [0.0, 0.25, 3.0], [[4.0, 1.0, -0.5], [1.0, 2.0, 0.25], [-0.5, 0.25, 1.0]])
                         for n in [0.5, 4.0, 1e6]], lambda y, n, m, s: st.multivariate_t.logpdf(y, m, s, n) if n < 1e5 else None),
    "lkj_corr": (lambda c, e: (e - 1) * log(mp.det(matrix(c))) - lkj_constant(len(c), e), None,
                 [(c, e) for c in [[[1.0]], [[1.0, 0.5], [0.5, 1.0]], [[1.0, 0.5, -0.25], [0.5, 1.0, 0.125], [-0.25, 0.125, 1.0]],
                                   np.eye(5).tolist()] for e in [0.5, 1.0, 3.5, 1e4]], None),
    "lkj_corr_cholesky": (lambda l, e: sum((len(l) - k + 2 * e - 2) * log(mp.mpf(l[k - 1][k - 1])) for k in range(2, len(l) + 1))
                          - lkj_constant(len(l), e), None,
                          [(l, e) for l in [[[1.0]], [[1.0, 0.0], [0.6, 0.8]], [[1.0, 0.0, 0.0], [0.6, 0.8, 0.0], [0.48, 0.36, 0.8]]]
                           for e in [0.5, 1.0, 3.5]], None),
    "wishart": (wishart, None, [([[2.0]], 3.5, [[0.5]])] + [([[4.0, 1.0, -0.5], [1.0, 2.0, 0.25], [-0.5, 0.25, 1.0]], n,
                                [[1.0, 0.5, 0.0], [0.5, 3.0, 0.25], [0.0, 0.25, 2.0]]) for n in [2.25, 3.0, 40.0]],
                lambda w, n, s: st.wishart.logpdf(np.array(w), n, np.array(s)) if n >= len(w) else None),
    "inv_wishart": (inv_wishart, None, [([[2.0]], 3.5, [[0.5]])] + [([[4.0, 1.0, -0.5], [1.0, 2.0, 0.25], [-0.5, 0.25, 1.0]], n,
                                        [[1.0, 0.5, 0.0], [0.5, 3.0, 0.25], [0.0, 0.25, 2.0]]) for n in [2.25, 3.0, 40.0]],
                    lambda w, n, s: st.invwishart.logpdf(np.array(w), n, np.array(s)) if n >= len(w) else None),
}

# Outcomes outside of the support: minus infinity.
OUTSIDE = {
    "lognormal": [(-1.0, 0.0, 1.0), (0.0, 0.0, 1.0)], "chi_square": [(-1.0, 3.0)], "inv_chi_square": [(-1.0, 3.0), (0.0, 3.0)],
    "scaled_inv_chi_square": [(-1.0, 3.0, 1.0), (0.0, 3.0, 1.0)], "exponential": [(-1e-9, 2.0)], "gamma": [(-1.0, 2.0, 3.0)],
    "inv_gamma": [(-1.0, 2.0, 3.0), (0.0, 2.0, 3.0)], "weibull": [(-1.0, 2.0, 3.0)], "frechet": [(-1.0, 2.0, 3.0), (0.0, 2.0, 3.0)],
    "rayleigh": [(-1.0, 2.0), (0.0, 2.0)], "pareto": [(0.5, 1.0, 2.0), (-1.0, 1.0, 2.0)], "pareto_type_2": [(0.5, 1.0, 2.0, 3.0)],
    "beta": [(-0.1, 2.0, 3.0), (1.1, 2.0, 3.0)], "beta_proportion": [(-0.1, 0.5, 3.0), (1.1, 0.5, 3.0)],
    "uniform": [(-0.1, 0.0, 1.0), (1.1, 0.0, 1.0)], "bernoulli": [(-1.0, 0.5), (2.0, 0.5)], "bernoulli_logit": [(-1.0, 0.5), (2.0, 0.5)],
    "binomial": [(-1.0, 5.0, 0.5), (6.0, 5.0, 0.5)], "binomial_logit": [(-1.0, 5.0, 0.5), (6.0, 5.0, 0.5)],
    "beta_binomial": [(-1.0, 5.0, 0.5, 0.5), (6.0, 5.0, 0.5, 0.5)], "categorical": [(0.0, [0.5, 0.5]), (3.0, [0.5, 0.5])],
    "categorical_logit": [(0.0, [0.5, 0.5]), (3.0, [0.5, 0.5])], "discrete_range": [(0.0, 1.0, 5.0), (6.0, 1.0, 5.0)],
    "neg_binomial": [(-1.0, 2.0, 3.0)], "neg_binomial_2": [(-1.0, 2.0, 3.0)], "neg_binomial_2_log": [(-1.0, 2.0, 3.0)],
    "poisson": [(-1.0, 2.0)], "poisson_log": [(-1.0, 2.0)], "ordered_logistic": [(0.0, 0.5, [1.0]), (3.0, 0.5, [1.0])],
    "ordered_probit": [(0.0, 0.5, [1.0]), (3.0, 0.5, [1.0])], "multinomial": [([-1.0, 2.0], [0.5, 0.5])],
    "multinomial_logit": [([-1.0, 2.0], [0.5, 0.5])], "dirichlet": [([-0.5, 1.5], [2.0, 2.0])],
}

# Parameters out of their range, of which some would give a finite number if nobody looked: NaN.
INVALID = {
    "normal": [(0.5, 0.0, -1.0), (0.0, 0.0, 0.0)], "student_t": [(0.5, -1.5, 0.0, 1.0), (0.5, 3.0, 0.0, -1.0)],
    "cauchy": [(0.5, 0.0, -1.0)], "double_exponential": [(0.5, 0.0, -1.0)], "logistic": [(0.5, 0.0, -1.0)],
    "gumbel": [(0.5, 0.0, -1.0)], "lognormal": [(0.5, 0.0, -1.0)], "chi_square": [(0.5, -1.0)], "inv_chi_square": [(0.5, -1.0)],
    "scaled_inv_chi_square": [(0.5, -1.0, 1.0), (0.5, 1.0, -1.0), (0.5, -1.0, -1.0)], "exponential": [(0.5, -1.0)],
    "gamma": [(0.5, -1.5, 1.0), (0.5, 1.5, -1.0), (0.5, -2.0, -1.0)], "inv_gamma": [(0.5, -1.5, 1.0), (0.5, 1.5, -1.0)],
    "weibull": [(0.5, -1.5, 1.0), (0.5, 1.5, -1.0)], "frechet": [(0.5, -1.5, 1.0), (0.5, 1.5, -1.0)], "rayleigh": [(0.5, -1.0)],
    "pareto": [(0.5, -1.0, 1.0), (0.5, 0.25, -1.0)], "pareto_type_2": [(0.5, 0.0, -1.0, 1.0), (0.5, 0.0, 1.0, -1.0), (0.5, 0.0, -1.0, -1.0)],
    "beta": [(0.5, -1.5, 1.0), (0.5, 1.0, -1.5), (0.5, -1.5, -1.5)], "beta_proportion": [(0.5, 1.5, 2.0), (0.5, 0.5, -3.0), (0.5, 1.5, -3.0), (0.5, -0.5, 3.0)],
    "von_mises": [(0.5, 0.0, -1.0)], "skew_normal": [(0.5, 0.0, -1.0, 2.0)], "exp_mod_normal": [(0.5, 0.0, -1.0, 1.0), (0.5, 0.0, 1.0, -1.0), (0.5, 0.0, -1.0, -1.0)],
    "bernoulli": [(0.0, -0.5), (1.0, 1.5)], "binomial": [(0.0, 5.0, -0.5), (5.0, 5.0, 1.5), (2.0, 5.0, 1.5)],
    "beta_binomial": [(2.0, 5.0, -0.5, 1.0), (2.0, 5.0, 1.0, -0.5), (2.0, 5.0, -0.5, -0.5)], "categorical": [(1.0, [-0.5, 1.5])],
    "neg_binomial": [(2.0, -0.5, 1.0), (2.0, 0.5, -1.5)], "neg_binomial_2": [(2.0, -0.5, 1.0), (2.0, 0.5, -1.0), (2.0, -0.5, -1.0)],
    "neg_binomial_2_log": [(2.0, 0.5, -1.0)], "poisson": [(2.0, -1.0), (0.0, -1.0)],
    "ordered_logistic": [(2.0, 0.5, [1.0, 0.0])], "ordered_probit": [(2.0, 0.5, [1.0, 0.0]), (2.0, -5.0, [1.0, 0.0])],
    "multinomial": [([1.0, 2.0], [-0.5, 1.5])], "dirichlet": [([0.5, 0.5], [-0.5, 1.0])],
    "multi_normal": [([0.0, 0.0], [0.0, 0.0], [[1.0, 2.0], [2.0, 1.0]])], "multi_normal_prec": [([0.0, 0.0], [0.0, 0.0], [[1.0, 2.0], [2.0, 1.0]])],
    "multi_normal_cholesky": [([0.0, 0.0], [0.0, 0.0], [[1.0, 0.0], [2.0, -1.0]])],
    "multi_student_t": [([0.0, 0.0], 3.0, [0.0, 0.0], [[1.0, 2.0], [2.0, 1.0]]), ([0.0, 0.0], -3.5, [0.0, 0.0], [[1.0, 0.0], [0.0, 1.0]])],
    "lkj_corr": [([[1.0, 2.0], [2.0, 1.0]], 2.0), ([[1.0, 0.5], [0.5, 1.0]], -0.5)], "lkj_corr_cholesky": [([[1.0, 0.0], [0.6, 0.8]], -0.5)],
    "wishart": [([[1.0, 0.0], [0.0, 1.0]], 0.5, [[1.0, 0.0], [0.0, 1.0]]), ([[1.0, 2.0], [2.0, 1.0]], 3.0, [[1.0, 0.0], [0.0, 1.0]])],
    "inv_wishart": [([[1.0, 0.0], [0.0, 1.0]], 0.5, [[1.0, 0.0], [0.0, 1.0]]), ([[1.0, 2.0], [2.0, 1.0]], 3.0, [[1.0, 0.0], [0.0, 1.0]])],
}

# Known outcomes and parameters at the edge of a support that have a density there all the same.
EDGES = [
    ("gamma", (0.0, 1.0, 2.0), math.log(2.0)), ("exponential", (0.0, 2.0), math.log(2.0)), ("chi_square", (0.0, 2.0), -math.log(2.0)),
    ("weibull", (0.0, 1.0, 2.0), -math.log(2.0)), ("beta", (0.0, 1.0, 1.0), 0.0), ("beta", (1.0, 1.0, 1.0), 0.0),
    ("uniform", (0.0, 0.0, 1.0), 0.0), ("uniform", (1.0, 0.0, 1.0), 0.0), ("bernoulli", (0.0, 0.0), 0.0), ("bernoulli", (1.0, 1.0), 0.0),
    ("bernoulli", (1.0, 0.0), "-inf"), ("binomial", (0.0, 5.0, 0.0), 0.0), ("binomial", (5.0, 5.0, 1.0), 0.0),
    ("binomial", (2.0, 5.0, 1.0), "-inf"), ("poisson", (0.0, 0.0), 0.0), ("poisson", (2.0, 0.0), "-inf"),
    ("neg_binomial_2", (0.0, 0.0, 2.0), 0.0), ("pareto", (1.0, 1.0, 2.0), math.log(2.0)), ("pareto_type_2", (1.0, 1.0, 1.0, 2.0), math.log(2.0)),
    ("multinomial", ([0.0, 3.0], [0.0, 1.0]), 0.0), ("dirichlet", ([0.0, 1.0], [1.0, 1.0]), 0.0),
]

# Beyond the support a distribution function is 0 or 1: (family, outcome and arguments, cdf).
BEYOND = [
    ("lognormal", (-1.0, 0.0, 1.0), 0), ("exponential", (-1.0, 2.0), 0), ("frechet", (-1.0, 2.0, 3.0), 0), ("rayleigh", (-1.0, 2.0), 0),
    ("pareto", (0.5, 1.0, 2.0), 0), ("pareto_type_2", (0.5, 1.0, 2.0, 3.0), 0), ("uniform", (-1.0, 0.0, 1.0), 0), ("uniform", (2.0, 0.0, 1.0), 1),
    ("bernoulli", (-1.0, 0.5), 0), ("bernoulli", (1.0, 0.5), 1), ("binomial", (-1.0, 5.0, 0.5), 0), ("binomial", (5.0, 5.0, 0.5), 1),
    ("poisson", (-1.0, 0.5), 0),
]


def ordered_chances(cdf, eta, cuts):
    edges = np.concatenate([[0.0], cdf(np.array(cuts) - eta), [1.0]])
    return st.rv_discrete(values=(range(1, len(cuts) + 2), np.diff(edges)))


A = [[4.0, 1.0, -0.5], [1.0, 2.0, 0.25], [-0.5, 0.25, 1.0]]
W = [1.0, -2.0, 0.5]
SPREAD = math.sqrt(np.array(W) @ np.array(A) @ np.array(W))
CENTRE = float(np.array(W) @ np.array([0.0, 0.25, 3.0]))
GUMBEL = [0.0, 1.0, -2.0]
CHANCES = np.exp(GUMBEL) / np.exp(GUMBEL).sum()

# (family, arguments, weights of a vector's elements or None, the law of the variate or of the weighted sum)
SIMULATORS = [
    ("normal", [3.0, 2.0], None, st.norm(3, 2)), ("std_normal", [], None, st.norm()), ("student_t", [3.0, 1.0, 2.0], None, st.t(3, 1, 2)),
    ("student_t", [0.5, 1.0, 2.0], None, st.t(0.5, 1, 2)), ("cauchy", [1.0, 2.0], None, st.cauchy(1, 2)),
    ("double_exponential", [1.0, 2.0], None, st.laplace(1, 2)), ("logistic", [1.0, 2.0], None, st.logistic(1, 2)),
    ("gumbel", [1.0, 2.0], None, st.gumbel_r(1, 2)), ("lognormal", [1.0, 0.5], None, st.lognorm(0.5, scale=math.e)),
    ("chi_square", [3.0], None, st.chi2(3)), ("inv_chi_square", [3.0], None, st.invgamma(1.5, scale=0.5)),
    ("scaled_inv_chi_square", [3.0, 2.0], None, st.invgamma(1.5, scale=6)), ("exponential", [2.0], None, st.expon(scale=0.5)),
    ("gamma", [2.5, 2.0], None, st.gamma(2.5, scale=0.5)), ("gamma", [0.125, 2.0], None, st.gamma(0.125, scale=0.5)),
    ("inv_gamma", [2.5, 2.0], None, st.invgamma(2.5, scale=2)), ("weibull", [1.5, 2.0], None, st.weibull_min(1.5, scale=2)),
    ("frechet", [1.5, 2.0], None, st.invweibull(1.5, scale=2)), ("rayleigh", [2.0], None, st.rayleigh(scale=2)),
    ("pareto", [2.0, 1.5], None, st.pareto(1.5, scale=2)), ("pareto_type_2", [1.0, 2.0, 1.5], None, st.lomax(1.5, 1, 2)),
    ("beta", [2.5, 0.5], None, st.beta(2.5, 0.5)), ("beta", [0.125, 0.25], None, st.beta(0.125, 0.25)),
    ("beta_proportion", [0.25, 8.0], None, st.beta(2, 6)), ("uniform", [-1.0, 3.0], None, st.uniform(-1, 4)),
    ("von_mises", [0.5, 0.1], None, st.vonmises(0.1, 0.5)), ("von_mises", [0.5, 6.0], None, st.vonmises(6, 0.5)),
    ("skew_normal", [1.0, 2.0, -3.0], None, st.skewnorm(-3, 1, 2)), ("exp_mod_normal", [1.0, 2.0, 0.25], None, st.exponnorm(2, 1, 2)),
    ("bernoulli", [0.375], None, st.bernoulli(0.375)), ("bernoulli_logit", [-0.5], None, st.bernoulli(1 / (1 + math.exp(0.5)))),
    ("binomial", [7.0, 0.375], None, st.binom(7, 0.375)), ("binomial", [500.0, 0.875], None, st.binom(500, 0.875)),
    ("binomial_logit", [40.0, -1.5], None, st.binom(40, 1 / (1 + math.exp(1.5)))), ("beta_binomial", [30.0, 2.0, 0.5], None, st.betabinom(30, 2, 0.5)),
    ("categorical", [[0.125, 0.5, 0.0, 0.375]], None, st.rv_discrete(values=([1, 2, 4], [0.125, 0.5, 0.375]))),
    ("categorical_logit", [GUMBEL], None, st.rv_discrete(values=([1, 2, 3], CHANCES))), ("discrete_range", [-2.0, 3.0], None, st.randint(-2, 4)),
    ("neg_binomial", [2.5, 0.5], None, st.nbinom(2.5, 1 / 3)), ("neg_binomial_2", [4.0, 2.5], None, st.nbinom(2.5, 2.5 / 6.5)),
    ("neg_binomial_2_log", [1.5, 2.5], None, st.nbinom(2.5, 2.5 / (2.5 + math.exp(1.5)))), ("poisson", [2.5], None, st.poisson(2.5)),
    ("poisson", [300.0], None, st.poisson(300)), ("poisson_log", [3.0], None, st.poisson(math.exp(3))),
    ("ordered_logistic", [0.5, [-1.0, 0.0, 2.0]], None, ordered_chances(st.logistic.cdf, 0.5, [-1.0, 0.0, 2.0])),
    ("ordered_probit", [0.5, [-1.0, 0.0, 2.0]], None, ordered_chances(st.norm.cdf, 0.5, [-1.0, 0.0, 2.0])),
    ("multinomial", [[0.125, 0.5, 0.375, 0.0], 60.0], [1.0, 0.0, 1.0, 0.0], st.binom(60, 0.5)),
    ("multinomial", [[0.125, 0.5, 0.375, 0.0], 60.0], [0.0, 0.0, 1.0, 1.0], st.binom(60, 0.375)),
    ("multinomial_logit", [GUMBEL, 60.0], [1.0, 0.0, 1.0], st.binom(60, CHANCES[0] + CHANCES[2])),
    ("dirichlet", [[0.25, 2.0, 3.5]], [1.0, 0.0, 1.0], st.beta(3.75, 2.0)), ("dirichlet", [[0.25, 2.0, 3.5]], [1.0, 0.0, 0.0], st.beta(0.25, 5.5)),
    ("multi_normal", [[0.0, 0.25, 3.0], A], W, st.norm(CENTRE, SPREAD)),
    ("multi_normal_cholesky", [[0.0, 0.25, 3.0], np.linalg.cholesky(A).tolist()], W, st.norm(CENTRE, SPREAD)),
    ("multi_student_t", [4.0, [0.0, 0.25, 3.0], A], W, st.t(4, CENTRE, SPREAD)),
]


def bins(law):
    """Upper edges, the last bin being open, and the chances of the bins: about twenty of equal chance."""
    if isinstance(law.dist, st.rv_continuous):
        edges = law.ppf(np.arange(1, 20) / 20.0)
    else:
        low, high = law.ppf(0.0) + 1, law.ppf(1.0 - 1e-12)
        edges, last = [], 0.0
        for value in np.arange(low, high):
            if law.cdf(value) - last >= 0.04 and 1.0 - law.cdf(value) >= 0.04:
                edges.append(value)
                last = law.cdf(value)
        edges = np.array(edges)
    return edges.tolist(), np.diff(np.concatenate([[0.0], law.cdf(edges), [1.0]])).tolist()


def frozen(law):
    return law if hasattr(law, "dist") else law.freeze()


def number(x):
    return "-inf" if x == mp.mpf("-inf") else float(x)


def log_of(chance, rest):
    return mp.log1p(-rest) if rest < 0.5 else log(chance)


def densities():
    for family, (density, tails, grid, peer) in FAMILIES.items():
        for arguments in grid:
            value = density(*[exact(x) for x in arguments])
            other = peer(*arguments) if peer else None
            # Where scipy underflows it has no opinion.
            if other is not None and math.isfinite(other):
                assert abs(float(value) - other) <= 1e-9 * max(1.0, abs(float(value))), (family, arguments, float(value), other)
            case = {"family": family, "arguments": list(arguments), "log_density": float(value)}
            if tails:
                below, above = tails(*[exact(x) for x in arguments])
                case |= {"cdf": float(below), "log_cdf": number(log_of(below, above)), "log_ccdf": number(log_of(above, below))}
            yield case


def simulators():
    chance = 1e-6 / len(SIMULATORS)
    for family, arguments, weights, law in SIMULATORS:
        edges, chances = bins(frozen(law))
        case = {"family": family, "arguments": arguments, "edges": edges, "chances": chances, "critical": float(st.chi2.isf(chance, len(edges)))}
        yield case | ({"weights": weights} if weights else {})


def lines(cases):
    return "[\n" + ",\n".join("  " + json.dumps(case) for case in cases) + "\n ]"


def listed(cases):
    return ({"family": family, "arguments": list(arguments)} for family, rows in cases.items() for arguments in rows)


def main():
    sections = {
        "provenance": json.dumps({"script": "scripts/reference/distributions.py", "mpmath": mp.__version__, "digits": mp.mp.dps,
                                  "scipy": scipy.__version__, "numpy": np.__version__}),
        "densities": lines(densities()),
        "outside": lines(listed(OUTSIDE)),
        "invalid": lines(listed(INVALID)),
        "edges": lines({"family": f, "arguments": list(a), "log_density": x} for f, a, x in EDGES),
        "beyond": lines({"family": f, "arguments": list(a), "cdf": x} for f, a, x in BEYOND),
        "simulators": lines(simulators()),
    }
    print("{\n" + ",\n".join(f' "{name}": {text}' for name, text in sections.items()) + "\n}")


if __name__ == "__main__":
    main()
