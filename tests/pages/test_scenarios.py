"""Scenarios on the Tuning page: kept under a name, two side by side."""

from __future__ import annotations

from typing import Any


def table(visitor: Any) -> Any:
    return next(one.value for one in visitor.page.dataframe if "difference" in one.value)


def test_controls_are_kept_under_a_name_and_stand_beside_those_in_force(visitor: Any) -> None:
    visitor.open("tuning", threshold="300", lab="Scenarios")
    visitor.field("text_input", "Name for the controls on this page").input("**lax**")
    visitor.press("Keep scenario")
    assert visitor.trail("scenario")[0].data["controls"]["threshold"] == 300
    found = table(visitor).set_index("measure")
    assert list(found.columns) == ["left: in force", "right: **lax**", "difference"]
    assert found.loc["jobs deferred", "difference"].startswith("−")
    assert "**lax**" not in "\n".join(one.value for one in visitor.page.markdown)


def test_a_kept_one_comes_back_onto_the_page(visitor: Any) -> None:
    visitor.open("tuning", threshold="300", lab="Scenarios")
    visitor.field("text_input", "Name for the controls on this page").input("lax")
    visitor.press("Keep scenario")
    visitor.field("slider", "Carbon threshold, gCO2/kWh").set_value(100)
    visitor.run().press("Put the right one on the page")
    assert visitor.field("slider", "Carbon threshold, gCO2/kWh").value == 300
    visitor.press("Remove the right one")
    assert "Remove the right one" not in visitor.buttons
    assert visitor.trail("scenario")[0].data["action"] == "removed"


def test_a_scenario_without_a_name_is_refused(visitor: Any) -> None:
    visitor.open("tuning", lab="Scenarios").press("Keep scenario")
    assert "needs a name" in visitor.page.error[0].value
