"""All benchmarks, one after the other: ``make bench``. Each also runs alone, as ``python -m benchmarks.NAME``."""

from __future__ import annotations

import subprocess
import sys

NAMES = ("sample_grid", "demand_forecast", "beckn_journey", "backtest", "dashboard")


def main() -> int:
    """Run each in its own process, so that none warms another; the number that failed."""
    return sum(
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode != 0 for name in NAMES
    )


if __name__ == "__main__":
    sys.exit(main())
