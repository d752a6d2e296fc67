"""Other jobs in a workspace: a file instead of the queue or added to it, or a demo queue begun again."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

import pandas as pd

from gridflex.agents.commitments import Commitments
from gridflex.domain.halfhours import floor_half_hour
from gridflex.errors import InputError
from gridflex.services.demo_workspace import demo_workspace
from gridflex.services.undoing import of_jobs_added, of_queue_replaced
from gridflex.services.workspace import QueueKind, Workspace, with_jobs
from gridflex.store.chain import Entry


def begun_again(workspace: Workspace, kind: QueueKind, now: datetime, seed: int | None, cause: str) -> Workspace:
    """With a demo queue released now, under another ``seed`` where one is given."""
    seed = workspace.seed if seed is None else seed
    fresh = demo_workspace(workspace.token, workspace.id, now, seed, kind)
    last = of_queue_replaced(workspace, None, cause, now)
    queue = with_jobs(workspace, fresh.frame, kind, fresh.before)
    return replace(queue, seed=seed, anchor=fresh.anchor, reasons={}, last=last)


def upload_entry(frame: pd.DataFrame, cause: str, *, added: bool) -> Entry:
    """The trail's row of jobs that came: how many, and the hash by which the file is known."""
    digest = hashlib.sha256(frame.to_csv(index=False).encode()).hexdigest()
    return Entry("upload", "", {"cause": cause, "jobs": len(frame), "sha256": digest, "added": added})


def with_others(workspace: Workspace, frame: pd.DataFrame, upload: Entry, cause: str, now: datetime) -> Workspace:
    """With the jobs of ``frame`` in place of its own; nothing is decided on them yet."""
    changed = with_jobs(workspace, frame.reset_index(drop=True), QueueKind.OWN, Commitments.none(len(frame)))
    last = of_queue_replaced(workspace, upload, cause, now)
    return replace(changed, anchor=floor_half_hour(now), reasons={}, last=last)


def with_more(workspace: Workspace, frame: pd.DataFrame, upload: Entry, cause: str, now: datetime) -> Workspace:
    """With the jobs of ``frame`` beside its own. Raises InputError for an id that is there already."""
    twice = set(frame["job_id"]) & set(workspace.frame["job_id"])
    if twice:
        raise InputError(f"Job {min(twice)!r} is in the queue already; give it another id.")
    both = pd.concat([workspace.frame, frame], ignore_index=True)
    changed = with_jobs(workspace, both, QueueKind.OWN, workspace.before.extended(len(frame)))
    return replace(changed, last=of_jobs_added(frame["job_id"].tolist(), upload, cause, now))
