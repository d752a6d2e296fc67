"""A network or a source that accepts and never ends its answer: every page is there meanwhile.

A held page would take the time-out of the source (10 s) or of the network (35 s); the bound leaves room for a
machine that is busy with other tests.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PAGES = sorted(page.stem for page in (Path(__file__).parents[2] / "pages").glob("*.py") if page.stem != "impact")
AT_MOST_S = 8.0


def timed(do: Callable[[], Any]) -> float:
    began = time.monotonic()
    do()
    return time.monotonic() - began


def test_a_hanging_source_holds_no_page(
    hanging_peer: Any, start_site: Callable[..., Any], make_visitor: Callable[[], Any]
) -> None:
    start_site(hanging_peer.url)
    visitor = make_visitor()
    for name in PAGES:
        assert timed(lambda name=name: visitor.open(name)) < AT_MOST_S, name
        assert "Sample" in visitor.badge
    hanging_peer.end()


def test_a_hanging_network_holds_no_page_and_its_step_is_waited_for_beside_it(
    hanging_peer: Any, start_site: Callable[..., Any], make_visitor: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDFLEX_BECKN_URL", hanging_peer.url)
    site = start_site()
    visitor = make_visitor().open("beckn")
    assert timed(lambda: visitor.press("Next step: discover")) < AT_MOST_S
    assert "Waiting for the network, 0 s" in visitor.text
    site.pass_time(hours=-1)
    assert "Waiting for the network, 0 s" in visitor.run().text, "a clock set back counts no negative time"
    for name in PAGES:
        assert timed(lambda name=name: visitor.open(name)) < AT_MOST_S, name
    hanging_peer.end()
