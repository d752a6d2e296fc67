"""A window beside what the site could do by itself."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from gridflex.beckn.candidates import Candidate, Run, Workload
from gridflex.domain import format as fmt

NOTHING = (fmt.carbon(0), fmt.money(0))


def compared(candidate: Candidate, workload: Workload) -> str:
    """The chosen window beside the site's own alternatives, in a sentence; empty where none is known."""
    parts = [
        _in_words(saving(candidate, run), name)
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


def _in_words(saved: Saving, other: str) -> str:
    sides = (
        ("carbon", fmt.carbon(abs(saved.carbon_kg) * 1e3), saved.carbon_kg),
        ("cost", fmt.money(abs(saved.cost_gbp)), saved.cost_gbp),
    )
    differ = [f"{size} {'less' if value > 0 else 'more'}" for _, size, value in sides if size not in NOTHING]
    same = " and ".join(name for name, size, _ in sides if size in NOTHING)
    if not differ:
        return f"the same {same} as {other}"
    return f"{' and '.join(differ)} than {other}" + (f", at the same {same}" if same else "")
