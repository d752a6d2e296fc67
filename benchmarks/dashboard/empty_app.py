"""The floor: a Streamlit app with nothing but a slider and the chart it moves, in a fragment.

The chart is the smallest that shows what a carbon chart must: 97 points, a threshold, a
now-line and a shaded window, built in one call.
"""

import gc
import math

import plotly.graph_objects as go
import streamlit as st

VALUES = [150 + 80 * math.sin(i / 8) for i in range(97)]
GREY = {"color": "#8A8F98"}


@st.cache_resource
def frozen() -> bool:
    gc.collect()
    gc.freeze()
    return True


@st.fragment
def chart() -> None:
    threshold = st.slider("threshold", 0, 400, 150, 5, key="threshold", bind="query-params")
    shapes = [
        {"type": "line", "x0": 0, "x1": 96, "y0": threshold, "y1": threshold, "line": GREY},
        {"type": "line", "x0": 48, "x1": 48, "y0": 0, "y1": 1, "yref": "paper", "line": GREY},
        {"type": "rect", "x0": 60, "x1": 70, "y0": 0, "y1": 1, "yref": "paper", "line": {"width": 0}},
    ]
    note = {"text": f"threshold {threshold}", "x": 0, "y": threshold, "showarrow": False}
    data = [{"type": "scatter", "y": VALUES, "mode": "lines", "name": "gCO2/kWh"}]
    layout = {"height": 300, "shapes": shapes, "annotations": [note], "yaxis": {"range": [0, 300]}}
    st.plotly_chart(go.Figure(data=data, layout=layout), key="chart")


frozen()
st.title("Empty")
chart()
