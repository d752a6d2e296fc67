"""Rules that notify: listed, made, removed, tested; and the log of deliveries."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query

from gridflex.api.models.rules import DeliveryLog, DeliveryOut, NewRule, RuleMade, RuleOut, Rules
from gridflex.api.visits import Reader, Visit, Writer
from gridflex.notify.rules import Rule
from gridflex.store.deliveries import KEPT

router = APIRouter(prefix="/workspace", tags=["rules"])

RuleId = Annotated[str, Path(min_length=1, max_length=64)]
Newest = Annotated[int, Query(ge=1, le=KEPT, description="how many")]


@router.get("/rules")
def list_rules(visit: Reader) -> Rules:
    """The rules that notify; looked at whenever the plan is made, each half-hour at least."""
    return Rules(rules=[RuleOut.of(rule) for rule in visit.workspace.rules])


@router.post("/rules", status_code=201)
def create_rule(visit: Writer, wanted: NewRule) -> RuleMade:
    """One more rule; the secret that signs its notices is answered here and never again."""
    desk = visit.parts.platform.desk
    _, rule = desk.rules.add(visit.workspace, wanted.trigger, wanted.limit, wanted.url, visit.now)
    return RuleMade(**RuleOut.of(rule).model_dump(), secret=rule.secret)


@router.delete("/rules/{rule_id}")
def remove_rule(visit: Writer, rule_id: RuleId) -> RuleOut:
    """One rule less."""
    rule = _known(visit, rule_id)
    visit.parts.platform.desk.rules.remove(visit.workspace, rule.id, visit.now)
    return RuleOut.of(rule)


@router.post("/rules/{rule_id}/test")
def test_rule(visit: Writer, rule_id: RuleId) -> DeliveryOut:
    """Send a test now, and answer with what became of it."""
    rule = _known(visit, rule_id)
    return DeliveryOut.of(visit.parts.platform.notifier.test(rule, visit.workspace.id, visit.now))


@router.get("/deliveries")
def list_deliveries(visit: Reader, limit: Newest = 50) -> DeliveryLog:
    """What rules sent, and what became of it."""
    found = visit.parts.deliveries.newest(visit.workspace.id, limit) if visit.kept else []
    return DeliveryLog(deliveries=[DeliveryOut.of(one) for one in found])


def _known(visit: Visit, rule_id: str) -> Rule:
    """Raises HTTPException 404 for a rule that is not there."""
    found = next((rule for rule in visit.workspace.rules if rule.id == rule_id), None)
    if found is None:
        raise HTTPException(404, "This workspace has no such rule.")
    return found
