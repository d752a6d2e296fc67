"""The commands of ``python -m gridflex``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from gridflex.cli import check, keeping, plan, sweep, tick
from gridflex.errors import GridFlexError, RowsRefused

REFUSED = 2
"""Exit code for input that cannot be used, as argparse has it for wrong options."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit code, or 2 with every problem on the error output for input that cannot be used."""
    parser = argparse.ArgumentParser(prog="gridflex", description="Plan a data centre's jobs on the GB grid.")
    commands = parser.add_subparsers(dest="command", required=True)
    plan.add_to(commands)
    tick.add_to(commands)
    check.add_to(commands)
    keeping.add_to(commands)
    sweep.add_to(commands)
    options = parser.parse_args(arguments)
    try:
        return options.run(options, sys.stdout) or 0
    except RowsRefused as refused:
        print(*refused.problems, sep="\n", file=sys.stderr)
        print(f"{len(refused.problems)} wrong cells; nothing is planned.", file=sys.stderr)
        return REFUSED
    except BrokenPipeError:
        # Whoever read the output has seen enough; the interpreter must not flush into the closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except GridFlexError as error:
        print(error, file=sys.stderr)
        return REFUSED
    return 0
