"""What both floors are made of: a slider that moves a chart in a fragment.

The chart is the smallest that shows what a carbon chart must: 97 points, a threshold, a
now-line and a shaded window, built in one call.
"""

from __future__ import annotations

import gc
import math

import plotly.graph_objects as go
import streamlit as st

VALUES = [150 + 80 * math.sin(i / 8) for i in range(97)]
GREY = {"color": "#8A8F98"}


@st.cache_resource
def frozen() -> bool:
    """Take what was imported out of the collector's sight, once."""
    gc.collect()
    gc.freeze()
    return True


def figure(threshold: float) -> go.Figure:
    """The chart round a threshold, gCO2/kWh."""
    shapes = [
        {"type": "line", "x0": 0, "x1": 96, "y0": threshold, "y1": threshold, "line": GREY},
        {"type": "line", "x0": 48, "x1": 48, "y0": 0, "y1": 1, "yref": "paper", "line": GREY},
        {"type": "rect", "x0": 60, "x1": 70, "y0": 0, "y1": 1, "yref": "paper", "line": {"width": 0}},
    ]
    note = {"text": f"threshold {threshold}", "x": 0, "y": threshold, "showarrow": False}
    data = [{"type": "scatter", "y": VALUES, "mode": "lines", "name": "gCO2/kWh"}]
    layout = {"height": 300, "shapes": shapes, "annotations": [note], "yaxis": {"range": [0, 300]}}
    return go.Figure(data=data, layout=layout)


@st.fragment
def moved() -> None:
    """The slider and its chart."""
    threshold = st.slider("threshold", 0, 400, 150, 5, key="threshold", bind="query-params")
    st.plotly_chart(figure(threshold), key="chart")
