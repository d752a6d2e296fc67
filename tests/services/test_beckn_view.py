"""What the page shows of windows, steps and orders; the figure stands every check of the charting library."""

from __future__ import annotations

import math
from datetime import timedelta

import plotly.graph_objects as go
import pytest

from gridflex.beckn.candidates import Candidate
from gridflex.beckn.provider.misbehaviour import Misbehaviour
from gridflex.beckn.record import Record
from gridflex.planning.objective import CARBON_ONLY
from gridflex.services.beckn_desk import Opened, advance, run_rest
from gridflex.services.beckn_lines import order_table, step_facts, step_label
from gridflex.services.beckn_view import WindowMap, window_map, window_table
from gridflex.services.beckn_workload import Wish
from gridflex.ui.charts.beckn import windows_figure
from gridflex.ui.charts.window_names import label_places
from gridflex.ui.palette import DARK, LIGHT
from gridflex.ui.tables import csv_of
from tests.bench import NOW, Bench, job
from tests.services.beckn_bench import Place


@pytest.fixture
def place(here: Bench) -> Place:
    return Place(here, objective=CARBON_ONLY)


@pytest.fixture
def opened(place: Place) -> Opened:
    opened = place.begin(place.bench.own(job()), wish=Wish(130.0))
    advance(opened)
    return opened


def key_of(record: Record, locality: str) -> str:
    return next(one.window.key for one in record.candidates if one.window.locality == locality)


def mapped(record: Record, chosen: str = "") -> WindowMap:
    return window_map(record.candidates, chosen, 130.0, NOW)


def test_a_window_stands_where_and_when_it_is(opened: Opened) -> None:
    view = mapped(opened.record, key_of(opened.record, "Cambridge"))
    spot = next(spot for spot in view.spots if spot.label == "Cambridge")
    # 19:00 to 23:00, on an axis that begins at 17:00
    assert (spot.begins, spot.ends, spot.intensity, spot.capacity_mw) == (4, 12, 120, 5)
    assert (spot.fits, spot.chosen) == (True, True)
    assert spot.hover == (
        "Cambridge 19:00 window",
        "Thu 8 Jan 19:00 to 23:00",
        "120 g/kWh, 61.3 % renewable",
        "10.0 p/kWh, 5 MW free",
        "this run: £1.00, 1.20 kg",
    )
    over = next(spot for spot in view.spots if spot.label == "Glasgow")
    assert over.hover[-1].endswith("g/kWh is above the threshold of 130")
    assert (over.fits, over.begins) == (False, 1)
    assert view.alt == (
        "8 energy windows by time and carbon intensity, 1 fit. Cleanest: Cambridge 19:00 window, 120 g/kWh. Ringed: "
        "Cambridge 19:00 window."
    )


def test_the_axis_stays_put_while_the_threshold_moves(opened: Opened) -> None:
    tops = {window_map(opened.record.candidates, "", threshold, NOW).top for threshold in (0, 150, 400)}
    assert len(tops) == 1


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize("threshold", [0.0, 130.0, 2000.0])
def test_the_figure_is_one_the_library_accepts(opened: Opened, colours: object, threshold: float) -> None:
    view = window_map(opened.record.candidates, key_of(opened.record, "Leeds"), threshold, NOW)
    drawn = windows_figure(view, colours).to_plotly_json()  # type: ignore[arg-type]
    figure = go.Figure(data=drawn["data"], layout=drawn["layout"])
    assert [trace.name for trace in figure.data if trace.name] == ["passed over", "fits", "chosen"]
    assert len(figure.data[3].x) == 1
    assert len(figure.data[4].text) == 8
    sizes = [*figure.data[1].marker.size, *figure.data[2].marker.size]
    assert max(sizes) == 30
    assert len(figure.layout.shapes) == (threshold <= view.top)


def test_no_window_at_all_is_drawn_too() -> None:
    view = window_map((), "", 150.0, NOW)
    go.Figure(**{k: v for k, v in windows_figure(view, LIGHT).to_plotly_json().items() if k in ("data", "layout")})
    assert view.alt.startswith("0 energy windows")


def test_names_from_outside_are_text_in_the_figure(opened: Opened) -> None:
    first = opened.record.candidates[0]
    hostile = first.window.model_copy(update={"locality": "<b>x</b>", "name": "<img src=x>&"})
    view = window_map((first.model_copy(update={"window": hostile}),), "", 150.0, NOW)
    said = str(windows_figure(view, LIGHT).to_plotly_json())
    assert "<b>" not in said
    assert "<img" not in said
    assert "&lt;b&gt;x&lt;/b&gt;" in said


