"""A window beside what the site could do by itself."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from gridflex.beckn.candidates import Candidate, Run, Workload
from gridflex.domain import format as fmt


def compared(candidate: Candidate, workload: Workload) -> str:
    """The chosen window beside the site's own alternatives, in a sentence; empty where none is known."""
    parts = [
        f"{_in_words(saving(candidate, run))} {name}"
        for run, name in (
            (workload.run_now, "running now"),
            (workload.best_run, "the best start on the site's own tariff"),
        )
        if run is not None
    ]
    return "; ".join(parts)


class Saving(BaseModel):
    """What a window saves against another run, kgCO2 and GBP; negative where it costs more."""

    model_config = ConfigDict(frozen=True)

    carbon_kg: float
    cost_gbp: float


def saving(candidate: Candidate, run: Run) -> Saving:
    """A candidate beside one of the site's own alternatives."""
    return Saving(carbon_kg=run.carbon_kg - candidate.carbon_kg, cost_gbp=run.cost_gbp - candidate.cost_gbp)


def _in_words(saved: Saving) -> str:
    less = {True: "less", False: "more"}
    carbon = f"{fmt.carbon(abs(saved.carbon_kg) * 1e3)} {less[saved.carbon_kg >= 0]}"
    return f"{carbon} and {fmt.money(abs(saved.cost_gbp))} {less[saved.cost_gbp >= 0]} than"
