"""Services by EFA block as squares, and a called event against its baseline."""

from __future__ import annotations

import plotly.graph_objects as go

from gridflex.domain.format import clock
from gridflex.domain.halfhours import half_hours
from gridflex.markets.p415 import Statement
from gridflex.services.revenue_services import CHOSEN, INELIGIBLE, OPEN, Square, Stacking
from gridflex.ui.charts.style import GRID, Spec, figure, layout, plain
from gridflex.ui.palette import RULE, Palette

ROW_PX = 27
FRAME_PX = 106
EVENT_PX = 300


def stacking_figure(view: Stacking, colours: Palette) -> go.Figure:
    """Blocks across, services down; what is not possible is hatched grey, what is chosen filled and numbered."""
    looks: dict[str, Spec] = {
        CHOSEN: {"color": colours.execute},
        OPEN: {"color": colours.window, "line": {"color": colours.defer, "width": 1}},
        INELIGIBLE: {
            "color": "rgba(138,143,152,0.10)",
            "pattern": {"shape": "/", "fgcolor": RULE, "size": 7, "solidity": 0.12},
        },
    }
    return figure(
        data=[
            _squares(state, [s for s in view.squares if s.state == state], marker, colours)
            for state, marker in looks.items()
        ],
        layout=layout(
            len(view.rows) * ROW_PX + FRAME_PX,
            barmode="overlay",
            bargap=0,
            hovermode="closest",
            margin={"l": 48, "r": 8, "t": 34, "b": 60},
            xaxis={
                "title": {"text": "EFA block: four hours, the first from 23:00 UK time", "standoff": 8},
                "tickvals": list(range(len(view.columns))),
                "ticktext": list(view.columns),
                "range": [-0.5, max(len(view.columns), 1) - 0.5],
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
                "tickangle": 0,
            },
            yaxis={
                "tickvals": list(range(len(view.rows))),
                "ticktext": list(view.rows),
                "range": [len(view.rows) - 0.5, -0.5],
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
            },
        ),
    )


def _squares(state: str, squares: list[Square], marker: Spec, colours: Palette) -> Spec:
    return {
        "type": "bar",
        "name": state,
        "x": [square.column for square in squares],
        "base": [square.row - 0.44 for square in squares],
        "y": [0.88] * len(squares),
        "width": 0.92,
        "marker": marker,
        "text": [square.text for square in squares],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": {"size": 11, "color": colours.page if state == CHOSEN else colours.ink},
        "hovertext": ["<br>".join(map(plain, square.hover)) for square in squares],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def event_figure(statement: Statement, colours: Palette) -> go.Figure:
    """Baseline, metered and deviation of each settlement period, MWh."""
    volumes = statement.volumes
    names = [clock(moment) for moment in half_hours(volumes.start, len(statement.settled))]
    steps: Spec = {"type": "scatter", "mode": "lines+markers", "x": names, "hovertemplate": "%{y:.4f} MWh"}
    return figure(
        data=[
            {
                "type": "bar",
                "name": "deviation",
                "x": names,
                "y": statement.deviation_mwh.tolist(),
                "marker": {"color": colours.execute, "opacity": 0.55},
                "hovertemplate": "%{y:.4f} MWh",
            },
            {**steps, "name": "baseline", "y": volumes.baseline_mwh.tolist(), "line": {"color": RULE, "dash": "dash"}},
            {**steps, "name": "metered", "y": volumes.metered_mwh.tolist(), "line": {"color": colours.shift}},
        ],
        layout=layout(
            EVENT_PX,
            bargap=0.3,
            xaxis={"type": "category", "showgrid": False, "fixedrange": True, "nticks": 8},
            yaxis={"title": {"text": "MWh"}, "gridcolor": GRID, "fixedrange": True, "nticks": 5},
        ),
    )
