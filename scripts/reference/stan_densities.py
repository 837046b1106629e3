#!/usr/bin/env python3
"""Log densities and gradients of models as Stan has them, written to tests/data/stan_densities.json.

    python3 -m venv venv && venv/bin/pip install stanli==0.24.0 && venv/bin/python scripts/reference/stan_densities.py

stanli compiles with stanc3 and evaluates with Stan's own mathematics. The points are unconstrained and pseudo-random;
the density includes the Jacobian and drops constants. Left out are models whose coordinates differ from Stan's on
purpose: intervals wider than 4 (see src/model/transform/bounds.rs), and simplexes, whose transform Stan changed in
2.37.
"""

import json
import pathlib
import re

import numpy as np
import stanli

ROOT = pathlib.Path(__file__).resolve().parents[2]
INTERVAL = re.compile(r"<lower=([-0-9.e]+), *upper=([-0-9.e]+)>")


def has_other_coordinates(text):
    parameters = re.search(r"^parameters \{(.*?)^\}", text, re.DOTALL | re.MULTILINE)
    wide = any(float(upper) - float(lower) > 4 for lower, upper in INTERVAL.findall(parameters.group(1)))
    return wide or "simplex[" in text


def models():
    for model in sorted(ROOT.glob("tests/data/posteriordb/*/model.stan")):
        yield model, model.with_name("data.json")
    for model in sorted(ROOT.glob("tests/data/models/*.stan")):
        yield model, model.with_suffix(".json")
    folder = ROOT / "examples/identifiability"
    yield folder / "informative.stan", folder / "y.json"


def main():
    random = np.random.default_rng(20261124)
    results = []
    for path, data in models():
        text = path.read_text()
        if not data.exists() or has_other_coordinates(text):
            continue
        try:
            model = stanli.Model(str(path), json.loads(data.read_text()))
            size = len(model.sample(chains=1, warmup=1, samples=1, refresh=0).inv_metric[0])
        except Exception as error:  # what stanli cannot run, it cannot judge
            print(f"left out: {path.relative_to(ROOT)}: {error}")
            continue
        points = []
        for _ in range(4):
            z = np.round(random.uniform(-1.0, 1.0, size), 3)
            density, gradient = model.log_prob_grad(z)
            if not np.isfinite(density):  # outside of the support
                continue
            points.append({"coordinates": z.tolist(), "log_density": density, "gradient": list(gradient)})
        results.append({"model": str(path.relative_to(ROOT)), "data": str(data.relative_to(ROOT)), "points": points})
        print(f"{path.relative_to(ROOT)}: {size} coordinates")
    out = {"source": f"stanli {stanli.__version__} (stanc3 and Stan's mathematics); {pathlib.Path(__file__).name}", "models": results}
    (ROOT / "tests/data/stan_densities.json").write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
