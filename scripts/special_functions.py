#!/usr/bin/env python3
"""Reference values and coefficients of the special functions in src/math, from mpmath at 50 digits.

    pip install mpmath==1.4.1 numpy==2.4.6
    scripts/special_functions.py values        writes tests/data/special_functions.csv
    scripts/special_functions.py coefficients  prints the polynomials, single precision first, highest power first

Arguments are exact in single precision, or in double precision beyond its range; values are rounded to double.
"""

import sys
from pathlib import Path

import mpmath as mp
import numpy as np

mp.mp.dps = 50
TINY = mp.mpf(10) ** -20
ROOT_TAU = mp.sqrt(2 * mp.pi)


def mills(t):
    """exp(t^2/2) P(Z > t), by the continued fraction where the product would be 0 times infinity."""
    if t < 30:
        return mp.exp(t * t / 2) * mp.erfc(t / mp.sqrt(2)) / 2
    fraction = mp.mpf(0)
    for k in range(400, 0, -1):
        fraction = k / (t + fraction)
    return 1 / ((t + fraction) * ROOT_TAU)


def ln_phi(x):
    return mp.log(mills(-x)) - x * x / 2 if x < 0 else mp.log1p(-mp.exp(-x * x / 2) * mills(x))


def inv_phi(p):
    """Bisection and Newton's method on the distribution function itself."""
    if p == mp.mpf(1) / 2:
        return mp.mpf(0)
    tail = min(p, 1 - p)
    z = mp.sqrt(-2 * mp.log(tail)) if tail < 0.4 else ROOT_TAU * (mp.mpf(1) / 2 - tail)
    for _ in range(60):
        value = mp.exp(-z * z / 2) * mills(z) if z > 0 else 1 - mp.exp(-z * z / 2) * mills(-z)
        z += (mp.log(value) - mp.log(tail)) * value / (mp.exp(-z * z / 2) / ROOT_TAU)
    return z if p > mp.mpf(1) / 2 else -z


def ln_i0(x):
    return mp.log(mp.besseli(0, x, maxterms=10**6)) if x < 1000 else x - mp.log(2 * mp.pi * x) / 2 + mp.log(asymptotic(0, x))


def asymptotic(order, x):
    """The series that besseli(order, x) sqrt(2 pi x) exp(-x) has for large x (Abramowitz and Stegun 9.7.1)."""
    term, total = mp.mpf(1), mp.mpf(1)
    for k in range(1, 60):
        term *= -(4 * mp.mpf(order) ** 2 - (2 * k - 1) ** 2) / (k * 8 * x)
        total += term
    return total


def ratio(x):
    if x >= 1000:
        return asymptotic(1, x) / asymptotic(0, x)
    return mp.besseli(1, x) / mp.besseli(0, x)


def around(*centres):
    return [c + s * d for c in centres for s in (1, -1) for d in (0, 1e-6, 1e-3, 0.03, 0.1, 0.3, 0.49)]


def magnitudes(low, high, count, signs=(1,)):
    return [s * x for s in signs for x in np.exp(np.linspace(np.log(low), np.log(high), count))]


def lines(low, high, count):
    return list(np.linspace(low, high, count) + 0.00317)


