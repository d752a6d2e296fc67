"""Named scenarios: kept, listed, removed, and two side by side."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query

from gridflex.api.models.scenarios import Comparison, ScenarioFigures, ScenarioIn, ScenarioOut, Scenarios
from gridflex.api.visits import Reader, Visit, Writer
from gridflex.domain.controls import Controls
from gridflex.domain.jobs import PLAIN_TEXT
from gridflex.services.scenarios import IN_FORCE, MOST_NAME, figures, tidy

router = APIRouter(prefix="/workspace", tags=["scenarios"])

Name = Annotated[str, Path(min_length=1, max_length=MOST_NAME, pattern=PLAIN_TEXT)]
Side = Annotated[str, Query(max_length=MOST_NAME, description=f"a scenario's name, or '{IN_FORCE}'")]


@router.get("/scenarios")
def list_scenarios(visit: Reader) -> Scenarios:
    """The workspace's named sets of rules."""
    kept = visit.workspace.scenarios.items()
    return Scenarios(scenarios=[ScenarioOut(name=name, controls=controls) for name, controls in kept])


@router.put("/scenarios/{name}")
def keep_scenario(visit: Writer, name: Name, wanted: ScenarioIn) -> Scenarios:
    """Keep rules under a name, in place of what had it before."""
    desk = visit.parts.platform.desk
    return list_scenarios(visit.at(desk.scenarios.keep(visit.workspace, name, wanted.controls, visit.now)))


@router.delete("/scenarios/{name}")
def remove_scenario(visit: Writer, name: Name) -> Scenarios:
    """One scenario less."""
    _known(visit, name)
    return list_scenarios(visit.at(visit.parts.platform.desk.scenarios.remove(visit.workspace, name, visit.now)))


@router.get("/scenario-comparison")
def compare_scenarios(visit: Reader, left: Side = IN_FORCE, right: Side = IN_FORCE) -> Comparison:
    """Two sets of rules on the workspace's queue, and their difference. Writes nothing."""
    one, other = (figures(visit.decisions(_known(visit, name))) for name in (left, right))
    difference = {name: getattr(other, name) - getattr(one, name) for name in vars(one)}
    return Comparison(
        left_name=left,
        right_name=right,
        left=ScenarioFigures.of(one),
        right=ScenarioFigures.of(other),
        difference=ScenarioFigures(**difference),
    )


def _known(visit: Visit, name: str) -> Controls:
    """Raises HTTPException 404 for a scenario that is not there."""
    name = tidy(name)
    if name in visit.workspace.scenarios:
        return visit.workspace.scenarios[name]
    if name == IN_FORCE:
        return visit.workspace.controls
    raise HTTPException(404, "There is no scenario of that name.")
