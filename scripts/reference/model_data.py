"""Writes a small, plausible data set beside each model of tests/data/models.

    python3 scripts/reference/model_data.py

Only Python's standard library, one seed for each file: the same files every time.
"""

import json
import math
import random
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "data" / "models"


def inv_logit(x):
    return 1 / (1 + math.exp(-x))


def poisson(r, mean):
    limit, product, count = math.exp(-mean), r.random(), 0
    while product > limit:
        product *= r.random()
        count += 1
    return count


def short(x):
    """Six digits are enough for simulated data, and keep the files readable."""
    if isinstance(x, list):
        return [short(item) for item in x]
    return float(f"{x:.6g}") if isinstance(x, float) else x


def autoregression(r):
    y = [0.0, 0.0]
    for _ in range(60):
        y.append(0.3 + 0.5 * y[-1] - 0.2 * y[-2] + r.gauss(0, 0.7))
    return {"P": 2, "T": 60, "y": y[2:]}


def capture_recapture(r):
    histories = []
    for animal in range(20):
        history, alive, seen = [0] * 6, False, animal % 5
        for t in range(6):
            alive = (alive and r.random() < 0.8) or t == seen
            history[t] = int(t == seen or (alive and r.random() < 0.6))
        histories.append(history)
    histories.append([0] * 6)
    return {"nind": len(histories), "n_occasions": 6, "y": histories}


def eight_schools(_):
    return {"J": 8, "y": [28, 8, -3, 7, -1, 1, 18, 12], "sigma": [15, 10, 16, 11, 9, 11, 10, 18]}


def functions(r):
    return {"N": 3, "counts": [[r.randrange(5), r.randrange(5)] for _ in range(3)],
            "y": [r.gauss(1, 1) for _ in range(3)]}


def garch(r):
    rows, sigma, value = [], 1.0, 0.0
    for t in range(50):
        if t > 0:
            sigma = math.sqrt(0.2 + 0.3 * (value - 0.1) ** 2 + 0.4 * sigma**2)
        value = r.gauss(0.1, sigma)
        rows.append(value)
    return {"T": 50, "r": rows, "sigma1": 1.0}


def gaussian_process(r):
    x = sorted(r.uniform(-3, 3) for _ in range(10))
    return {"N": 10, "x": x, "y": [math.sin(xi) + r.gauss(0, 0.2) for xi in x], "M": 3, "x_new": [-1.5, 0.1, 3.5]}


def hidden_markov(r):
    y, state = [], 0
    for _ in range(40):
        state = state if r.random() < 0.8 else 1 - state
        y.append(r.gauss([3, 9][state], 1))
    return {"N": 40, "K": 2, "y": y}


def hierarchical_logistic(r):
    group = [n % 4 + 1 for n in range(60)]
    x = [[1 + r.gauss(0, 1), r.gauss(0, 2)] for _ in group]
    slope = [r.gauss(0.5, 0.5) for _ in range(4)]
    y = [int(r.random() < inv_logit(slope[g - 1] * row[0] - 0.4 * row[1])) for g, row in zip(group, x)]
    return {"N": 60, "K": 2, "J": 4, "group": group, "x": x, "y": y}


def horseshoe(r):
    x = [[r.gauss(0, 1) for _ in range(6)] for _ in range(40)]
    return {"N": 40, "M": 6, "y": [1 + 2 * row[0] - row[3] + r.gauss(0, 1) for row in x], "x": x,
            "scale_global": 0.1, "nu_global": 1, "nu_local": 1, "slab_scale": 2, "slab_df": 4}


def item_response(r):
    pairs = [(i, j) for j in range(1, 13) for i in range(1, 10)]
    easy, able = [r.gauss(0, 1) for _ in range(9)], [r.gauss(0, 1) for _ in range(12)]
    y = [int(r.random() < inv_logit(1.2 * (able[j - 1] - easy[i - 1]))) for i, j in pairs]
    return {"I": 9, "J": 12, "N": len(pairs), "ii": [i for i, _ in pairs], "jj": [j for _, j in pairs], "y": y}


