"""What charts draw from their view models: strokes, what the pointer is told, ranges that hold everything."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from gridflex.domain.controls import Controls
from gridflex.services.curves import threshold_curves
from gridflex.services.job_detail import job_detail
from gridflex.services.power_view import alternatives, power_view
from gridflex.services.work_view import FrontierPoint, mean_intensity
from gridflex.ui.charts.curves import curves_figure, marks
from gridflex.ui.charts.job import job_figure
from gridflex.ui.charts.power import power_figure
from gridflex.ui.charts.price import price_figure
from gridflex.ui.charts.steps import band, steps
from gridflex.ui.charts.work import work_figure
from gridflex.ui.palette import palette
from tests.bench import NOW, decide, flat, job, stepped, view_of

COLOURS = palette(False)
# At once 200 g. The first start at or below 100 g is after 4 h, 120 g 3.5 h, 140 g 2 h, 170 g 1.5 h.
DECIDED = decide([job()], view_of(stepped((2, 200), (4, 140), (6, 100), then=180)))
CURVES = threshold_curves(DECIDED)


def drawn() -> go.Figure:
    return curves_figure(CURVES, COLOURS)


def named(figure: go.Figure) -> dict[str, Any]:
    return {shape.name: shape for shape in figure.layout.shapes if shape.name}


def test_jobs_and_delay_are_stepped_lines_over_the_threshold() -> None:
    paths = {name: (shape.path, shape.yref) for name, shape in named(drawn()).items()}
    assert paths["jobs deferred"] == ("M0,1H200V0H401", "y2")
    assert paths["mean delay, h"] == ("M0,4H120V3.5H140V2H170V1.5H200V0H401", "y3")
    assert len(paths) == 3


def test_the_legend_names_every_line() -> None:
    lines = [*named(drawn()), *(trace.name for trace in drawn().data)]
    assert {words for *_, words in marks(COLOURS)} == {name.split(",")[0] for name in lines}


def test_every_line_has_the_colour_the_legend_gives_it() -> None:
    (carbon,) = drawn().data
    lines = {carbon.name: carbon.line.color} | {name: shape.line.color for name, shape in named(drawn()).items()}
    assert {name.split(",")[0]: colour for name, colour in lines.items()} == {
        words: colour for _, colour, words in marks(COLOURS)
    }
    assert lines["jobs deferred"] == COLOURS.defer, "the colour of the action, as everywhere"


@pytest.mark.parametrize(("threshold", "told"), [(119, (50, 0, 1, 4)), (140, (30, 0, 1, 2)), (200, (0, 0, 0, 0))])
def test_the_pointer_is_told_all_four_at_a_threshold(threshold: int, told: tuple[float, ...]) -> None:
    trace = drawn().data[0]
    assert (trace.y[threshold], *trace.customdata[threshold]) == pytest.approx(told)
    assert trace.x0 + trace.dx * threshold == threshold
    asked = ["%{y:", *(f"%{{customdata[{column}]:" for column in range(3))]
    assert [part for part in asked if part not in trace.hovertemplate] == []


def test_the_present_and_the_suggested_threshold_are_marked() -> None:
    figure = drawn()
    assert [note.text for note in figure.layout.annotations] == ["now 150", "suggested 119"]
    assert [shape.x0 for shape in figure.layout.shapes if shape.type == "line"] == [150, 119]
    dots = [(shape.xanchor, shape.yanchor) for shape in figure.layout.shapes if shape.type == "circle"]
    assert dots == [(150, pytest.approx(30)), (150, pytest.approx(0))]


@pytest.mark.parametrize("grams", [0, 400])
def test_the_axes_hold_all_that_is_drawn(grams: float) -> None:
    view = view_of(stepped((2, 200), (4, grams), then=180))
    curves = threshold_curves(decide([job(), job("b", kwh=50)], view))
    layout = curves_figure(curves, COLOURS).layout
    for values, axis in (
        (curves.carbon_percent, layout.yaxis),
        (curves.cost_percent, layout.yaxis),
        (curves.deferred, layout.yaxis2),
        (curves.delay_hours, layout.yaxis3),
    ):
        low, high = axis.range
        assert low <= values.min() <= values.max() <= high


def test_a_line_without_any_value_has_no_stroke() -> None:
    assert steps(np.full(5, np.nan), "nothing", {})["path"] == ""


def test_the_power_chart_tells_all_three_at_a_half_hour() -> None:
    view = power_view(DECIDED, *alternatives(DECIDED.plan.queue, DECIDED.plan.horizon))
    planned, herd, at_once = power_figure(view, COLOURS).data
    row = view.now_row
    assert planned.hovertext[row] == (
        f"<b>{view.axis.labels[row]}</b><br>planned 0 kW<br>each its greenest window 0 kW<br>all at once 10 kW"
    )
    assert (herd.hoverinfo, at_once.hoverinfo) == ("skip", "skip")


def test_a_job_s_chart_tells_carbon_and_cost_of_a_start() -> None:
    view = job_detail(DECIDED, 0)
    others, this, cost = job_figure(view, COLOURS).data
    assert others.hovertext[0] == f"start {view.axis.labels[0]}<br>2.0 kg · £1.00"
    assert cost.hoverinfo == "skip"
    assert np.flatnonzero(~np.isnan(this.y)).tolist() == [view.chosen] == np.flatnonzero(np.isnan(others.y)).tolist()
    assert this.marker.color == COLOURS.defer


def test_a_job_that_runs_now_has_its_start_in_the_colour_of_running() -> None:
    this = job_figure(job_detail(decide([job()], view_of(stepped((2, 100), then=200))), 0), COLOURS).data[1]
    assert (this.name, this.marker.color) == ("the start chosen", COLOURS.execute)


def test_a_negative_price_has_its_sign_before_the_pound() -> None:
    paid = replace(job_detail(DECIDED, 0), cost_gbp=np.full(len(job_detail(DECIDED, 0).cost_gbp), -0.35))
    assert job_figure(paid, COLOURS).data[0].hovertext[0].endswith("2.0 kg · −£0.35")


def test_a_band_is_closed_where_a_value_is_missing() -> None:
    low, high = np.array([np.nan, 1, 2, np.nan, 4, 5]), np.array([np.nan, 6, 6, np.nan, 7, 8])
    assert band(low, high, "range", "grey")["path"] == "M1,1V6H2V6H3V2H2V1H1ZM4,4V7H5V8H6V5H5V4H4Z"


def test_a_price_is_told_with_where_it_comes_from() -> None:
    published = np.array([True, False])
    price = SimpleNamespace(
        gbp_per_kwh=np.array([0.2, 0.1]), published=published, low=np.full(2, 0.05), high=np.full(2, 0.3)
    )
    ahead = SimpleNamespace(price=price, moments=[NOW, NOW + timedelta(minutes=30)])
    told = price_figure(ahead, COLOURS).data[-1].hovertext  # type: ignore[arg-type]
    assert [text.split(": ")[1] for text in told] == ["20.0 p/kWh, published", "10.0 p/kWh, profile"]


def test_a_flat_grid_has_flat_curves() -> None:
    figure = curves_figure(threshold_curves(decide([job()], view_of(flat(200)))), COLOURS)
    assert named(figure)["jobs deferred"].path == "M0,0H401"


def test_the_cost_of_work_rings_this_plan_and_holds_it_in_range() -> None:
    frontier = [FrontierPoint(180, 0.3, 0), FrontierPoint(90, 0.4, 100)]
    drawn = work_figure(frontier, (100, 0.5), 120, COLOURS)
    plan = drawn.data[1]
    assert (plan.x, plan.y, plan.name) == ((100,), (0.5,), "this plan")
    assert drawn.layout.yaxis.range == pytest.approx((0.28, 0.52))
    assert [note.text for note in drawn.layout.annotations] == ["this plan", "cap 120"]


def test_the_mean_intensity_of_a_plan_weighs_jobs_by_their_energy() -> None:
    # 20 kWh wait for 100 g/kWh, 10 kWh cannot and run at 200: 4,000 g in 30 kWh.
    waits, runs = job("a", kwh=20), job("b", kwh=10, deferrable=False)
    decided = decide([waits, runs], view_of(stepped((4, 200), then=100)), Controls(policy="best-window"))
    assert mean_intensity(decided.plan) == pytest.approx(4000 / 30)