def test_labels_keep_clear_of_each_other(opened: Opened) -> None:
    places = label_places(mapped(opened.record))
    assert len(places) == 8
    assert len(set(places.values())) > 1, "windows of the same hours cannot all be labelled above"


def test_windows_at_one_place_have_their_names_on_different_sides(opened: Opened) -> None:
    first = opened.record.candidates[0]
    twins = [
        first.model_copy(update={"window": first.window.model_copy(update={"locality": name, "item_id": name})})
        for name in ("Leeds", "Glasgow", "London")
    ]
    view = window_map(twins, "", 2000.0, NOW)
    assert len(set(label_places(view).values())) == 3


def test_a_name_keeps_clear_of_the_thresholds_label(opened: Opened) -> None:
    def window_at(hours: float) -> Candidate:
        first = opened.record.candidates[0]
        times = {"start": NOW + timedelta(hours=hours), "end": NOW + timedelta(hours=hours + 2), "intensity": 120.0}
        return first.model_copy(update={"window": first.window.model_copy(update=times)})

    # The label stands above its line, at one end: of two windows just below it one gives way.
    ends = [window_at(1.5), window_at(20.5)]
    assert list(label_places(window_map(ends, "", 125.0, NOW)).values()).count("top center") == 1
    assert list(label_places(window_map(ends, "", 2000.0, NOW)).values()) == ["top center", "top center"]


def test_the_table_says_of_each_window_what_it_is_worth(opened: Opened, place: Place) -> None:
    own = place.bench.own(job())
    table = window_table(opened.record, key_of(opened.record, "Cambridge"), place.outlook(own))
    row = table[table["window"] == "Cambridge 19:00 window"].iloc[0]
    assert (row["verdict"], row["g_per_kwh"], row["free_mw"], row["values"]) == ("chosen", 120, 5, "live")
    # 10 kWh at 120 g instead of 200 now, or 100 at 21:00
    assert row["less_kg_than_now"] == pytest.approx(0.8)
    assert row["less_kg_than_best_own_start"] == pytest.approx(-0.2)
    assert row["less_gbp_than_now"] == pytest.approx(0.0)
    assert str(row["run_from_uk"].tz) == "Europe/London"
    over = table[table["window"].str.startswith("Glasgow")].iloc[0]
    assert over["verdict"].endswith("above the threshold of 130")
    assert csv_of(table).splitlines()[0].startswith("window,verdict,run_from_uk,g_per_kwh")
    assert not any(math.isnan(value) for value in table["carbon_kg"])


def test_a_table_without_windows_has_its_columns(opened: Opened) -> None:
    opened.record.candidates = ()
    assert len(window_table(opened.record, "", None)) == 0


def test_a_step_in_a_line_and_its_facts(opened: Opened) -> None:
    run_rest(opened)
    labels = [step_label(step) for step in opened.record.steps]
    assert labels[0].endswith("· 8 windows found, 1 fit · signature verified")
    assert labels[0].startswith("Discover · ")
    assert labels[1].startswith("Choose · Cambridge 19:00 window is the cleanest")
    facts = step_facts(opened.record.steps[-1])
    assert facts[0].endswith("UK time · the order is now confirmed")
    assert facts[1] == f"message {opened.record.steps[-1].message_id}"
    assert facts[2].startswith("request signed by gridflex.example, key demo-key")
    assert facts[3].startswith("answer signed by sandbox.gridflex.example, key demo-key")


def test_a_failed_step_names_its_problem(place: Place) -> None:
    opened = place.begin(place.bench.own(job()), misbehaviour=Misbehaviour.NACK)
    last = run_rest(opened)[-1]
    assert step_label(last).endswith("failed: the peer refused (INSUFFICIENT_CAPACITY): insufficient grid capacity")
    assert step_facts(last)[-1] == "problem: Nack"


def test_orders_as_a_table(place: Place) -> None:
    own = place.bench.own(job())
    advance(place.begin(own))
    place.wait(minutes=1)
    place.order(own)
    table = order_table(place.orders.listed(own.id), NOW)
    assert table["state"] == ["confirmed", "discovered"]
    assert table["window"] == ["Cambridge 19:00 window", ""]
    assert table["runs from, UK time"] == ["19:00", ""]
    assert table["£"][1] is None