def mixture(r):
    return {"K": 2, "N": 40, "y": [r.gauss(-2, 0.8) if r.random() < 0.4 else r.gauss(3, 1.2) for _ in range(40)],
            "counts": [0 if r.random() < 0.3 else poisson(r, 3) for _ in range(40)]}


def multivariate(r):
    y = [[r.gauss(0, 1), r.gauss(1, 2), r.gauss(-1, 0.5)] for _ in range(12)]
    return {"N": 12, "K": 3, "y": y, "n_missing": 2, "missing_row": [3, 7],
            "seen_row": [n for n in range(1, 13) if n not in (3, 7)]}


def negative_binomial(r):
    x = [[r.gauss(0, 1), r.gauss(0, 1)] for _ in range(30)]
    exposure = [r.uniform(0.5, 3) for _ in x]
    y = [poisson(r, e * math.exp(1 + 0.4 * row[0] - 0.3 * row[1]) * r.gammavariate(3, 1 / 3))
         for row, e in zip(x, exposure)]
    return {"N": 30, "K": 2, "y": y, "x": x, "exposure": exposure}


def old_arrays(r):
    return {"N": 9, "y": [r.gauss(1, 1) for _ in range(9)], "k": [[poisson(r, 2), poisson(r, 2)] for _ in range(9)],
            "one": 1, "v": [[r.gauss(0, 1) for _ in range(3)] for _ in range(9)]}


def ordinal(r):
    x = [[r.gauss(0, 1), r.gauss(0, 1)] for _ in range(50)]
    return {"K": 4, "N": 50, "D": 2, "x": x,
            "y": [1 + sum(row[0] - 0.5 * row[1] + math.log(u / (1 - u)) > c for c in (-1, 0.5, 2))
                  for row in x for u in [r.uniform(0.01, 0.99)]]}


def state_space(r):
    level, slope, y = 0.0, 0.2, []
    for _ in range(25):
        slope += r.gauss(0, 0.1)
        level += slope + r.gauss(0, 0.3)
        y.append(level + r.gauss(0, 0.5))
    return {"T": 25, "y": y}


def stochastic_volatility(r):
    h, y = -1.0, []
    for _ in range(60):
        h = -1 + 0.9 * (h + 1) + r.gauss(0, 0.3)
        y.append(r.gauss(0, math.exp(h / 2)))
    return {"T": 60, "y": y}


def survival(r):
    x = [[r.gauss(0, 1), float(r.randrange(2))] for _ in range(45)]
    entry, t, event = [], [], []
    for row in x:
        start = r.uniform(0, 0.5)
        while True:
            time = math.exp(0.7 - 0.3 * row[0]) * r.weibullvariate(1, 1.5)
            if time > start:
                break
        censored = min(5.0, r.uniform(start, 12))
        entry.append(start)
        t.append(min(time, censored))
        event.append(int(time <= censored))
    return {"N": 45, "K": 2, "x": x, "t": t, "entry": entry, "event": event, "horizon": 5.0}


def topics(r):
    doc = [n % 4 + 1 for n in range(80)]
    return {"K": 2, "V": 5, "M": 4, "N": 80, "doc": doc, "alpha": [0.8, 0.8], "beta": [0.5] * 5,
            "w": [1 + min(4, int(5 * r.random() ** (1 + d % 2))) for d in doc]}


MODELS = [autoregression, capture_recapture, eight_schools, functions, garch, gaussian_process, hidden_markov,
          hierarchical_logistic, horseshoe, item_response, mixture, multivariate, negative_binomial, old_arrays,
          ordinal, state_space, stochastic_volatility, survival, topics]


def main():
    for model in MODELS:
        write(model.__name__, model(random.Random(model.__name__)))
    write("eight_schools_noncentered", eight_schools(None))


def write(name, data):
    lines = [f'  "{key}": {json.dumps(short(value))}' for key, value in data.items()]
    (FOLDER / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


main()
