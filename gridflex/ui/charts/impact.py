"""Impact in charts: cumulative saving, hours and months, promised against settled, energy."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from gridflex.backtest.month import saved_by_hour_and_month
from gridflex.services.impact_errors import Errors
from gridflex.services.impact_view import Impact
from gridflex.ui.charts.style import GRID, Spec, figure, layout, plain
from gridflex.ui.palette import RULE, Palette

HEIGHT = 320
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
MOST_POINTS = 1500
DAY = "%-d %b"
AXIS: Spec = {"gridcolor": GRID, "zeroline": False, "fixedrange": True, "nticks": 5}


def _axes(x: str, y: str, **extra: str) -> Spec:
    return {
        "xaxis": {"title": {"text": x}, "fixedrange": True, "showgrid": False, "nticks": 6, **extra},
        "yaxis": {"title": {"text": y}, **AXIS},
        "margin": {"l": 56, "r": 12, "t": 44, "b": 44},
    }


def cumulative_figure(view: Impact, colours: Palette) -> go.Figure:
    """Saved so far by policy, and what perfect foresight would have saved."""
    days = [f"{day:%Y-%m-%d}" for day in view.month.days]
    inks = (colours.execute, colours.shift, colours.defer, colours.carbon)
    lines: list[Spec] = [
        {"type": "scatter", "mode": "lines", "name": name, "x": days, "y": kg.tolist(), "line": {"color": ink}}
        for (name, kg), ink in zip(view.cumulative_kg.items(), inks, strict=False)
    ]
    dashed = {"color": RULE, "dash": "dash"}
    lines.append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": "possible (perfect foresight)",
            "x": days,
            "y": view.bound_kg.tolist(),
            "line": dashed,
        }
    )
    return figure(lines, layout(HEIGHT + 40, **_axes("", "kg saved so far", tickformat=DAY)))


def hours_figure(view: Impact, colours: Palette) -> go.Figure:
    """Saved by the UK hour and the month in which a job would have begun at once."""
    table = saved_by_hour_and_month(view.result, view.month.contender.contender)
    used = np.flatnonzero(np.abs(table).sum(axis=0) > 0)
    data: Spec = {
        "type": "heatmap",
        "x": [MONTHS[month] for month in used],
        "y": [f"{hour:02}:00" for hour in range(24)],
        "z": table[:, used].tolist(),
        "colorscale": [[0, colours.page], [1, colours.execute]],
        "colorbar": {"title": {"text": "kg"}, "thickness": 10},
        "hovertemplate": "%{x}, from %{y}: %{z:.1f} kg<extra></extra>",
    }
    return figure([data], layout(HEIGHT + 60, hovermode="closest", **_axes("", "UK hour")))


def settled_figure(view: Impact, colours: Palette) -> go.Figure:
    """Each job: promised across, settled up; on the line the promise was kept."""
    settled = view.month.settlement
    step = max(len(settled.estimated_g) // MOST_POINTS, 1)
    x, y = (column[::step] / 1000 for column in (settled.estimated_g, settled.settled_g))
    low, high = float(min(x.min(), y.min())), float(max(x.max(), y.max()))
    names = [plain(str(name)) for name in view.result.study.jobs.job_id[::step]]
    dots: Spec = {"color": colours.shift, "size": 5, "opacity": 0.6}
    rule: Spec = {"color": RULE, "dash": "dash"}
    return figure(
        [
            {
                "type": "scatter",
                "mode": "markers",
                "name": "job",
                "x": x.tolist(),
                "y": y.tolist(),
                "text": names,
                "marker": dots,
                "hovertemplate": "%{text}: %{x:.2f} kg estimated, %{y:.2f} settled<extra></extra>",
            },
            {
                "type": "scatter",
                "mode": "lines",
                "name": "as estimated",
                "x": [low, high],
                "y": [low, high],
                "line": rule,
            },
        ],
        layout(HEIGHT, hovermode="closest", **_axes("kg estimated", "kg settled")),
    )


def errors_figure(found: Errors, colours: Palette) -> go.Figure:
    """Mean absolute error by hours ahead: this backtest's forecast, and the archive's as issued."""
    seen = found.archive.count > 0
    lines = (
        ("this backtest", found.backtest.lead_h, found.backtest.mean_absolute, colours.shift),
        ("archive, as issued", found.archive.lead_h[seen], found.archive.mean_absolute[seen], colours.execute),
    )
    return figure(
        [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": lead.tolist(),
                "y": size.tolist(),
                "line": {"color": ink},
                "hovertemplate": "%{x:g} h ahead: %{y:.1f} g/kWh<extra></extra>",
            }
            for name, lead, size, ink in lines
            if len(lead)
        ],
        layout(HEIGHT, **_axes("hours ahead", "mean absolute error, g/kWh")),
    )


def distribution_figure(view: Impact, colours: Palette) -> go.Figure:
    """Energy by UK hour of the day, at once and under the policy."""
    hours = [f"{hour:02}" for hour in range(24)]
    return figure(
        [
            {"type": "bar", "name": name, "x": hours, "y": kwh.tolist(), "marker": {"color": ink}}
            for name, kwh, ink in (
                ("at once", view.at_once_by_hour, RULE),
                ("under the policy", view.by_hour, colours.execute),
            )
        ],
        layout(HEIGHT, barmode="group", **_axes("UK hour", "kWh", type="category")) | {"bargap": 0.2},
    )


def energy_figure(view: Impact, colours: Palette) -> go.Figure:
    """Energy of each half-hour of the period."""
    looks = (("at once", view.kwh_at_once, RULE), ("under the policy", view.kwh, colours.execute))
    return figure(
        [
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": view.labels,
                "y": kwh.tolist(),
                "line": {"color": ink, "width": 1},
            }
            for name, kwh, ink in looks
        ],
        layout(HEIGHT, **_axes("", "kWh a half-hour", tickformat=DAY)),
    )
