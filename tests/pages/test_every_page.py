"""Every page, first run and rerun, in every state the grid can be in."""

from __future__ import annotations

from typing import Any

import pytest

PAGES = {"overview": "GridFlex", "queue": "Queue", "tuning": "Tuning", "audit": "Audit", "system": "System"}


@pytest.mark.parametrize("name", PAGES)
def test_opens_and_reruns(visitor: Any, name: str) -> None:
    assert visitor.open(name).title == PAGES[name]
    first = visitor.text
    assert visitor.run().title == PAGES[name]
    assert len(visitor.text) == pytest.approx(len(first), abs=12)  # a measured time may differ in length
