"""The command `catml benchmark`: published systems, baselines and catml's models side by side."""

from __future__ import annotations

import argparse
import json
import shlex


def benchmark_command(options: argparse.Namespace) -> None:
    """Measure what was selected, and print the tables or the JSON document."""
    from catml.workflow.benchmark import benchmark_choices, describe_benchmark, run_benchmark

    if options.list:
        choices = json.dumps(benchmark_choices(), ensure_ascii=False) if options.json else None
        print(choices or describe_benchmark())
        return
    run = run_benchmark(
        data=options.data,
        splits=options.split,
        models=options.model,
        quick=options.quick,
        long=options.long,
        out=options.out,
        page=options.page,
        jobs=options.jobs,
        command=_command_line(options),
        quiet=options.quiet,
    )
    if options.json:
        print(json.dumps(run.document, ensure_ascii=False, allow_nan=False))
    else:
        print(run.summary())


def _command_line(options: argparse.Namespace) -> str:
    """Return the command that gives the same numbers: without paths and processes."""
    words = ["catml", "benchmark"]
    for name in ("data", "split", "model"):
        for value in getattr(options, name) or ():
            words += [f"--{name}", value]
    words += [f"--{name}" for name in ("quick", "long") if getattr(options, name)]
    return shlex.join(words)
