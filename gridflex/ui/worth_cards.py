"""Two cards of the plan in force, which no slider moves: its firm power, and windows on offer over Beckn."""

from __future__ import annotations

import streamlit as st

from gridflex.services.flexibility_card import flexibility_card
from gridflex.services.overview import Card
from gridflex.ui import beckn_card, faults, frame, planning, session

REFRESH = "20s"


@st.fragment(run_every=REFRESH)
@faults.told("worth")
def show() -> None:
    """Each with the way to the page behind it; a card that has nothing real to show is left out."""
    here = session.workspace()
    in_force = planning.decisions(here.controls)
    firm = planning.remembered("firm_power", (in_force, here), lambda: flexibility_card(in_force, here))
    links = (
        (firm, frame.REVENUE, "Why", ":material/payments:"),
        (beckn_card.card(), frame.BECKN, "Book a window", ":material/hub:"),
    )
    shown = [(card, page, label, icon) for card, page, label, icon in links if card is not None]
    if not shown:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        for card, page, label, icon in shown:
            _card(card)
            st.page_link(page, label=label, icon=icon, width="content")


def _card(card: Card) -> None:
    st.markdown(f"{card.label}  \n**{card.value}**  \n:gray[{card.caption}]", help=card.help or None)
