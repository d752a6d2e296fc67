"""What a visitor sees when the store fails: a sentence and a button, never the framework's own error."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from gridflex.errors import Conflict, GridFlexError, SettingsError, StoreError
from gridflex.ui.plain import plain

AWAY = (
    "The database does not answer just now, so nothing can be read or written. "
    "What was shown as kept is kept; try again in a moment."
)
_log = logging.getLogger("gridflex.pages")


@contextmanager
def told(part: str = "page") -> Iterator[None]:
    """Round a page or, as a decorator under ``st.fragment``, round a part of one.

    An environment that cannot be used is the operator's to read, so it is said as it is.
    """
    try:
        yield
    except (StoreError, SettingsError) as problem:
        st.error(sentence(problem, part), icon=":material/database_off:")
        if st.button("Try again", icon=":material/refresh:", key=f"again_{part}"):
            st.rerun()


def sentence(problem: GridFlexError, part: str) -> str:
    """What a visitor is told. The log alone gets the database's own words: they may name a host."""
    if not isinstance(problem, StoreError) or isinstance(problem, Conflict):
        return plain(str(problem))
    _log.error("The store failed under a %s: %s", part, problem)
    return AWAY
