"""The Overview's view model: everything on the first screen, from one set of decisions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from gridflex.agents.explain import Explained, explain
from gridflex.agents.grid_view import GridView
from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.domain.conditions import CONDITION_RULE
from gridflex.domain.decisions import Action, Rationale
from gridflex.planning.rationale import RATIONALES
from gridflex.services import headline as say
from gridflex.services.headline import Totals, totals
from gridflex.services.sla import sla
from gridflex.services.work_view import work_cost

LOW_CARBON_HALF_HOURS = 4


@dataclass(frozen=True)
class Card:
    """A small labelled figure; ``help`` states its rule."""

    label: str
    value: str
    caption: str
    help: str = ""


@dataclass(frozen=True, eq=False)
class Overview:
    """What the Overview shows."""

    title: str
    decided: str
    worth: str
    sums: Totals
    cards: tuple[Card, ...]


def overview(decisions: Decisions, possible_g: float, now: datetime) -> Overview:
    """The first screen. ``possible_g`` is the most carbon any placement of this queue could save; ``now`` is
    the clock's, for ages and countdowns.
    """
    view, sums = decisions.view, totals(decisions)
    share, under = sums.saved_g / possible_g if possible_g > 0 and sums.saved_g > 0 else None, "this forecast"
    if decisions.rules.site_capped:
        share, under = decisions.certificate.share_of_possible_percent / 100, "this forecast and cap"
    if share is not None and (word := _already_fixed(decisions)):
        share, under = None if decisions.plan.queue.fixed.all() else share, f"{under}, {word}"
    decided = say.decision_sentence(decisions, sums)
    gated = decisions.rules.threshold is not None
    if gated and sums.now and not sums.waiting and view.intensity_now <= decisions.threshold:
        decided = f"Below {fmt.number(decisions.threshold)} g: {decided}"
    return Overview(
        title=say.grid_sentence(view),
        decided=decided,
        worth=say.worth_sentence(sums, share, under),
        sums=sums,
        cards=(
            _grid_card(view, decisions.threshold),
            _window_card(view, decisions.threshold, now),
            *_job_cards(decisions),
        ),
    )


def _already_fixed(decisions: Decisions) -> str:
    """What the share of the possible takes as given beside forecast and cap: starts by a person's word or an order."""
    given = (Rationale.OPERATOR, Rationale.WINDOW_ORDERED, Rationale.SLOT_SOLD)
    count = int(np.isin(decisions.rationale, [RATIONALES.index(one) for one in given]).sum())
    if not count:
        return ""
    return f"with {fmt.plural(count, 'job')} fixed by a person or an order"


def _grid_card(view: GridView, threshold: float) -> Card:
    condition = view.condition(threshold)
    first = view.horizon.now_index + 1
    hour = float(view.horizon.intensity[first : first + 2].mean())
    # Running now may be advised above the threshold too: where waiting has little to offer.
    above = condition.execute and view.intensity_now > threshold
    advice = "waiting gains little" if above else condition.advice
    caption = f"{advice} · next hour {fmt.intensity(hour)} · {fmt.unit_price(view.price_now)}"
    return Card("Market condition", condition.word, caption, CONDITION_RULE)


def next_low_carbon(view: GridView, threshold: float) -> tuple[int, float] | None:
    """The next two hours whose mean is at or below the threshold: half-hours from now, and that mean."""
    ahead = view.horizon.intensity[view.horizon.now_index :]
    means = np.convolve(ahead, np.ones(LOW_CARBON_HALF_HOURS) / LOW_CARBON_HALF_HOURS, "valid")
    found = np.flatnonzero(means <= threshold)
    return (int(found[0]), float(means[found[0]])) if len(found) else None


def _window_card(view: GridView, threshold: float, now: datetime) -> Card:
    found = next_low_carbon(view, threshold)
    rule = "The next two hours whose mean forecast is at or below the threshold."
    if found is None:
        return Card("Clean window", "none ahead", f"48 h stay above {fmt.intensity(threshold)}", rule)
    start = view.horizon.at(view.horizon.now_index + found[0])
    mean = f"mean {fmt.intensity(found[1])}"
    if found[0] == 0:
        return Card("Clean window", "now", mean, rule)
    when = fmt.day_clock(start, view.now)
    return Card("Clean window", f"in {fmt.span(start - now)}", f"from {when} · {mean}", rule)


def _job_cards(decisions: Decisions) -> Iterator[Card]:
    plan, kept = decisions.plan, sla(decisions)
    delay = f"at most {fmt.hours(kept.delay_hours)}" if kept.delay_hours else "zero"
    caption = f"{fmt.plural(kept.critical, 'critical job')}, start delay {delay}"
    if kept.impossible:
        caption += f" · {kept.impossible} impossible on arrival, counted apart"
    rule = "Jobs planned to finish by their deadline; critical jobs start at once."
    yield Card("SLA", f"{kept.in_time:,} of {kept.possible:,} in time", caption, rule)
    if plan.placed.any():
        yield _carbon_card(decisions)


def _carbon_card(decisions: Decisions) -> Card:
    """All planned energy against the carbon cap where one is set, else its mean intensity for itself."""
    plan, rules = decisions.plan, decisions.rules
    kwh = plan.placed_kwh
    grams, was = float(plan.carbon_g[plan.placed].sum()), float(plan.baseline_g[plan.placed].sum()) / kwh
    caption = f"{fmt.number(was)} if all ran at once{_work(decisions)}"
    if not rules.carbon_capped:
        rule = "Mean intensity of all planned energy. A carbon cap can be set on Tuning."
        return Card("Mean of the plan", fmt.intensity(grams / kwh), f"no carbon cap set · {caption}", rule)
    found = decisions.solution.carbon if decisions.solution else None
    met = "met" if found is None or found.met else f"not reachable, least possible {fmt.carbon(found.least_g)}"
    value = f"{fmt.carbon(grams)} of {fmt.number(rules.carbon_cap_kg or 0)} kg"
    if rules.carbon_cap is not None:
        value = f"{fmt.number(grams / kwh)} of {fmt.number(rules.carbon_cap)} g/kWh"
        met = (
            "met"
            if found is None or found.met
            else f"not reachable, least possible {fmt.intensity(found.least_g / kwh)}"
        )
    return Card("Carbon cap", value, f"{met} · {caption}", "All planned energy against the carbon cap.")


def _work(decisions: Decisions) -> str:
    """£ per 1,000 inferences −9 %, where the queue states its work."""
    cost = work_cost(decisions)
    if cost is None or not cost.baseline_gbp:
        return ""
    change = cost.gbp / cost.baseline_gbp - 1
    return f" · £ per 1,000 inferences {'+' if change > 0 else ''}{fmt.percent(change)}"


def stories(decisions: Decisions) -> list[tuple[str, Explained]]:
    """Decisions that tell the story: largest saving, a critical one, one that waiting would not help."""
    plan = decisions.plan
    found: list[tuple[str, int]] = []
    if plan.saved_g.max(initial=0) > 0:
        found.append(("Largest saving", int(plan.saved_g.argmax())))
    for title, rows in (
        ("Critical", plan.queue.critical),
        ("Runs without waiting", ~plan.queue.fixed & plan.placed & ~decisions.of(Action.DEFER)),
    ):
        here = np.flatnonzero(rows)
        if len(here):
            found.append((title, int(here[plan.queue.energy_kwh[here].argmax()])))
    return [(title, explain(decisions, [row])[0]) for title, row in found]
