"""Times ArviZ's az.summary on draws of the shapes of benches/diagnostics.rs, as in a user's first call and later ones.

    benches/peers/arviz_in_turns.sh

runs it in turns with ridgewalk's benchmark, so that what else the machine does burdens both; compare medians.
Arguments: chains, draws, runs (default 3).
"""

import statistics
import sys
import time
import warnings

import numpy as np

warnings.filterwarnings("ignore")
import arviz as az  # noqa: E402

chains, draws = int(sys.argv[1]), int(sys.argv[2])
runs = int(sys.argv[3]) if len(sys.argv) > 3 else 3

rng = np.random.default_rng(20260101)
posterior = {}
for index, phi in enumerate([0.0, 0.3, 0.6, 0.9]):
    values = np.empty((chains, draws))
    state = rng.standard_normal(chains)
    for draw in range(draws):
        values[:, draw] = state
        state = phi * state + np.sqrt(1.0 - phi * phi) * rng.standard_normal(chains)
    posterior[f"theta{index + 1}"] = values
data = az.from_dict(posterior=posterior)

seconds = []
for _ in range(runs):
    start = time.perf_counter()
    az.summary(data, round_to="none")
    seconds.append(time.perf_counter() - start)
each = " ".join(f"{s:.3f}" for s in seconds)
print(f"arviz {az.__version__} {chains}x{draws}x4: median {statistics.median(seconds):.3f} s of {each}")
