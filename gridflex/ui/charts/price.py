"""A price ahead: published as a line, its profile beyond as dots in the same hue with a band."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from gridflex.domain.format import date_clock, unit_price
from gridflex.services.price_ahead import PriceAhead
from gridflex.ui.charts.style import GRID, Spec, figure, layout
from gridflex.ui.palette import Palette

HEIGHT = 220
EVERY = 24
PENCE = 100.0


def price_figure(ahead: PriceAhead, colours: Palette) -> go.Figure:
    """Pence a kWh by half-hour."""
    price = ahead.price
    names = [date_clock(moment) for moment in ahead.moments]
    rows = list(range(len(names)))  # at the end of summer time an hour's names come twice
    known, guess = (np.where(mask, price.gbp_per_kwh * PENCE, np.nan) for mask in (price.published, ~price.published))
    low, high = (np.where(price.published, np.nan, column * PENCE) for column in (price.low, price.high))
    rows_told = zip(names, price.gbp_per_kwh.tolist(), price.published.tolist(), strict=True)
    said = [f"{name}: {unit_price(gbp)}, {'published' if known else 'profile'}" for name, gbp, known in rows_told]
    line: Spec = {"type": "scatter", "mode": "lines", "x": rows, "hoverinfo": "text", "hovertext": said}
    none: Spec = {"width": 0}
    return figure(
        [
            {**line, "y": _open(low), "line": none, "showlegend": False, "hoverinfo": "skip"},
            {**line, "y": _open(high), "line": none, "fill": "tonexty", "name": "p10 to p90", "hoverinfo": "skip",
             "fillcolor": GRID},
            {**line, "y": _open(known), "name": "published", "line": {"color": colours.shift, "shape": "hv"}},
            {**line, "y": _open(guess), "name": "profile", "line": {"color": colours.shift, "dash": "dot"}},
        ],
        layout(
            HEIGHT,
            xaxis={"tickvals": rows[::EVERY], "ticktext": names[::EVERY], "showgrid": False, "fixedrange": True},
            yaxis={"title": {"text": "p/kWh"}, "gridcolor": GRID, "fixedrange": True, "nticks": 5},
        ),
    )  # fmt: skip


def _open(values: np.ndarray) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]
