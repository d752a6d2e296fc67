"""The first screen's sentences, from decisions worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gridflex.agents.orchestrator import Decisions
from gridflex.domain.grid import GenerationMix
from gridflex.domain.provenance import Provenance
from gridflex.services.headline import (
    Totals,
    decision_sentence,
    grid_sentence,
    mix_sentence,
    provenance_sentence,
    provenance_words,
    totals,
    worth_sentence,
)
from tests.bench import MIX, NOW, START, Bench, decide, flat, hour, job, stepped, view_of

CARBON = stepped((2, 200), (4, 140), (6, 100), then=180)
VIEW = view_of(CARBON)


def said(decided: Decisions) -> str:
    return decision_sentence(decided, totals(decided))


def sums(saved_g: float, saved_gbp: float, waiting: int = 1) -> Totals:
    return Totals(3, waiting, 3 - waiting, 0, 0, 0, 0, 10_000, saved_g, 5.0, saved_gbp)


@pytest.mark.parametrize(
    ("grams", "sentence"),
    [
        (24, "The grid is very low: 24 g/kWh."),
        (90, "The grid is moderate: 90 g/kWh."),
        (182, "The grid is high: 182 g/kWh."),
        (230, "The grid is very high: 230 g/kWh."),
    ],
)
def test_the_grid_in_the_year_s_official_word(grams: float, sentence: str) -> None:
    assert grid_sentence(view_of(flat(grams))) == sentence


def test_who_waits_until_when_and_who_runs() -> None:
    one = decide([job("w"), job("c", priority="critical")], VIEW)
    assert said(one) == "1 of 2 jobs waits until 19:00, 1 runs now."
    two = decide([job("w"), job("long", hours=5, kwh=50), job("c", priority="critical")], VIEW)
    assert said(two) == "2 of 3 jobs wait for starts from 17:30 to 19:00, 1 runs now."
    every = [
        job("w"),
        job("c", priority="critical"),
        job("soon", priority="critical", release=hour(1)),
        job("far", hours=60),
    ]
    assert said(decide(every, VIEW)) == (
        "1 of 4 jobs waits until 19:00, 1 runs now, 1 starts when it is released, 1 cannot be placed."
    )


def test_when_nothing_waits_all_run() -> None:
    clean = view_of(flat(100))
    assert said(decide([job("a"), job("b")], clean)) == "all 2 run now."
    assert said(decide([job("a")], clean)) == "1 runs now."
    assert said(decide([job("a", release=hour(1)), job("b", release=hour(2))], clean)) == (
        "2 start when they are released."
    )


def test_as_time_goes_on_jobs_stop_waiting_and_are_done(here: Bench) -> None:
    own = here.own(job("w"), job("c", priority="critical", hours=2))
    spoken = []
    for hours in (0, 1, 2, 2.5, 3):
        own = here.desk.catch_up(own, NOW + timedelta(hours=hours))
        spoken.append(said(here.decisions(own, NOW + timedelta(hours=hours))))
    assert spoken == [
        "1 of 2 jobs waits until 19:00, 1 runs now.",
        "1 of 2 jobs waits until 19:00, 1 runs now.",
        "1 runs now, 1 done.",
        "1 runs now, 1 done.",
        "all 2 done.",
    ]


@pytest.mark.parametrize(
    ("given", "share", "sentence"),
    [
        (
            sums(1400, 0.6),
            0.97,
            "That saves 1.40 kg (14 %) and £0.60: 97 % of the saving possible under this forecast.",
        ),
        (sums(1400, 0.6), None, "That saves 1.40 kg (14 %) and £0.60."),
        (sums(1400, -0.6), None, "That saves 1.40 kg (14 %) for £0.60 more."),
        (sums(-500, 0.6), None, "That adds 500 g (5 %) and saves £0.60."),
        (sums(-500, -0.6), None, "That adds 500 g (5 %) and costs £0.60."),
        (sums(0, 0, waiting=0), None, ""),
        (sums(0, 0), None, "That saves nothing."),
        (sums(700, 0.1, waiting=0), None, "That saves 700 g (7 %) and £0.10."),
    ],
)
def test_what_it_is_worth(given: Totals, share: float | None, sentence: str) -> None:
    assert worth_sentence(given, share) == sentence


def test_a_queue_without_carbon_saves_no_share() -> None:
    assert replace(sums(0, 0), baseline_g=0).saved_share == 0


@pytest.mark.parametrize(
    ("change", "minutes", "sentence"),
    [
        ({}, 4, "Live · NESO 4 min ago"),
        ({}, 0.5, "Live · NESO just now"),
        ({"next_due": START + timedelta(minutes=12)}, 5, "Live · NESO 5 min ago · next 17:12"),
        ({"next_due": START + timedelta(minutes=12)}, 12, "Live · NESO 12 min ago"),
        ({"provenance": Provenance.CACHED}, 130, "Cached · NESO 2 h 10 min ago"),
        ({"provenance": Provenance.ESTIMATED}, 60 * 50, "Estimated · NESO 2 days ago"),
        ({"provenance": Provenance.SAMPLE, "fetched_at": None}, 1, "Sample · the embedded model of a GB year"),
        ({"replay": True, "provenance": Provenance.CACHED}, 1, "Cached · as known on Thu 8 Jan 17:00"),
    ],
)
def test_where_the_values_come_from_and_how_old_they_are(
    change: dict[str, object], minutes: float, sentence: str
) -> None:
    view = replace(VIEW, now=START, **change)  # type: ignore[arg-type]
    assert provenance_sentence(view, START + timedelta(minutes=minutes)) == sentence


@pytest.mark.parametrize(
    ("change", "minutes", "words"),
    [
        ({"next_due": START + timedelta(minutes=12)}, 5, "Live · NESO 5 min ago · next 17:12"),
        (
            {"provenance": Provenance.CACHED, "next_due": START + timedelta(minutes=150)},
            130,
            "Cached · NESO 2 h 10 min ago",
        ),
        (
            {"provenance": Provenance.SAMPLE, "fetched_at": None, "next_due": START + timedelta(minutes=12)},
            1,
            "Sample grid · next 17:12",
        ),
        ({"replay": True, "provenance": Provenance.SAMPLE}, 1, "Sample · as of Thu 8 Jan 17:00"),
    ],
)
def test_the_sidebar_says_it_as_short_as_it_is_wide(change: dict[str, object], minutes: float, words: str) -> None:
    view = replace(VIEW, now=START, **change)  # type: ignore[arg-type]
    assert provenance_words(view, START + timedelta(minutes=minutes)) == words


def test_a_gap_in_a_live_answer_is_said() -> None:
    codes = VIEW.horizon.provenance.copy()
    codes[100] = Provenance.ESTIMATED
    view = replace(VIEW, horizon=replace(VIEW.horizon, provenance=codes))
    assert provenance_sentence(view, START) == "Live + estimated · NESO just now"


def test_the_mix_names_biomass_apart() -> None:
    assert mix_sentence(VIEW) == "The generation mix is not known at the moment."
    view = replace(VIEW, mix=GenerationMix(START, MIX | {"coal": 0.2}))
    assert mix_sentence(view) == (
        "Mix: wind 31 %, gas 27 %, nuclear 14 %, imports 11 %, solar 8 %, biomass 7 %, hydro 2 % "
        "(renewable 41 %, biomass apart 7 %)"
    )
