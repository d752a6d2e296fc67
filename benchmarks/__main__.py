"""All benchmarks, one after the other: ``make bench``. Each also runs alone, as ``python -m benchmarks.NAME``."""

from __future__ import annotations

import subprocess
import sys

COMMANDS = (
    "sample_grid",
    "demand_forecast",
    "planner_speed",
    "planner_cap",
    "yardstick --seeds 2 --slack 24 --information perfect neso",
    "beckn_journey",
    "backtest",
    "dashboard",
)


def main() -> int:
    """Run each in its own process, so that none warms another; the number that failed."""
    return sum(
        subprocess.run([sys.executable, "-m", *f"benchmarks.{command}".split()], check=False).returncode != 0
        for command in COMMANDS
    )


if __name__ == "__main__":
    sys.exit(main())
