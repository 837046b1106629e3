#!/usr/bin/env python3
"""How many of the Stan programs in some folders ridgewalk reads, of those that stanc reads.

    python3 -m venv venv && venv/bin/pip install stanli==0.24.0
    cargo build && venv/bin/python scripts/corpora/accept.py FOLDER ...

Prints a line for each program that is refused, and for each folder how many there are, how many are read, and the reasons
of the rest. Data are not asked for: a program counts as read when only its data are missing. stanli brings stanc 2.40.
Corpora: stan-dev/example-models, stan-dev/posteriordb, stan-dev/stat_comp_benchmarks, and what brms writes (brms.R).
"""

import collections
import pathlib
import re
import subprocess
import sys

import stanli

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "target/debug/ridgewalk"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def stanc_reads(text):
    try:
        stanli.stan_to_mir(text)
        return True
    except Exception:  # whatever stanc does not like
        return False


def refusal(path):
    """The first line of the message about a program, or nothing where it is read."""
    run = subprocess.run([PROGRAM, "compile", path], capture_output=True, text=True, timeout=120)
    lines = [line for line in COLOUR.sub("", run.stderr).splitlines() if "rror" in line]
    first = lines[0] if lines else run.stderr[:200]
    without_data = "data do not hold" in first or "no parameters" in first
    return "" if run.returncode == 0 or without_data else first


def main(folders):
    for folder in map(pathlib.Path, folders):
        reasons, count = collections.Counter(), 0
        for path in sorted(folder.rglob("*.stan")):
            text = path.read_bytes().decode("utf-8", errors="replace")
            if not stanc_reads(text):
                continue
            count += 1
            reason = refusal(path)
            if reason:
                reasons[reason] += 1
                print(f"{path.relative_to(folder)}: {reason}")
        print(f"{folder.name}: {count} programs, {count - reasons.total()} read")
        for reason, refused in reasons.most_common():
            print(f"  {refused:4} {reason}")


if __name__ == "__main__":
    main(sys.argv[1:])