positive = around(1, 2, 3, 5, 8) + magnitudes(1e-30, 1e30, 60) + lines(0.1, 12, 80)
negative = [x for x in lines(-40.3, -0.003, 60) if x != round(x)]
both = magnitudes(1e-30, 1e4, 40, (1, -1))
FUNCTIONS = {
    "exp_m1": (mp.expm1, lines(-60, 88, 80) + magnitudes(1e-30, 1, 30, (1, -1)) + lines(100, 709, 20)),
    "sin": (mp.sin, lines(-100, 100, 100) + [1.5707963, 3.1415927, 6.2831853, 355.0, 710.0, 99999.0, 1e5] + magnitudes(1e-30, 1e5, 30)),
    "cos": (mp.cos, lines(-100, 100, 100) + [1.5707963, 3.1415927, 6.2831853, 355.0, 710.0, 99999.0, 1e5] + magnitudes(1e-30, 1e5, 30)),
    "inv_logit": (lambda x: 1 / (1 + mp.exp(-x)), lines(-80, 80, 80) + magnitudes(1e-30, 80, 30, (1, -1)) + [-700]),
    "log1p_exp": (lambda x: mp.log1p(mp.exp(x)), lines(-80, 80, 80) + magnitudes(1e-30, 1e30, 30) + [-700]),
    "log1m_exp": (lambda x: mp.log(-mp.expm1(x)) if x > -1 else mp.log1p(-mp.exp(x)), lines(-80, -0.01, 80) + magnitudes(1e-30, 80, 40, (-1,)) + [-700]),
    "lgamma": (lambda x: mp.loggamma(x).real if x > 0 else mp.log(abs(mp.gamma(x))), positive + negative + [1e300, 1e-300]),
    "digamma": (lambda x: mp.psi(0, x), positive + negative + [1.4616321, 1e300, 1e-300]),
    "trigamma": (lambda x: mp.psi(1, x), positive[:35] + magnitudes(1e-15, 1e30, 60) + lines(0.1, 12, 80) + negative + [1e-150]),
    "erf": (mp.erf, lines(-7, 7, 80) + both[:60]),
    "erfc": (mp.erfc, lines(-7, 9, 80) + lines(9, 26, 20) + magnitudes(1e-30, 1, 20, (1, -1))),
    "phi": (mp.ncdf, lines(-12.9, 9, 90) + lines(-37, -13, 20) + magnitudes(1e-30, 1, 20, (1, -1))),
    "ln_phi": (ln_phi, lines(-40, 9, 90) + magnitudes(1e-30, 1e10, 40, (-1,)) + magnitudes(1e-30, 9, 20) + lines(13, 30, 10)),
    "inv_mills": (
        lambda x: 1 / (ROOT_TAU * mills(-x)) if x < 0 else mp.npdf(x) / (1 - mp.exp(-x * x / 2) * mills(x)),
        lines(-40, 12.9, 90) + magnitudes(1e-30, 1e10, 40, (-1,)) + lines(13, 37, 10),
    ),
    "inv_phi": (inv_phi, lines(0.001, 0.99, 60) + magnitudes(1e-37, 0.4, 40) + [0.999, 0.9999, 0.99999, 1e-300, 1e-100, 0.075, 0.925]),
    "ln_bessel_i0": (lambda x: ln_i0(abs(x)), lines(-20, 20, 100) + magnitudes(1e-15, 1e30, 60) + [7.7459, 7.746]),
    "bessel_ratio": (lambda x: mp.sign(x) * ratio(abs(x)), lines(-20, 20, 100) + magnitudes(1e-30, 1e30, 60) + [7.7459, 7.746]),
}


def grid(first, second):
    return [(x, y) for x in first for y in second]


BINARY = {
    "log_add_exp": (
        lambda x, y: max(x, y) + mp.log1p(mp.exp(-abs(x - y))),
        grid(lines(-30, 30, 9) + [-1e10, 1e10, 700], lines(-25, 40, 9) + [1.0, -1e10, -700]),
    ),
    "atan2": (mp.atan2, grid(lines(-3, 3, 12) + magnitudes(1e-25, 1e25, 5, (1, -1)), lines(-4, 2, 12) + magnitudes(1e-10, 1e10, 5, (1, -1)))),
    "power": (
        mp.power,
        grid(magnitudes(1e-5, 1e5, 9) + [1 + 2**-20, 0.5, 2.0], lines(-7, 7, 9) + [1.0, 2.0, 3.0, -1.0, 0.5])
        + grid([-2.0, -0.3, -17.0], [1.0, 2.0, 3.0, -1.0, -2.0, 8.0]),
    ),
    "ln_beta": (
        lambda x, y: mp.loggamma(x) + mp.loggamma(y) - mp.loggamma(mp.mpf(x) + mp.mpf(y)),
        grid(magnitudes(1e-10, 1e10, 13) + [0.5, 1.0, 2.0, 8.4, 8.5, 8.6], magnitudes(1e-10, 1e10, 13) + [0.5, 1.0, 3.0, 8.4, 8.5, 8.6]),
    ),
    "slope_of_ln_beta": (
        lambda x, y: mp.digamma(x) - mp.digamma(mp.mpf(x) + mp.mpf(y)),
        grid(magnitudes(1e-10, 1e16, 14) + [0.5, 1.0, 2.0, 8.4, 8.5, 8.6], magnitudes(1e-3, 1e10, 13) + [0.5, 1.0, 3.0, 8.4, 8.5, 8.6]),
    ),
}


def exact(x):
    return float(np.float32(x)) if 1e-37 < abs(x) < 3e38 else float(x)


def values():
    def row(function, arguments):
        arguments = [exact(x) for x in arguments]
        return [*arguments, float(function(*(mp.mpf(x) for x in arguments)))]

    tables = {name: [row(f, [x]) for x in xs] for name, (f, xs) in FUNCTIONS.items()}
    tables |= {name: [row(f, pair) for pair in pairs] for name, (f, pairs) in BINARY.items()}
    lines = [f"# mpmath {mp.__version__}, 50 digits, scripts/special_functions.py", "# function, arguments, value"]
    lines += [",".join([name, *map(repr, row)]) for name, rows in tables.items() for row in rows]
    path = Path(__file__).parent.parent / "tests/data/special_functions.csv"
    path.write_text("\n".join(lines) + "\n")


