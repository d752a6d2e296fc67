"""From a relaxed plan to whole jobs: each group's jobs are dealt over its shares."""

from __future__ import annotations

import numpy as np

from gridflex.planning.cap_columns import Groups, PauseGroups
from gridflex.planning.horizon import Bools, Floats, Ints


def deal_runs(groups: Groups, share: Floats, member: Ints, load: Floats) -> Ints:
    """A start for each job, so that every start gets its share of the group's load but for part of one job."""
    group, position = _positions(groups, member, load)
    return _at(share, group, position)


def deal_pauses(groups: PauseGroups, share: Floats, member: Ints, load: Floats) -> Bools:
    """Half-hours for each job (n, T): the sure ones and its group's count of the others.

    Systematic sampling: shares are at most 1, so steps of 1 never meet the same half-hour twice.
    """
    group, position = _positions(groups, member, load)
    parts = groups.sure[member]
    count = groups.count[group]
    for step in range(int(count.max(initial=0))):
        jobs = np.flatnonzero(count > step)
        parts[jobs, _at(share, group[jobs], position[jobs] + step)] = True
    return parts


def _positions(groups: Groups, member: Ints, load: Floats) -> tuple[Ints, Floats]:
    """Group of each job and its place (0 to 1) in the group's load, the largest jobs first."""
    group = groups.of[member]
    by_load = np.argsort(-load, kind="stable")
    order = by_load[np.argsort(group[by_load], kind="stable")]
    reached = np.cumsum(load[order])
    before = np.concatenate(([0.0], reached))[np.searchsorted(group[order], np.arange(len(groups.load)))]
    position = np.empty(len(load))
    position[order] = (reached - load[order] / 2 - before[group[order]]) / groups.load[group[order]]
    return group, np.clip(position, 0.0, 1.0 - 1e-12)


def _at(share: Floats, group: Ints, position: Floats) -> Ints:
    """Column in which the running sum of a group's shares first exceeds each position."""
    reached = np.cumsum(share, axis=1)
    whole = np.rint(reached[:, -1:])
    reached *= whole / reached[:, -1:]
    span = float(whole.max()) + 1.0
    flat = (reached + span * np.arange(len(share))[:, None]).reshape(-1)
    # A last sum a hair below the whole would let the last job slip into the next group.
    found = np.searchsorted(flat, position + span * group, side="right") - group * share.shape[1]
    last = share.shape[1] - 1 - (share > 0)[:, ::-1].argmax(axis=1)
    column: Ints = np.minimum(found, last[group])
    return column
