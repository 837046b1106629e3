"""Lets CmdStan's own `stansummary` and `diagnose` read what ridgewalk exports, and compares what it says of every parameter.

    python stansummary.py FOLDER_OF_THE_TOOLS PROGRAM SCRATCH

SCRATCH holds the runs `nuts` and `metropolis`.
"""

import csv
import json
import pathlib
import subprocess
import sys

tools, program, scratch = (pathlib.Path(argument) for argument in sys.argv[1:])


def output(*arguments):
    found = subprocess.run([str(argument) for argument in arguments], capture_output=True, text=True)
    if found.returncode != 0:
        sys.exit(f"{arguments[0]} ended with {found.returncode}:\n{found.stdout}\n{found.stderr}")
    return found.stdout


for name in ["nuts", "metropolis"]:
    run, folder, table = scratch / name, scratch / f"{name}-stansummary", scratch / f"{name}-stansummary.csv"
    output(program, "export", run, "--format", "stan-csv", "--out", folder)
    files = sorted(folder.glob("*.csv"))
    output(tools / "stansummary", "--sig_figs", "12", "--csv_filename", table, *files)
    if name == "nuts":
        output(tools / "diagnose", *files)
    with table.open() as lines:
        rows = {row["name"]: row for row in csv.DictReader(line for line in lines if not line.startswith("#"))}
    summary = json.loads(output(program, "summary", run, "--json"))["summary"]
    assert len(summary) >= 12, len(summary)
    for row in summary:
        other = rows[row["parameter"]]
        # Files hold decimal numbers; and Stan ends its sums of autocorrelations a lag earlier or later than ArviZ, whose
        # rule is ridgewalk's: 0.14 % where draws are few and chains have not met. Of many short chains ridgewalk says nested
        # R-hat, and Stan nothing where one of them never moved.
        for ours, theirs, tolerance in [
            ("mean", "Mean", 1e-6),
            ("sd", "StdDev", 1e-6),
            ("r_hat", "R_hat", 1e-6),
            ("ess_bulk", "ESS_bulk", 0.02),
        ][: 4 if name == "nuts" else 2]:
            expected = float(other[theirs])
            where = (name, row["parameter"], ours, row[ours], expected)
            assert abs(row[ours] - expected) <= tolerance * max(abs(expected), 1e-3), where
    print(f"stansummary of CmdStan agrees on {len(summary)} parameters of {len(files)} files ({name})")
