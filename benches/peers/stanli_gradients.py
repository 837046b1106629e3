#!/usr/bin/env python3
"""Times of one gradient by stanli, a Stan interpreter on the CPU, for the models of benches/gradient.rs.

    python3 -m venv venv && venv/bin/pip install stanli==0.24.0 && venv/bin/python benches/peers/stanli_gradients.py

Sampling is timed, so that Python's call per gradient does not count: seconds of sampling on one thread over the number
of leapfrog steps. Medians of five runs, with fast mathematics and without.
"""

import json
import pathlib
import statistics
import time

import stanli

ROOT = pathlib.Path(__file__).resolve().parents[2] / "tests/data/posteriordb"


def nanoseconds(model, draws):
    times = []
    for seed in range(1, 6):
        begin = time.perf_counter()
        fit = model.sample(chains=1, seed=seed, warmup=500, samples=draws, refresh=0, parallel_chains=1, save_warmup=True)
        seconds = time.perf_counter() - begin
        steps = fit["n_leapfrog__"].sum()
        times.append(1e9 * seconds / steps)
    return statistics.median(times)


def main():
    for folder in sorted(ROOT.iterdir()):
        if not folder.is_dir():
            continue
        data = json.loads((folder / "data.json").read_text())
        row = [nanoseconds(stanli.Model(str(folder / "model.stan"), data, fast_math=fast), 4000) for fast in (True, False)]
        print(f"{folder.name:45} fast {row[0]:8.0f} ns   exact {row[1]:8.0f} ns   per leapfrog step, sampler included")


if __name__ == "__main__":
    main()
