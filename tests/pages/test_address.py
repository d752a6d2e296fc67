"""Controls in the address: honoured where they can be, harmless where not, on every page and after a reload."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest


def threshold(visitor: Any) -> float:
    return float(visitor.field("slider", "Carbon threshold, gCO2/kWh").value)


def in_figures(visitor: Any) -> float:
    """The threshold that the Overview's figures were reckoned with: the one its chart draws."""
    (drawn,) = re.findall(r"threshold (\d+)", visitor.page.get("plotly_chart")[0].proto.spec)
    return float(drawn)


GIVEN = {"230": 230, "9999": 150, "abc": 150, "-5": 150, "": 150, "nan": 150, "203": 205}


@pytest.mark.parametrize("name", ["overview", "tuning", "queue"])
def test_a_threshold_in_the_address(site: Any, make_visitor: Callable[[], Any], name: str) -> None:
    for given in GIVEN if name == "overview" else ("230", "abc", "203"):
        visitor, meant = make_visitor().open(name, threshold=given), GIVEN[given]
        assert ("Use this plan" in visitor.buttons) is (meant != 150), given
        if name != "queue":
            assert threshold(visitor) == pytest.approx(meant, abs=2), "a slider shows the step nearest to it"
        assert in_figures(visitor.open()) == meant, given


def test_a_default_leaves_the_address_clean(visitor: Any) -> None:
    for name in ("overview", "queue", "tuning", "audit", "system"):
        visitor.open(name)
        assert set(visitor.address) == {"w"}, name


def test_a_relative_threshold_in_the_address(visitor: Any) -> None:
    visitor.open("overview", mode="relative", cleanest="20")
    assert visitor.field("slider", "Cleanest share of the next 24 h, %").value == 20
    cleanest_fifth = in_figures(visitor)
    visitor.field("slider", "Cleanest share of the next 24 h, %").set_value(60)
    assert in_figures(visitor.run()) > cleanest_fifth
    visitor.field("segmented_control", "Threshold").set_value("fixed")
    assert in_figures(visitor.run()) == 150


def test_every_kept_control_is_there_again_after_a_reload(visitor: Any, make_visitor: Callable[[], Any]) -> None:
    page = visitor.open("tuning").unfold("limits").page
    page.selectbox(key="policy").select("best-window")
    page.slider(key="threshold").set_value(280)
    page.slider(key="gain").set_value(7)
    page.number_input(key="price_limit").set_value(15.5)
    visitor.run().press("Use this plan")
    for name in ("tuning", "overview", "queue"):
        again = make_visitor().open(name, w=visitor.address["w"])
        assert "Use this plan" not in again.buttons, f"{name} takes what is kept for a preview"
        assert "Threshold in force: **280 g/kWh**" in again.text
    link = again.open().press("Share").page.code[0].value
    for said in ("threshold=280", "policy=Best+window", "gain=7", "price_limit=15.5"):
        assert said in link
    (follower,) = [make_visitor().open("tuning", **dict(parse_qsl(urlsplit(link).query)))]
    assert threshold(follower) == 280
    assert follower.page.selectbox(key="policy").value == "best-window"


NONSENSE = ({"mode": "bogus"}, {"policy": "bogus"}, {"gain": "-1"}, {"price_limit": "1e9"}, {"energy": "9999"})


def test_nonsense_in_the_address_changes_nothing(site: Any, make_visitor: Callable[[], Any]) -> None:
    for address in NONSENSE:
        visitor = make_visitor()
        for name in ("tuning", "queue"):
            visitor.open(name, **address)
            assert "Use this plan" not in visitor.buttons, (name, address)


def test_a_preview_survives_a_reload_on_a_page_without_the_slider(
    visitor: Any, make_visitor: Callable[[], Any]
) -> None:
    """The slider stands on other pages; the Queue's address carries its value all the same."""
    visitor.open("overview", threshold="300")
    seen = visitor.open("queue")
    header = next(one.value for one in seen.page.markdown if "plan saves" in one.value)
    assert "plan saves nothing" in header, "nothing waits under 300 g"
    reloaded = make_visitor().open("queue", **seen.address)
    assert header in reloaded.text
    assert threshold(reloaded.open()) == 300


def test_the_workspace_is_found_again_by_its_token(visitor: Any, make_visitor: Callable[[], Any]) -> None:
    visitor.open("queue").press("A site's day")
    again = make_visitor().open("queue", w=visitor.address["w"])
    assert "1,000 jobs" in again.text
    assert again.address["w"] == visitor.address["w"]


NO_TOKENS = ("nonsense", "", "A" * 32, "x" * 5000, "../../etc/passwd", "'; drop table")


def test_a_token_that_opens_nothing_begins_anew(site: Any, make_visitor: Callable[[], Any]) -> None:
    for token in NO_TOKENS:
        visitor = make_visitor().open("overview", w=token)
        assert len(visitor.address["w"]) == 32, token
        assert visitor.address["w"] != token
        assert len(visitor.trail("plan")) == 1


def test_a_shared_link_carries_the_view_but_not_the_workspace(visitor: Any, make_visitor: Callable[[], Any]) -> None:
    visitor.open("overview", threshold="280").press("Share")
    (link,) = [one.value for one in visitor.page.code]
    assert "threshold=280" in link
    assert "at=2026-11-18T10%3A" in link
    assert visitor.address["w"] not in link
    assert "w=" not in link.split("?")[1].split("&")
