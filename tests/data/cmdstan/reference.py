"""What ArviZ says of the same files: writes reference.json, which tests/summary.rs compares with `ridgewalk summary`.

    python -m venv venv && venv/bin/pip install arviz==0.23.4
    venv/bin/python tests/data/cmdstan/reference.py
"""

import json
import pathlib
import warnings

warnings.filterwarnings("ignore")
import arviz as az  # noqa: E402

here = pathlib.Path(__file__).parent
runs = {
    "bernoulli_2.37": ["cmdstan/bernoulli_2.37.csv"],
    "normal_2.21_warmup": ["cmdstan/normal_2.21_warmup.csv"],
    "by hand, 2.36": ["stan_csv/new_1.csv", "stan_csv/new_2.csv"],
}


def number(x):
    return float(x) if x == x else "nan"


reference = {"arviz": az.__version__, "runs": []}
for name, files in runs.items():
    data = az.from_cmdstan([str(here.parent / file) for file in files], index_origin=1)
    table = az.summary(data, round_to="none")
    rows = {name.replace(", ", ","): {key: number(x) for key, x in row.items()} for name, row in table.iterrows()}
    run = {"name": name, "files": files, "chains": data.posterior.sizes["chain"], "draws": data.posterior.sizes["draw"]}
    if "energy" in data.sample_stats:
        run["divergent"] = int(data.sample_stats.diverging.sum())
        run["ebfmi"] = [float(x) for x in az.bfmi(data)]
    reference["runs"].append(run | {"summary": rows})
(here / "reference.json").write_text(json.dumps(reference, indent=1) + "\n")
