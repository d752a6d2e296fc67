"""The site's own settings: region, cap, tariff; the plug a visitor may pull; the proofs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

NORTH_SCOTLAND = 1


def pull(visitor: Any, plug: str) -> Any:
    visitor.open("system").field("segmented_control", "Grid").set_value(plug)
    return visitor.run()


@pytest.mark.parametrize("region", [NORTH_SCOTLAND, 13, 17])
def test_a_region_proposes_a_relative_threshold_and_settles_on_its_forecast(visitor: Any, region: int) -> None:
    visitor.open().field("selectbox", "Site region").set_value(region)
    visitor.run()
    assert "cleanest" in visitor.page.toast[0].value
    assert visitor.field("segmented_control", "Threshold").value == "relative"
    assert "forecast only, settles on the last forecast issued" in visitor.text
    assert visitor.trail("setting")[0].data["site"]["region"] == region
    for name in ("queue", "tuning", "audit", "system", "overview"):
        assert not {"nan", "inf", "None"} & set(visitor.open(name).text.split()), name


def test_a_region_of_zeros_divides_by_none_of_them(
    visitor: Any,
    site: Any,
    start_replay: Callable[..., Any],
    start_site: Callable[..., Any],
    make_visitor: Callable[[], Any],
) -> None:
    """In North Scotland 0 g/kWh is a real value: of the whole day ahead, on the day that was recorded."""
    upstream = start_replay("--now", "2026-11-18T10:20Z")
    windy = start_site(upstream.url)
    guest = make_visitor().open()
    guest.field("selectbox", "Site region").set_value(NORTH_SCOTLAND)
    guest.run()
    windy.settle(NORTH_SCOTLAND)
    assert "Live" in guest.run().badge
    for name in ("queue", "tuning", "audit", "system", "overview"):
        assert not {"nan", "inf", "None", "nan %", "-0"} & set(guest.open(name).text.split()), name
    view = windy.platform.grid.view(NORTH_SCOTLAND, windy.now)
    assert view.horizon.intensity.min() == 0


def test_great_britain_goes_back_to_a_fixed_threshold(visitor: Any) -> None:
    for region in (NORTH_SCOTLAND, 0):
        visitor.open().field("selectbox", "Site region").set_value(region)
        visitor.run()
    assert visitor.field("segmented_control", "Threshold").value == "fixed"
    assert "forecast only" not in visitor.text


def test_a_region_is_there_again_after_a_reload(visitor: Any, make_visitor: Callable[[], Any]) -> None:
    visitor.open().field("selectbox", "Site region").set_value(13)
    token = visitor.run().address["w"]
    again = make_visitor().open("queue", w=token)
    assert again.field("selectbox", "Site region").value == 13
    assert "London" in again.text
    assert again.open().field("segmented_control", "Threshold").value == "relative"


def test_a_power_cap_is_kept_and_shown(visitor: Any, make_visitor: Callable[[], Any]) -> None:
    visitor.open("queue").field("segmented_control", "Limit of the site").set_value("kW")
    visitor.run().field("number_input", "Power cap, kW").set_value(120.0)
    visitor.field("number_input", "PUE").set_value(1.2)
    visitor.press("Keep")
    kept = visitor.trail("setting")[0].data["site"]
    assert (kept["cap_kw"], kept["pue"]) == (120.0, 1.2)
    again = make_visitor().open("queue", w=visitor.address["w"])
    assert again.field("number_input", "Power cap, kW").value == 120.0
    assert again.field("segmented_control", "Limit of the site").value == "kW"


def test_a_limit_in_gpus_and_what_a_pause_takes_are_kept(visitor: Any, make_visitor: Callable[[], Any]) -> None:
    visitor.open("queue").field("segmented_control", "Limit of the site").set_value("GPUs")
    visitor.run().field("number_input", "GPUs").set_value(96.0)
    visitor.field("number_input", "Shortest stretch of a job that pauses, h").set_value(2.0)
    visitor.field("number_input", "Energy of each restart, kWh").set_value(3.0)
    visitor.press("Keep")
    kept = visitor.trail("setting")[0].data["site"]
    assert (kept["cap_kw"], kept["cap_gpus"], kept["min_run_hours"], kept["restart_kwh"]) == (None, 96, 2, 3)
    again = make_visitor().open("tuning", w=visitor.address["w"])
    assert again.field("number_input", "GPUs").value == 96
    assert "the cap of 96 GPUs" in again.text
    assert "GPU-hours stood idle" in again.text


def test_the_plug_goes_from_live_to_cached_to_sample_and_back_for_this_visitor_alone(
    start_replay: Callable[..., Any], start_site: Callable[..., Any], make_visitor: Callable[[], Any]
) -> None:
    site = start_site(start_replay("--now", "2026-11-18T10:20Z").url)
    visitor, other = make_visitor().open(), make_visitor()
    site.settle()
    site.pass_time(minutes=5)
    assert "Live · NESO 5 min ago" in pull(visitor, "live").badge
    told = [pull(visitor, plug).badge for plug in ("source down", "no data")]
    assert "Cached · NESO 5 min ago" in told[0]
    assert "Sample" in told[1]
    for name in ("overview", "queue", "tuning", "audit"):
        assert "Sample" in visitor.open(name).badge
    assert "Live" in other.open().badge
    assert "Live" in pull(visitor, "live").badge


def test_the_proofs_prove(visitor: Any) -> None:
    visitor.open("system").press("Try every start")
    said = visitor.page.success[0].value
    assert "equal" in said
    assert "NOT" not in said
    before = visitor.trail()
    visitor.press("Alter a copy")
    assert "was altered. Verification says: row" in visitor.page.error[0].value.replace("Row", "row")
    assert visitor.trail() == before
    assert visitor.page.success[0].value == said, "the first proof stays while another is run"
    visitor.open("audit")
    assert "chain verified" in visitor.text


def test_the_chain_is_verified_with_its_count(visitor: Any) -> None:
    assert f"{len(visitor.open('audit').trail())} rows" in visitor.text
    visitor.field("selectbox", "Kind").set_value("plan")
    assert visitor.run().page.dataframe[0].value["kind"].unique().tolist() == ["plan"]
    visitor.field("selectbox", "Kind").set_value(None)
    visitor.field("text_input", "Contains").input("demo-07")
    assert visitor.run().page.dataframe[0].value["about"].tolist() == ["demo-07"]
    visitor.field("text_input", "Contains").input("no such word")
    assert "No row matches" in visitor.run().text


def edit(visitor: Any, row: int, column: str, value: object) -> Any:
    """Edit one cell of the tariff and press the button below."""
    editor = visitor.open("tuning").unfold("tariff").page.data_editor[0]
    visitor.page.session_state[editor.key] = {
        "edited_rows": {row: {column: value}}, "added_rows": [], "deleted_rows": []
    }  # fmt: skip
    return visitor.press("Use this tariff")


def test_another_price_is_kept(visitor: Any) -> None:
    edit(visitor, 0, "GBP/kWh", 0.5)
    assert not visitor.page.error
    bands = visitor.trail("setting")[0].data["rows"][0]["bands"]
    assert bands[0]["gbp_per_kwh"] == 0.5
    assert "Back to the default" in visitor.buttons
    visitor.press("Back to the default")
    assert "Back to the default" not in visitor.buttons
    assert "Use this tariff" in visitor.buttons, "it stays open"


@pytest.mark.parametrize(
    ("column", "value"),
    [("GBP/kWh", None), ("from (UK)", "late"), ("from (UK)", "25:00"), ("row", None), ("kind", "odd")],
)
def test_a_wrong_edit_is_refused_in_a_sentence(visitor: Any, column: str, value: object) -> None:
    edit(visitor, 0, column, value)
    assert visitor.page.error[0].value
    assert not visitor.trail("setting")
