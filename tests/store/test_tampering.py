"""Whatever is changed in an export is found and named."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.errors import TrailBroken
from gridflex.store.chain import Entry, Head, link
from gridflex.store.export import export_trail, verify_export

COUNT = 6
NOW = datetime(2026, 1, 8, 17, 0, tzinfo=UTC)
COLUMNS = ["seq", "at", "kind", "subject", "content", "content_hash", "prev_hash", "row_hash"]


def trail(workspace_id: str = "a" * 32) -> dict[str, Any]:
    entries = [Entry("decision", f"job-{n}", {"action": "defer", "n": n}) for n in range(COUNT)]
    rows = link(Head(workspace_id), NOW, entries)
    return export_trail(rows, Head(workspace_id, COUNT, rows[-1].row_hash))


EXPORT = trail()
positions = st.integers(0, COUNT - 1)
values = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers(), max_size=2)


def at_fault(export: dict[str, Any]) -> int:
    with pytest.raises(TrailBroken) as found:
        verify_export(export)
    return found.value.seq


def copied() -> dict[str, Any]:
    return copy.deepcopy(EXPORT)


@given(position=positions, column=st.sampled_from(COLUMNS), value=values)
def test_any_value_in_any_column(position: int, column: str, value: object) -> None:
    export = copied()
    row = export["rows"][position]
    before = row[column]
    row[column] = value
    if (type(value) is type(before) and value == before) or (column == "content" and value is None):
        assert verify_export(export).count == COUNT
    else:
        assert at_fault(export) == position + 1


@given(position=positions, column=st.sampled_from(COLUMNS[1:]), data=st.data())
def test_any_character_of_any_text(position: int, column: str, data: st.DataObject) -> None:
    export = copied()
    before = export["rows"][position][column]
    place = data.draw(st.integers(0, len(before)))
    altered = before[:place] + data.draw(st.text(max_size=1)) + before[place + 1 :]
    export["rows"][position][column] = altered
    if altered == before:
        assert verify_export(export).count == COUNT
    else:
        assert at_fault(export) == position + 1


@given(position=positions)
def test_any_row_removed(position: int) -> None:
    export = copied()
    del export["rows"][position]
    assert at_fault(export) == position + 1


@given(kept=st.integers(0, COUNT - 1))
def test_any_tail_cut(kept: int) -> None:
    export = copied()
    export["rows"] = export["rows"][:kept]
    assert at_fault(export) == kept + 1


@given(order=st.permutations(range(COUNT)))
def test_any_other_order(order: list[int]) -> None:
    export = copied()
    export["rows"] = [export["rows"][position] for position in order]
    moved = [position for position, origin in enumerate(order) if position != origin]
    if moved:
        assert at_fault(export) == moved[0] + 1
    else:
        assert verify_export(export).count == COUNT


@given(source=positions, place=st.integers(0, COUNT))
def test_any_row_inserted(source: int, place: int) -> None:
    export = copied()
    export["rows"].insert(place, export["rows"][source])
    # A copy beside its original is the same list either way: the second of the two is the stranger.
    assert at_fault(export) == (place + 1 if place != source else source + 2)


def test_a_row_of_another_trail() -> None:
    export = copied()
    export["rows"][2] = trail("b" * 32)["rows"][2]
    assert at_fault(export) == 3


def test_a_forged_row_that_hashes_right_does_not_fit_the_next() -> None:
    export = copied()
    before = Head("a" * 32, 2, export["rows"][1]["row_hash"])
    export["rows"][2] = export_trail(link(before, NOW, [Entry("decision", "x", {})]), before)["rows"][0]  # type: ignore[index]
    assert at_fault(export) == 4


def test_a_trail_forged_to_its_end_does_not_fit_the_head() -> None:
    export = copied()
    before = Head("a" * 32, COUNT - 1, export["rows"][-2]["row_hash"])
    export["rows"][-1] = export_trail(link(before, NOW, [Entry("decision", "x", {})]), before)["rows"][0]  # type: ignore[index]
    assert at_fault(export) == 0


@pytest.mark.parametrize(
    ("name", "value", "seq"), [("count", COUNT - 1, COUNT), ("count", COUNT + 1, COUNT + 1), ("hash", "0" * 64, 0)]
)
def test_a_changed_head(name: str, value: object, seq: int) -> None:
    export = copied()
    export["head"][name] = value
    assert at_fault(export) == seq


def test_true_is_not_the_count_of_one_row() -> None:
    export = copied()
    export["rows"] = export["rows"][:1]
    export["head"] = {"count": True, "hash": export["rows"][0]["row_hash"]}
    assert at_fault(export) == 0


@pytest.mark.parametrize("change", ["added", "missing", "no row"])
def test_columns_that_are_none_of_a_row(change: str) -> None:
    export = copied()
    if change == "added":
        export["rows"][3]["remark"] = "no hash covers me"
    elif change == "missing":
        del export["rows"][3]["content"]
    else:
        export["rows"][3] = "row"
    assert at_fault(export) == 4


def test_another_workspace_cannot_claim_the_trail() -> None:
    export = copied() | {"workspace_id": "b" * 32}
    assert at_fault(export) == 1


def test_erased_content_is_no_fault_and_is_counted() -> None:
    export = copied()
    for row in export["rows"][:4]:
        row["content"] = None
    assert verify_export(export).erased == 4


def test_the_error_names_the_row_in_a_sentence() -> None:
    export = copied()
    export["rows"][4]["content"] = export["rows"][4]["content"].replace("defer", "run_now")
    with pytest.raises(TrailBroken, match=r"^row 5: its content was altered$"):
        verify_export(export)
