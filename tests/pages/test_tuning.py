"""The Tuning page: limits, how sure the plan is, a job's own chart, and everything to take away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gridflex.planning.policies import POLICIES
from gridflex.store.chain import Entry
from gridflex.store.workspaces import Workspaces


def test_every_policy_is_named_with_its_sentence(visitor: Any) -> None:
    text = visitor.open("tuning", lab="Policies").text
    for policy in POLICIES.values():
        assert policy.sentence in text
    assert "Threshold, then best window: " in text, "the policy in force is named where its figures stand"


def test_limits_are_kept_and_their_price_is_told(visitor: Any, make_visitor: Callable[[], Any]) -> None:
    visitor.open("tuning", policy="Interruptible", mode="off", cap="200", carbon_cap="5", headroom="true")
    assert "Carbon cap not reachable: the least possible by this policy is" in visitor.text
    assert "stay free under it for arrivals" in visitor.text
    visitor.unfold("limits").page.slider(key="carbon_cap").set_value(0)
    visitor.page.number_input(key="carbon_cap_kg").set_value(100_000)
    visitor.run().press("Use this plan")
    assert "Carbon cap met" in visitor.text
    kept = visitor.trail("plan")[0].data["controls"]
    assert (kept["cap_kw"], kept["carbon_cap"], kept["carbon_cap_kg"], kept["headroom"]) == (200, None, 100_000, True)
    again = make_visitor().open("tuning", w=visitor.address["w"]).unfold("limits")
    assert again.page.toggle(key="headroom").value is True
    assert again.page.number_input(key="carbon_cap_kg").value == 100_000
    assert "Use this plan" not in again.buttons


def test_everything_shown_can_be_taken_away(visitor: Any) -> None:
    files = {
        "Power": {"Export these curves", "Export the power"},
        "Carbon against cost": {"Export the frontier", "Export the cost of work"},
        "Policies": {"Export this comparison"},
        "How sure": {"Export the sensitivity"},
        "Scenarios": {"Export these scenarios"},
        "Take away": {"Calendar", "Slurm commands", "Kubernetes commands"},
    }
    visitor.open("tuning")
    for part, labels in files.items():
        visitor.page.segmented_control(key="lab").set_value(part)
        visitor.run()
        assert {each.label for each in visitor.page.get("download_button")} >= labels, part


def test_a_cap_too_small_for_its_slider_is_none(visitor: Any) -> None:
    assert "Use this plan" not in visitor.open("tuning", cap="1").buttons


def test_what_is_not_looked_at_is_not_drawn(visitor: Any) -> None:
    visitor.open("tuning", lab="Policies")
    files = {each.label for each in visitor.page.get("download_button")}
    assert "Export this comparison" in files
    assert "Export the power" not in files


def test_chances_are_compared_with_what_happened_once_there_is_history(
    visitor: Any, site: Any, make_visitor: Callable[[], Any]
) -> None:
    visitor.open("tuning", lab="How sure")
    assert "No deferral that was told its chance of being worse has been settled yet." in visitor.text
    token = visitor.address["w"]
    kept = site.platform.desk.open(token, site.now)
    rows = [Entry("settled", f"job-{i}", told_six_percent(worse=i == 0)) for i in range(4)]
    Workspaces(site.platform.database).save(
        kept.id, kept.to_state(), expected_version=kept.version, at=site.now, entries=rows
    )
    shown = [each.value for each in make_visitor().open("tuning", w=token, lab="How sure").page.dataframe]
    (held,) = (each for each in shown if "were worse, %" in each.columns)
    assert held.to_numpy().tolist() == [[5, 10, 4, 6, 25]]


def told_six_percent(worse: bool) -> dict[str, Any]:
    saved = {f"{kind}_saved_{unit}": 1.0 for kind in ("estimated", "settled") for unit in ("g", "gbp")}
    start, values = "2026-11-17T10:00:00+00:00", "measured values"
    return {"start": start, "chance_worse": 0.06, "worse": worse, "values": values, "demo": True, **saved}


def test_limits_that_are_set_are_told_where_they_are_folded_away(visitor: Any) -> None:
    assert "Set: " not in visitor.open("tuning").text
    assert not [one for one in visitor.page.slider if one.key == "cap"]
    visitor.unfold("limits").page.slider(key="cap").set_value(200)
    visitor.page.slider(key="carbon_cap").set_value(140)
    visitor.page.number_input(key="carbon_cap_kg").set_value(50)
    visitor.page.slider(key="gain").set_value(20)
    assert "Set: 200 kW, 140 g/kWh, gain 20 %." in visitor.run().text
    visitor.page.session_state["limits"] = False
    assert "Set: 200 kW, 140 g/kWh, gain 20 %." in visitor.run().text


def test_limits_in_the_address_hold_though_their_widgets_are_not_drawn(visitor: Any) -> None:
    visitor.open("tuning", cap="200", gain="7", headroom="true", carbon_cap_kg="90", price_limit="15.5")
    assert "Set: 200 kW, room kept, 90.0 kg, gain 7 %, price 15.5 p." in visitor.text
    assert visitor.unfold("limits").page.slider(key="cap").value == 200
    visitor.page.slider(key="cap").set_value(0)
    assert "cap" not in visitor.run().address
    assert visitor.address["gain"] == "7"


def test_the_chart_keeps_its_place_when_a_cap_comes(visitor: Any) -> None:
    def second_column() -> list[str]:
        return [each.type for each in visitor.page.columns[1].children.values()]

    free = visitor.open("tuning") and second_column()
    visitor.unfold("limits").page.slider(key="cap").set_value(200)
    visitor.run()
    assert second_column()[:2] == free[:2]


def test_the_tariff_is_sent_once_it_is_unfolded(visitor: Any) -> None:
    assert not visitor.open("tuning").page.get("data_editor")
    assert visitor.unfold("tariff").page.data_editor[0].value["GBP/kWh"].notna().all()