def smooth(function, limit):
    """A function of a square root, or of an inverse, continued to 0 by its limit."""
    return lambda z: mp.mpf(limit) if z < TINY else function(z)


def mapped_mills(u):
    if u > 1 - TINY:
        return 1 / ROOT_TAU
    t = 4 * (1 + u) / (1 - u)
    return (1 + t) * mills(t)


def stirling(x):
    return mp.loggamma(x) - ((x - mp.mpf(1) / 2) * mp.log(x) - x + mp.log(2 * mp.pi) / 2)


STEEP = 1 / mp.mpf("8.5") ** 2
EIGHTH = (mp.pi / 4) ** 2 * mp.mpf("1.01")
CENTRE = mp.mpf(1) / 16
FAR = (-CENTRE, 1 / mp.sqrt(60) - CENTRE)


def from_centre(function, limit):
    """A function of 1 / x, written in the distance from the middle of its range, where polynomials are stable."""
    return lambda v: smooth(function, limit)(v + CENTRE)


# Name: function, range, degrees in single and double precision.
POLYNOMIALS = {
    "LGAMMA": (lambda d: mp.loggamma(2 + d) / d if abs(d) > TINY else mp.psi(0, 2), -0.5, 0.5, 8, 17),
    "DIGAMMA": (lambda d: mp.psi(0, 2 + d), -0.5, 0.5, 10, 20),
    "TRIGAMMA": (lambda d: mp.psi(1, 2 + d), -0.5, 0.5, 9, 19),
    "STIRLING": (smooth(lambda s: stirling(1 / mp.sqrt(s)) / mp.sqrt(s), mp.mpf(1) / 12), 0, STEEP, 1, 5),
    "DIGAMMA_TAIL": (smooth(lambda s: (-mp.log(s) / 2 - mp.sqrt(s) / 2 - mp.psi(0, 1 / mp.sqrt(s))) / s, mp.mpf(1) / 12), 0, STEEP, 1, 5),
    "TRIGAMMA_TAIL": (
        smooth(lambda s: (mp.psi(1, 1 / mp.sqrt(s)) - mp.sqrt(s) - s / 2) / mp.sqrt(s) ** 3, mp.mpf(1) / 6), 0, STEEP, 2, 6),
    "ERF": (smooth(lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z), 2 / mp.sqrt(mp.pi)), 0, 0.25, 4, 8),
    "SIN": (smooth(lambda z: mp.sin(mp.sqrt(z)) / mp.sqrt(z), 1), 0, EIGHTH, 3, 6),
    "COS": (lambda z: mp.cos(mp.sqrt(z)), 0, EIGHTH, 4, 7),
    "ATAN": (smooth(lambda z: mp.atan(mp.sqrt(z)) / mp.sqrt(z), 1), 0, mp.mpf("0.4143") ** 2, 5, 10),
    "MILLS": (mapped_mills, -1, 1, 11, 25),
    "I0": (smooth(lambda z: (mp.besseli(0, mp.sqrt(z)) - 1) / z, mp.mpf(1) / 4), 0, 60, 9, 14),
    "I1": (smooth(lambda z: mp.besseli(1, mp.sqrt(z)) / mp.sqrt(z), mp.mpf(1) / 2), 0, 60, 9, 14),
    "LN_I0_TAIL": (from_centre(lambda t: (ln_i0(1 / t) - 1 / t + mp.log(2 * mp.pi / t) / 2) / t, mp.mpf(1) / 8), *FAR, 4, 21),
    "RATIO_TAIL": (from_centre(lambda t: (1 - ratio(1 / t)) / t, mp.mpf(1) / 2), *FAR, 5, 23),
}


def interpolate(function, low, high, degree):
    """The polynomial through the values at the Chebyshev nodes of [low, high], highest power first."""
    low, high = mp.mpf(low), mp.mpf(high)
    nodes = [mp.cos(mp.pi * (2 * k + 1) / (2 * degree + 2)) for k in range(degree + 1)]
    points = [(low + high) / 2 + (high - low) / 2 * node for node in nodes]
    matrix = mp.matrix([[x**power for power in range(degree, -1, -1)] for x in points])
    return list(mp.lu_solve(matrix, mp.matrix([function(x) for x in points])))


def coefficients():
    for name, (function, low, high, single, double) in POLYNOMIALS.items():
        print(name, [str(np.float32(c)) for c in interpolate(function, low, high, single)])
        print(name, [float(c) for c in interpolate(function, low, high, double)])


if __name__ == "__main__":
    {"values": values, "coefficients": coefficients}[sys.argv[1]]()
