"""The router: page config, session, shared frame, the page. No logic lives here."""

import streamlit as st

from gridflex.ui import frame, session

st.set_page_config(page_title="GridFlex", page_icon="gridflex/ui/assets/favicon.png", layout="wide")
page = st.navigation(frame.pages())
session.open_visit()
frame.sidebar()
page.run()
