"""The Revenue page: three figures with their rows, the stacking choice, the called event."""

from __future__ import annotations

from typing import Any

import pytest

from gridflex.ui.tables import headings


def test_three_cards_that_are_never_added_up(visitor: Any) -> None:
    visitor.open("revenue")
    assert [card.label for card in visitor.page.metric] == [
        "Avoided cost",
        "Availability services, p5 to p95",
        "P415 wholesale",
    ]
    assert "never added up" in visitor.text
    assert "no block holds the 1 MW" in visitor.text
    assert "Your habit is in the baseline" in visitor.text
    net = next(one.value for one in visitor.page.subheader if one.value.startswith("Net to the site"))
    assert f"the event nets {net.removeprefix('Net to the site: ')}, below" in visitor.text.replace("\\", "")


@pytest.mark.parametrize(
    ("name", "label", "form"),
    [
        ("sold_gbp_per_mwh", "sold, £/MWh", "%,.2f"),
        ("metered_mwh", "metered, MWh", "%,.4f"),
        ("gbp_per_mw_h_p95", "p95, £/MW/h", "%,.2f"),
        ("pence_per_kwh", "pence per kwh", None),
        ("gbp_per_mw", "gbp per mw", None),
        ("uk_time", "UK time", None),
        ("from_utc", "from UTC", None),
        ("settlement_period", "settlement period", None),
    ],
)
def test_columns_are_headed_in_words_with_their_unit(name: str, label: str, form: str | None) -> None:
    heading = headings([name])[name]
    assert heading["label"] == label
    assert heading.get("type_config", {}).get("format") == form


def test_a_pooled_site_of_megawatts_is_offered(visitor: Any) -> None:
    visitor.open("revenue").field("number_input", "Site, MW (0: the queue as it is)").set_value(20.0)
    visitor.page.segmented_control(key="rev_sold").set_value("aggregated")
    visitor.run()
    assert visitor.page.metric[1].value != "£0"
    assert "These bids freeze" in visitor.text
    assert "aggregator" in visitor.text


def test_an_event_that_ends_before_it_starts_earns_nothing(visitor: Any) -> None:
    visitor.open("revenue")
    visitor.page.session_state["rev_from"] = visitor.page.session_state["rev_to"]
    visitor.run()
    assert visitor.page.metric[2].value == "£0"
    assert "must end after it starts" in visitor.text


def test_a_replay_is_worked_out_as_of_its_moment(visitor: Any) -> None:
    visitor.open("revenue", at="2026-01-08T17:00Z")
    assert "Rules as of 8 January 2026: P376, P415 in force" in visitor.text
    assert "Replay of" in visitor.text


def test_a_sites_day_has_no_history_until_it_is_brought_in(visitor: Any) -> None:
    visitor.open().press("A site's day")
    visitor.open("revenue")
    assert visitor.page.metric[2].value == "£0"
    assert "bring its readings in" in visitor.text
    hours = [
        f"2026-11-{day:02}T{hour:02}:{half:02}Z,0.2" for day in range(1, 18) for hour in range(24) for half in (0, 30)
    ]
    file = "\n".join(["from_utc,mwh", *hours]).encode()
    visitor.page.file_uploader(key="metered_upload").set_value(("metered.csv", file, "text/csv"))
    visitor.run()
    assert "Net to the site" in visitor.text
    visitor.page.file_uploader(key="metered_upload").set_value(("other.csv", b"a,b", "text/csv"))
    assert "needs the columns" in visitor.run().text


def test_the_peak_of_the_rate_card_must_last(visitor: Any) -> None:
    visitor.open("revenue").page.slider(key="rev_peak").set_value((18, 18))
    assert "peak must begin before it ends" in visitor.run().text


def test_another_size_of_site_suggests_another_event_and_ones_own_stays(visitor: Any) -> None:
    visitor.open("revenue")
    small = visitor.page.number_input(key="rev_mw").value
    visitor.field("number_input", "Site, MW (0: the queue as it is)").set_value(20.0)
    visitor.run()
    large = visitor.page.number_input(key="rev_mw").value
    assert large > 20 * small, "the site's peak is far below 1 MW"
    visitor.page.number_input(key="rev_mw").set_value(1.5)
    assert "the call of 1.5 MW" in visitor.run().text
