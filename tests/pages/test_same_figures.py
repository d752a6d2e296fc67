"""A figure of the Overview equals the one on its page, in the table and in the trail; sums equal their rows."""

from __future__ import annotations

import re
from typing import Any

import pytest

from gridflex.domain import format as fmt

ADDRESSES: dict[str, dict[str, str]] = {
    "as it stands": {},
    "another threshold": {"threshold": "280"},
    "the cleanest tenth": {"mode": "relative", "cleanest": "10"},
    "a winter evening": {"at": "2026-01-06T17:00Z"},
}


def saved(text: str) -> tuple[str, str, str]:
    """Carbon, share and pounds of the one sentence that tells what the plan saves."""
    found = re.findall(r"[Ss]aves (\S+ k?g|\S+ t) \((\S+ %)\)(?:,| and) (\S+\d)", text.split("Largest saving")[0])
    assert found, text
    return found[0]


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
def test_every_page_tells_the_same_saving(visitor: Any, address: dict[str, str]) -> None:
    first = saved(visitor.open("overview", **address).text)
    assert "wait" in visitor.text
    queue = visitor.open("queue")
    header = next(one.value for one in queue.page.markdown if "plan saves" in one.value)
    assert saved(header) == first
    table = queue.jobs
    assert first[0] == fmt.carbon(table["saved_kg"].sum() * 1000)
    assert first[2] == fmt.money(table["saved_gbp"].sum())
    base_kg = (table["at_once_g_per_kwh"] * table["energy_kwh"]).sum() / 1000
    assert first[1] == fmt.percent(table["saved_kg"].sum() / base_kg)
    assert f"{len(table)} jobs · {fmt.energy(table['energy_kwh'].sum())}" in header
    tuning = visitor.open("tuning")
    line = next(one.value for one in tuning.page.markdown if "wait.**" in one.value)
    assert saved(line) == first
    waiting = sum(list(word) == ["wait"] for word in table["action"])
    assert f"**{waiting} of {len(table)} jobs wait" in line
    assert f"{waiting} of {len(table)} jobs wait" in visitor.open().page.subheader[0].value


def test_the_kept_plan_is_what_the_overview_shows(visitor: Any) -> None:
    kept = visitor.open().trail("plan")[0].data
    assert kept is not None
    assert saved(visitor.text) == (
        fmt.carbon(kept["saved_g"]),
        fmt.percent(kept["saved_g"] / kept["baseline_g"]),
        fmt.money(kept["saved_gbp"]),
    )
    decisions = [row.data for row in visitor.trail("decision")]
    assert len(decisions) == kept["jobs"] == 15
    assert sum(row["saved_g"] for row in decisions) == pytest.approx(kept["saved_g"])
    assert sum(row["action"] == "defer" for row in decisions) == kept["deferred"]


def test_the_frame_names_the_threshold_in_force_whatever_is_tried(visitor: Any) -> None:
    for name in ("overview", "queue", "tuning"):
        visitor.open(name, threshold="280")
        (told,) = [one.value for one in visitor.page.sidebar.caption if "Threshold" in one.value]
        assert "A preview" in visitor.text
        assert "150" in told, f"{name}: {told}"
