"""What the Beckn page works on in one run: the outlook, the way to the network, the journey at hand."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from gridflex.agents.rules import objective_of
from gridflex.beckn.journey import Journey
from gridflex.beckn.provider.misbehaviour import Misbehaviour
from gridflex.beckn.record import Record
from gridflex.beckn.states import ENDS, State
from gridflex.beckn.vocabulary import Dialect, Mode
from gridflex.domain.halfhours import floor_half_hour
from gridflex.errors import Conflict, GridFlexError
from gridflex.services.beckn_commit import bound_job, free_lost, is_lost, settle
from gridflex.services.beckn_desk import Dealing, Opened, OrderDesk, rehearsed
from gridflex.services.beckn_outlook import Outlook, outlook_of
from gridflex.services.beckn_sandbox import TestBench
from gridflex.services.beckn_workload import chooser
from gridflex.store.orders import StoredOrder
from gridflex.ui import faults, planning, session
from gridflex.ui.beckn_wish import IMAGINED, Asked

NEW = "new"
UNDECIDED = frozenset({State.NEW, State.DISCOVERED})


def desk() -> OrderDesk:
    """The process's order desk."""
    return session.platform().order_desk


def refresh_outlook() -> Outlook:
    """The zones as this visitor sees the grid; the same object until something changes."""
    found = outlook_of(session.regional(), session.price())
    kept: Outlook | None = st.session_state.get("beckn_outlook")
    if kept is None or not found.same_as(kept):
        kept = st.session_state["beckn_outlook"] = found
    return kept


def outlook() -> Outlook:
    """The outlook of this run; a slider's move does not ask the grid again."""
    found: Outlook = st.session_state["beckn_outlook"]
    return found


def bench() -> TestBench:
    """The test bench as it is set."""
    state = st.session_state
    return TestBench(
        Mode(state.get("beckn_mode") or Mode.ASYNC),
        Dialect(state.get("beckn_dialect") or Dialect.DEG),
        Misbehaviour(state.get("beckn_fault") or Misbehaviour.NONE),
    )


def dealing() -> Dealing:
    """This workspace's way to the network."""
    here, objective = session.workspace(), objective_of(session.controls())
    return desk().dealing(here.id, outlook(), bench(), chooser(objective), here.site.region)


def look_after() -> None:
    """See to this workspace's orders, and free the jobs of those that have ended."""
    desk().look_after(dealing(), session.now())
    orders, here = desk().listed(session.workspace().id), session.workspace()
    if any(is_lost(here, one, session.now()) for one in orders):
        session.change(lambda desk, here: free_lost(desk, here, orders, session.now()))


def at_hand() -> Opened | None:
    """The journey on the page, as it was kept last; None where a new one is to begin."""
    wanted = st.session_state.get("beckn_txn") or _latest()
    return desk().resume(dealing(), wanted) if wanted and wanted != NEW else None


def _latest() -> str:
    """The newest journey that is not at its end: of the job that is chosen, else of any."""
    job = st.session_state.get("beckn_job") or IMAGINED
    kept = [one for one in desk().listed(session.workspace().id) if one.state not in ENDS]
    mine = [one for one in kept if job in (IMAGINED, one.job_id) or one.state in UNDECIDED]
    return mine[0].transaction_id if mine else ""


def opened(asked: Asked, found: Opened | None) -> Opened:
    """The journey for what is asked: the one at hand, a new one where there is none."""
    if found is None:
        return desk().begin(dealing(), asked.workload, asked.queue)
    if found.record.state in UNDECIDED:
        found.aim(asked.workload, asked.queue)
    return found


def replayed(asked: Asked) -> Journey:
    """What would have been offered at the replayed moment; written nowhere."""
    here = session.workspace()

    def rehearse() -> Journey:
        objective = chooser(objective_of(session.controls()))
        return rehearsed(outlook(), asked.workload, objective, here.site.region, session.now())

    found = planning.remembered("beckn_rehearsal", (outlook(),), rehearse)
    found.reconsider(asked.workload)
    return found


def is_stale(record: Record) -> bool:
    """Whether the windows found are of an earlier half-hour."""
    found_at = record.discovered_at
    return record.state in UNDECIDED and (found_at is None or found_at < floor_half_hour(session.now()))


def picked(record: Record) -> str:
    """The window the visitor has picked, if it fits; else empty: the objective chooses."""
    key = str(st.session_state.get("beckn_pick", ""))
    return key if any(one.fits and one.window.key == key for one in record.candidates) else ""


def preferred(record: Record) -> str:
    """The window that would be ordered: the one chosen, else the visitor's pick, else the objective's."""
    fitting = [one for one in record.candidates if one.fits]
    if record.choice is not None or not fitting:
        return record.choice.key if record.choice else ""
    return picked(record) or chooser(objective_of(session.controls()))(fitting, record.workload).key


def act(found: Opened, do: Callable[[Opened], object]) -> None:
    """Take steps, bring the queue in line with what they led to, and run the page again; or say why not.

    Steps on a real network are taken in the background; ``finish`` sees to what they led to.
    """
    st.session_state["beckn_txn"] = found.record.transaction_id

    def take() -> None:
        if desk().remote is None:
            do(found)
            return
        found.keeper(found.record)
        desk().errands.send(found.record.transaction_id, lambda: do(found), session.now())

    if finish(found, take):
        st.rerun()


def finish(found: Opened, report: Callable[[], object]) -> bool:
    """Whether the steps that ``report`` takes or tells of came to an end; the queue then follows the order."""
    try:
        report()
    except Conflict as conflict:
        st.toast(f"{conflict} It has been loaded again.", icon=":material/sync_problem:")
    except GridFlexError as problem:
        st.error(faults.sentence(problem, "journey"))
        return False
    if not _settled(found):
        _settled(found)
    return True


def _settled(found: Opened) -> bool:
    """Whether the queue follows the order; a workspace that another tab has changed is tried once more."""
    before = bound_job(session.workspace(), found.record.order_id)
    done = session.change(lambda desk, here: settle(desk, here, found, session.now()))
    if done and not before and bound_job(session.workspace(), found.record.order_id):
        st.toast("The job is bound to the order's run; the plan honours it.", icon=":material/link:")
    return done


def show_order(order: StoredOrder) -> None:
    """Put an earlier order on the page."""
    st.session_state["beckn_txn"] = order.transaction_id
