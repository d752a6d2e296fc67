"""Every page there is, first run and rerun."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

PAGES = sorted(page.stem for page in (Path(__file__).parents[2] / "pages").glob("*.py"))


@pytest.mark.parametrize("name", PAGES)
def test_opens_and_reruns(visitor: Any, name: str) -> None:
    title = "GridFlex" if name == "overview" else name.capitalize()
    assert visitor.open(name).title == title
    first = visitor.text
    assert visitor.run().title == title
    assert len(visitor.text) == pytest.approx(len(first), abs=12)  # a measured time may differ in length
