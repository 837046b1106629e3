"""Run by scripts/check-arviz in an environment with ArviZ 0.23 or 1.x: what ridgewalk stored, opened and compared; what
xarray and ArviZ write, read by ridgewalk.

Arguments: the program, and a folder with the runs `nuts` and `metropolis`.
"""

import json
import subprocess
import sys
from pathlib import Path

import arviz as az
import numpy as np
import xarray as xr

program, folder = sys.argv[1], Path(sys.argv[2])
new = int(az.__version__.split(".")[0]) >= 1


def opened(path):
    """A run as this ArviZ opens it."""
    if new:
        return az.from_zarr(path)
    return az.InferenceData.from_datatree(xr.open_datatree(path, engine="zarr"))


def summary(path):
    """ridgewalk's summary, by parameter."""
    printed = subprocess.run([program, "summary", path, "--json", "--quiet"], check=True, capture_output=True).stdout
    return {row["parameter"]: row for row in json.loads(printed)["summary"]}


def element(values, indices):
    return values[(slice(None), slice(None), *[index - 1 for index in indices])]


def check_run(name, groups):
    path = str(folder / name)
    tree = opened(path)
    for group in groups:
        assert group in (tree.children if new else tree.groups()), f"{name}: no group {group}"
    posterior = tree["posterior"] if not new else tree["posterior"].to_dataset()
    for attribute in ["inference_library", "inference_library_version", "sampling_time", "tuning_steps", "created_at"]:
        assert attribute in posterior.attrs, f"{name}: no attribute {attribute}"
    assert posterior.m.dims == ("chain", "draw", "m_dim_0", "m_dim_1"), posterior.m.dims
    assert list(posterior.draw.values) == list(range(posterior.sizes["draw"]))
    for parameter, row in summary(path).items():
        stem, _, rest = parameter.partition("[")
        indices = [int(index) for index in rest.rstrip("]").split(",")] if rest else []
        values = element(posterior[stem].values, indices).astype(float)
        assert np.isfinite(values).all(), parameter
        assert np.isclose(values.mean(), row["mean"], rtol=1e-9, atol=1e-12), parameter
        array = xr.DataArray(values, dims=("chain", "draw"), name="x")
        pairs = [(az.rhat(array), "r_hat"), (az.ess(array, method="bulk"), "ess_bulk"), (az.ess(array, method="tail", prob=(0.05, 0.95)), "ess_tail")]
        for theirs, ours in pairs:
            theirs = float(theirs if isinstance(theirs, (float, np.floating)) else np.asarray(getattr(theirs, "x", theirs)))
            assert np.isclose(theirs, row[ours], rtol=1e-6), (parameter, ours, theirs, row[ours])
    return tree


def normal(y, mu, sigma):
    return -0.5 * ((y - mu) / sigma) ** 2 - np.log(sigma) - 0.5 * np.log(2 * np.pi)


def check_densities(tree):
    """Log likelihoods and priors, against their formulas."""
    dataset = (lambda group: tree[group].to_dataset()) if new else (lambda group: tree[group])
    posterior, likelihood, prior = dataset("posterior"), dataset("log_likelihood"), dataset("log_prior")
    data = json.loads((folder / "y.json").read_text())
    for i, y in enumerate(data["y"]):
        assert np.allclose(likelihood.y.values[:, :, i], normal(y, posterior.mu.values, 1.0), rtol=1e-12, atol=1e-12)
    from math import lgamma

    eta = posterior.theta.values[:, :, 0]
    for i, k in enumerate(data["k"]):
        assert np.allclose(likelihood.k.values[:, :, i], k * eta - np.exp(eta) - lgamma(k + 1), rtol=1e-11, atol=1e-11)
    assert np.allclose(prior.mu.values, normal(posterior.mu.values, 0.0, 5.0))
    assert np.allclose(prior.tau.values, -posterior.tau.values)
    mu, tau = posterior.mu.values[..., None], posterior.tau.values[..., None]
    assert np.allclose(prior.theta.values, normal(posterior.theta.values, mu, tau).sum(-1))
    loo = az.loo(tree, var_name="y")
    assert np.isfinite(loo.elpd if new else loo.elpd_loo)
    if hasattr(az, "psense_summary"):
        assert "diagnosis" in az.psense_summary(tree, likelihood_var_names=["y"]).columns
    elif hasattr(az, "psens"):
        az.psens(tree, component="prior")


def check_reading():
    """What this environment writes, ridgewalk reads."""
    random = np.random.default_rng(1)
    values = {"a": random.normal(size=(4, 100)), "b": random.normal(size=(4, 100, 2)), "n": random.integers(0, 9, (4, 100))}
    tree = az.from_dict({"posterior": values} if new else values)
    for version in (3, 2):
        path = str(folder / f"written-{az.__version__}-{version}")
        (tree if new else tree.to_datatree()).to_zarr(path, zarr_format=version, consolidated=True)
        rows = summary(path)
        assert set(rows) == {"a", "b[1]", "b[2]", "n"}, rows.keys()
        for parameter, expected in [("a", values["a"]), ("b[2]", values["b"][..., 1]), ("n", values["n"])]:
            assert np.isclose(rows[parameter]["mean"], expected.mean(), rtol=1e-9), (version, parameter)
    out = folder / f"exported-{az.__version__}.json"
    subprocess.run([program, "export", str(folder / "nuts"), "--format", "json", "--out", str(out), "--quiet"], check=True)
    if not new:
        posterior = az.from_json(str(out)).posterior
        assert np.isclose(posterior.mu.values.mean(), summary(str(folder / "nuts"))["mu"]["mean"])


def check_stan_csv():
    """Exported files, read as CmdStan's: by ArviZ 0.23 and by cmdstanpy, which holds every file against its comments."""
    from cmdstanpy import from_csv

    for name in ["nuts", "metropolis"]:
        out = folder / f"csv-{name}-{az.__version__}"
        arguments = [program, "export", str(folder / name), "--format", "stan-csv", "--out", str(out), "--quiet"]
        subprocess.run(arguments, check=True)
        files = sorted(str(path) for path in out.glob("*.csv"))
        means = {parameter: row["mean"] for parameter, row in summary(str(folder / name)).items()}
        fit = from_csv(files)
        assert fit.chains == len(files)
        assert np.isclose(fit.stan_variable("m")[:, 1, 0].mean(), means["m[2,1]"]), name
        if name == "nuts":
            assert fit.step_size.shape == (4,) and (fit.step_size > 0).all()
            assert fit.divergences.shape == (4,) and np.isfinite(fit.method_variables()["energy__"]).all()
        if not new:
            idata = az.from_cmdstan(files)
            assert np.isclose(idata.posterior.m.values[..., 1, 0].mean(), means["m[2,1]"]), name
            assert idata.posterior.mu.shape[0] == len(files)


nuts = check_run("nuts", ["posterior", "sample_stats", "log_likelihood", "log_prior"])
assert nuts["sample_stats"]["diverging"].dtype == bool
for group in ["warmup_posterior", "warmup_sample_stats"]:
    assert nuts[group].sizes["draw"] == 500, group
assert np.isfinite(nuts["warmup_posterior"]["m"].values).all()
check_run("metropolis", ["posterior", "sample_stats"])
check_densities(nuts)
check_reading()
check_stan_csv()
print(f"ArviZ {az.__version__}, xarray {xr.__version__}: agrees")
