"""Undo: what the last override, upload or setting changed, and how it is taken back.

Nothing is taken out of the trail: taking back is a change like any other, with a row that names
the one it answers by its time and, where that is not the plan's own row, by the hash of its content.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np

from gridflex.agents.commitments import NOT_YET, Commitments
from gridflex.domain.controls import Controls, Site
from gridflex.domain.halfhours import epoch_half_hour, parse_utc
from gridflex.domain.job_frame import frame_from_json, frame_to_json
from gridflex.domain.modes import Mode
from gridflex.domain.tariff import Tariff
from gridflex.errors import InputError
from gridflex.planning.horizon import Bools
from gridflex.services.former import Undoable
from gridflex.services.modes import switched
from gridflex.services.workspace import QueueKind, Workspace
from gridflex.store.chain import Entry, canonical, digest, utc_text

WORD = ("start", "pinned", "cancelled", "action", "rationale")
"""Columns of the commitments that a person's word changes."""

SETTINGS = ("site", "controls", "tariff")


def of_override(workspace: Workspace, rows: Iterable[int], entry: Entry, said: str, now: datetime) -> Undoable:
    """How to take back a word on the jobs of ``rows``; ``workspace`` is as it was before."""
    before, names = workspace.before, workspace.frame["job_id"]
    words = {
        str(names.iat[row]): {
            "columns": {name: getattr(before, name)[row].item() for name in WORD},
            "pauses": before.pauses.get(row, ()),
            "reason": workspace.reasons.get(str(names.iat[row])),
        }
        for row in rows
    }
    return _undoable(entry, said, now, {"jobs": words})


def of_setting(workspace: Workspace, entry: Entry | None, said: str, now: datetime) -> Undoable:
    """How to take back other settings."""
    state = {name: getattr(workspace, name).model_dump(mode="json") for name in SETTINGS}
    return _undoable(entry, said, now, {**state, "mode": str(workspace.mode)})


def of_jobs_added(names: list[str], entry: Entry, said: str, now: datetime) -> Undoable:
    """How to take back jobs that came to the others."""
    return _undoable(entry, said, now, {"added": names})


def of_queue_replaced(workspace: Workspace, entry: Entry | None, said: str, now: datetime) -> Undoable:
    """How to get the former queue back."""
    queue = {
        "seed": workspace.seed,
        "kind": str(workspace.kind),
        "anchor": workspace.anchor.isoformat(),
        "jobs": frame_to_json(workspace.frame),
        "before": workspace.before.to_state(),
        "reasons": workspace.reasons,
    }
    return _undoable(entry, said, now, {"queue": queue})


def undone(workspace: Workspace, now: datetime) -> tuple[Workspace, Entry]:
    """The workspace without its last change, and the compensating row.

    Raises InputError where there is none, or where what it changed has begun to run.
    """
    last = workspace.last
    if last is None:
        raise InputError("There is nothing to undo: no override, upload or setting since the last undo.")
    former = last.former
    if "jobs" in former:
        changed = _words_back(workspace, former["jobs"], now)
    elif "added" in former:
        changed = _without(workspace, former["added"], now)
    elif "queue" in former:
        changed = _queue_back(workspace, former["queue"], last.at, now)
    else:
        changed = _settings_back(workspace, former, now)
    content = {
        "undoes": last.kind,
        "said": last.said,
        "written_at": utc_text(last.at),
        "content_sha256": last.content_sha256,
    }
    return replace(changed, last=None), Entry("undo", last.subject, content)


def _undoable(entry: Entry | None, said: str, now: datetime, former: dict[str, Any]) -> Undoable:
    if entry is None:  # the plan's row has it all
        return Undoable("plan", "", said, now, None, former)
    return Undoable(entry.kind, entry.subject, said, now, digest(canonical(entry.content)), former)


def _words_back(workspace: Workspace, words: dict[str, Any], now: datetime) -> Workspace:
    before, present = workspace.before, epoch_half_hour(now)
    named = workspace.frame["job_id"].isin(list(words)).to_numpy(np.bool_)
    rows = np.flatnonzero(named & ~before.begun(present) & ~before.ordered)
    if not len(rows):
        raise InputError("It can no longer be undone: what it changed has begun, or is bound by an order.")
    columns = {name: getattr(before, name).copy() for name in WORD}
    reasons, pauses = dict(workspace.reasons), dict(before.pauses)
    for row in rows.tolist():
        name = str(workspace.frame["job_id"].iat[row])
        word = words[name]["columns"]
        missed = NOT_YET < word["start"] < present
        for column, values in columns.items():
            values[row] = word[column]
        if missed:  # its hour went by under the word that is taken back
            columns["start"][row], columns["pinned"][row] = present, False
        pauses.pop(row, None)
        if (used := words[name].get("pauses")) and not missed:
            pauses[row] = tuple(used)
        reasons.pop(name, None)
        if words[name]["reason"] is not None:
            reasons[name] = words[name]["reason"]
    return replace(workspace, before=replace(before, **columns, pauses=pauses), reasons=reasons)


def _without(workspace: Workspace, names: list[str], now: datetime) -> Workspace:
    before = workspace.before
    added = workspace.frame["job_id"].isin(names).to_numpy(np.bool_)
    stays = ~added | before.begun(epoch_half_hour(now)) | before.ordered
    if stays.all():
        raise InputError("It can no longer be undone: the jobs that came have begun, or are bound by an order.")
    frame = workspace.frame[stays].reset_index(drop=True)
    return replace(workspace, frame=frame, before=before.taken(np.flatnonzero(stays)))


def _queue_back(workspace: Workspace, queue: dict[str, Any], at: datetime, now: datetime) -> Workspace:
    present = epoch_half_hour(now)
    before = Commitments.from_state(queue["before"])
    slept: Bools = (before.start >= epoch_half_hour(at)) & (before.start < present) & ~before.cancelled
    pinned = before.pinned & ~slept
    return replace(
        workspace,
        seed=int(queue["seed"]),
        kind=QueueKind(queue["kind"]),
        anchor=parse_utc(queue["anchor"]),
        frame=frame_from_json(queue["jobs"]),
        before=replace(before.put_off(slept, present), pinned=pinned),
        reasons=dict(queue["reasons"]),
    )


def _settings_back(workspace: Workspace, former: Mapping[str, Any], now: datetime) -> Workspace:
    back = replace(
        workspace,
        site=Site.model_validate(former["site"]),
        controls=Controls.model_validate(former["controls"]),
        tariff=Tariff.model_validate(former["tariff"]),
    )
    return switched(back, Mode(former["mode"]), now)
