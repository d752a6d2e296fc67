"""The carbon service's faults under every page: the frame tells the truth, and nothing breaks."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.replay_faults import BROKEN, HARMLESS, HOLED

PAGES = sorted((page.stem for page in (Path(__file__).parents[2] / "pages").glob("*.py")), reverse=True)
SLOW_PAGES = ("revenue", "impact")
"""These work a month through before they first show: one fault of each class is enough for them."""
NEXT_FETCH = timedelta(minutes=22)
"""From the test's start to twelve minutes past the next half-hour."""


@pytest.fixture(scope="module")
def service(start_replay: Callable[..., Any]) -> Any:
    return start_replay("--now", "2026-11-18T10:20Z")


@pytest.fixture
def upstream(service: Any) -> Any:
    service.fault("none")
    return service


@pytest.fixture
def live_site(start_site: Callable[..., Any], upstream: Any) -> Any:
    return start_site(upstream.url)


@pytest.fixture
def guest(live_site: Any, make_visitor: Callable[[], Any]) -> Any:
    """A visitor who saw the grid live."""
    guest = make_visitor().open()
    live_site.settle()
    assert "Live · NESO just now · next 10:42" in guest.run().badge
    return guest


def told_on_every_page(guest: Any, mode: str = "") -> set[str]:
    """What the frame says of the source, page by page; and no page takes for a value what cannot be one."""
    told = set()
    for name in PAGES:
        if name in SLOW_PAGES and mode not in ("zeroactual", "gap", "500"):
            continue
        guest.open(name)
        told.add(guest.badge)
        words = guest.text.replace(guest.error, "").replace("/", " ").split()
        assert not {"nan", "NaN", "None", "inf", "1000000000", "-50", "−50"} & set(words), guest.text
    return told


def fall(mode: str, upstream: Any, site: Any, guest: Any) -> None:
    """The fault comes, and a page is looked at after the next fetch was due."""
    upstream.fault(mode)
    site.now += NEXT_FETCH
    guest.run()
    site.settle()


@pytest.mark.parametrize("mode", HARMLESS)
def test_a_harmless_fault_stays_live(guest: Any, live_site: Any, upstream: Any, mode: str) -> None:
    fall(mode, upstream, live_site, guest)
    (told,) = told_on_every_page(guest, mode)
    assert "Live · NESO just now · next 11:12" in told
    assert ": 0 g/kWh" not in guest.text


@pytest.mark.parametrize("mode", HOLED)
def test_a_hole_is_filled_and_said(guest: Any, live_site: Any, upstream: Any, mode: str) -> None:
    fall(mode, upstream, live_site, guest)
    (told,) = told_on_every_page(guest, mode)
    assert "Live + estimated · NESO just now" in told
    assert "Live + estimated · NESO just now · next 11:12" in guest.open("overview").text


@pytest.mark.parametrize("mode", BROKEN)
def test_a_broken_answer_leaves_the_last_good_one_with_its_age_until_it_recovers(
    guest: Any, live_site: Any, upstream: Any, mode: str
) -> None:
    fall(mode, upstream, live_site, guest)
    (told,) = told_on_every_page(guest, mode)
    assert "Cached · NESO 22 min ago" in told
    assert "Cached · NESO 22 min ago · next 10:43" in guest.open("overview").text
    upstream.fault("none")
    live_site.pass_time(minutes=1)
    guest.run()
    live_site.settle()
    assert "Live · NESO just now · next 11:12" in guest.run().badge


@pytest.mark.parametrize("mode", ["500", "empty", "huge", "misdated"])
def test_with_nothing_known_yet_the_sample_stands_in_and_says_so(
    start_site: Callable[..., Any], make_visitor: Callable[[], Any], upstream: Any, mode: str
) -> None:
    upstream.fault(mode)
    site, guest = start_site(upstream.url), make_visitor().open()
    site.settle()
    (told,) = told_on_every_page(guest.run())
    assert "Sample grid · next 10:21" in told
    assert "Sample · the embedded model of a GB year · next 10:21" in guest.open("overview").text
    upstream.fault("none")
    site.pass_time(minutes=1)
    guest.run()
    site.settle()
    assert "Live · NESO just now" in guest.run().badge


def test_a_service_that_never_answers_holds_no_page(
    start_site: Callable[..., Any], make_visitor: Callable[[], Any]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        site, guest = start_site(f"http://127.0.0.1:{silent.getsockname()[1]}"), make_visitor()
        began = time.monotonic()
        guest.open()
        assert time.monotonic() - began < 5
        guest.page.default_timeout = 3
        (told,) = told_on_every_page(guest)
        assert "Sample" in told
    site.settle()


def test_an_outage_goes_from_cached_to_estimated_and_survives_a_restart(
    guest: Any, live_site: Any, upstream: Any, start_site: Callable[..., Any]
) -> None:
    told = []
    for hours in (0, 30, 60):
        fall("500", upstream, live_site, guest)
        live_site.pass_time(hours=hours)
        guest.run()
        live_site.settle()
        told.append(guest.run().badge)
        assert len(told_on_every_page(guest)) == 1
    assert ["Cached" in told[0], "Cached" in told[1], "Estimated" in told[2]] == [True] * 3, told
    again = start_site(upstream.url, live_site.now)
    guest.run()
    again.settle()
    assert "Estimated" in guest.run().badge
