"""What is said of a database that fails in the background, where no page or route catches it."""

from __future__ import annotations

import logging

from gridflex.errors import GridFlexError, StoreError

AWAY = "The database could not do its work."
_log = logging.getLogger("gridflex.background")


def said(problem: GridFlexError, under: str) -> str:
    """The sentence for a visitor. The log alone gets the database's own words: they may name a host."""
    if type(problem) is not StoreError:
        return str(problem)
    _log.error("The store failed under %s: %s", under, problem)
    return AWAY
