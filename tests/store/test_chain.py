"""The hashes, recomputed by hand, and what a stranger can do with an export."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta, timezone

import pytest

from gridflex.errors import InputError, TrailBroken
from gridflex.store.chain import Entry, Head, canonical, digest, link, storable, utc_text, verify_rows
from gridflex.store.export import export_trail, verify_export

WORKSPACE = "0123456789abcdef0123456789abcdef"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def test_two_rows_by_hand(now: datetime) -> None:
    entries = [
        Entry("plan", "", {"threshold_g": 150, "at": "17:00"}),
        Entry("decision", "Zürich-7", {"action": "defer", "why": "é"}),
    ]
    first, second = link(Head(WORKSPACE), now, entries)

    assert first.content == '{"at":"17:00","threshold_g":150}'
    first_content = sha256('{"at":"17:00","threshold_g":150}')
    first_hash = sha256(f'["{WORKSPACE}",1,"2026-01-08T17:00:00.000000Z","plan","","{first_content}","{"0" * 64}"]')
    assert (first.content_hash, first.prev_hash, first.row_hash) == (first_content, "0" * 64, first_hash)

    second_content = sha256('{"action":"defer","why":"\\u00e9"}')
    line = (
        f'["{WORKSPACE}",2,"2026-01-08T17:00:00.000000Z","decision","Z\\u00fcrich-7","{second_content}","{first_hash}"]'
    )
    assert (second.content_hash, second.prev_hash, second.row_hash) == (second_content, first_hash, sha256(line))

    verified = verify_rows([first, second], Head(WORKSPACE, 2, sha256(line)))
    assert (verified.count, verified.hash, verified.erased) == (2, sha256(line), 0)


def test_a_chain_goes_on_where_it_ended(now: datetime) -> None:
    rows = link(Head(WORKSPACE), now, [Entry("setting", "", {"cap_kw": 500})])
    more = link(Head(WORKSPACE, 1, rows[0].row_hash), now, [Entry("setting", "", {"cap_kw": 400})])
    assert [row.seq for row in rows + more] == [1, 2]
    assert verify_rows(rows + more, Head(WORKSPACE, 2, more[0].row_hash)).count == 2


def test_no_rows_is_a_trail_too() -> None:
    assert verify_rows([], Head(WORKSPACE)).count == 0
    assert verify_export(export_trail([], Head(WORKSPACE))).count == 0


def test_the_order_of_keys_does_not_matter_and_values_do() -> None:
    assert canonical({"b": 1, "a": [1.5, None]}) == canonical({"a": [1.5, None], "b": 1}) == '{"a":[1.5,null],"b":1}'
    assert canonical({"a": 1}) != canonical({"a": 1.0}) != canonical({"a": "1"})


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_refused(number: float, now: datetime) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        link(Head(WORKSPACE), now, [Entry("plan", "", {"saved_g": number})])


def test_times_are_written_one_way(now: datetime) -> None:
    summer = timezone(timedelta(hours=1))
    assert utc_text(now.astimezone(summer)) == utc_text(now) == "2026-01-08T17:00:00.000000Z"
    with pytest.raises(InputError, match="no time zone"):
        utc_text(now.replace(tzinfo=None))


def test_text_that_no_database_keeps_is_made_fit_in_the_subject_alone(now: datetime) -> None:
    assert storable("a\0b\ud800c😀") == "a\ufffdb\ufffdc😀"
    assert storable("\ud83d\ude00") == "😀"
    (row,) = link(Head(WORKSPACE), now, [Entry("upload", "\ud800" * 1000, {"name": "\0\ud800"})])
    assert row.subject == "\ufffd" * 200
    assert row.data == {"name": "\0\ud800"}
    assert row.moment == now


def test_half_a_surrogate_pair_is_not_its_spelling() -> None:
    assert digest("\ud800") != digest("\\ud800")


def test_an_export_survives_a_file_and_says_how_to_check_it(now: datetime) -> None:
    rows = link(Head(WORKSPACE), now, [Entry("plan", "", {"n": n}) for n in range(3)])
    export = export_trail(rows, Head(WORKSPACE, 3, rows[-1].row_hash))
    assert verify_export(json.loads(json.dumps(export))).count == 3
    assert "sha256" in str(export["recipe"])


@pytest.mark.parametrize("what", [None, [], {}, {"format": "gridflex-trail-1"}, {"format": 1, "head": {}, "rows": []}])
def test_what_is_no_export_is_not_taken_for_an_empty_trail(what: object) -> None:
    with pytest.raises(TrailBroken, match="not an export"):
        verify_export(what)
