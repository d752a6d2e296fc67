"""The bare floor: a page of nothing but the empty app's slider and the chart it moves, in a fragment."""

import streamlit as st

from benchmarks.dashboard.floor import frozen, moved

frozen()
st.title("Bare")
moved()
