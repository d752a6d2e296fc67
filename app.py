"""The router: page config, warm start, the visit, the frame, the page. No logic lives here."""

import streamlit as st

from gridflex.ui import faults, frame, session
from gridflex.ui.warm import warm_up

frame.configure()
page = st.navigation(frame.pages())
warm_up()
with faults.told():
    session.open_visit(page.url_path)
    frame.sidebar()
    page.run()
