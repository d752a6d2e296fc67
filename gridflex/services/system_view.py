"""The System page's rows: agents, sources, store, versions, settings."""

from __future__ import annotations

import platform as machine
from dataclasses import dataclass
from importlib.metadata import version

from gridflex import __version__
from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.domain.regions import region_name
from gridflex.planning.policies import POLICIES
from gridflex.services.platform import Platform
from gridflex.services.self_checks import SelfChecks

LIBRARIES = ("streamlit", "plotly", "pandas", "numpy", "pydantic", "httpx", "SQLAlchemy")
MARKET_SOURCES = (
    ("elexon", "Wholesale prices (Elexon)"),
    ("portal", "Auction results (NESO data portal)"),
    ("agile", "Octopus Agile"),
)


@dataclass(frozen=True)
class StatusRow:
    """One part of the system: a state word, its age and a sentence."""

    part: str
    state: str
    since: str
    note: str


def agent_rows(decisions: Decisions) -> list[StatusRow]:
    """The three agents, by what they last did."""
    view = decisions.view
    count, policy = fmt.plural(len(decisions), "decision"), POLICIES[decisions.plan.policy].title
    return [
        StatusRow("Workload agent", "ok", "", f"{fmt.plural(len(decisions), 'job')} in the queue"),
        StatusRow("Grid agent", view.provenance.word, "", f"{region_name(view.region)}, price: {view.price_name}"),
        StatusRow("Orchestrator agent", "ok", "", f"{count} in {decisions.took_ms:.3f} ms by {policy}"),
    ]


def source_rows(shared: Platform, region: int) -> list[StatusRow]:
    """Where values come from, how old they are, and the last error in a sentence."""
    now = shared.clock()
    state = shared.feed.state(region, now)
    age = f"{fmt.span(now - state.snapshot.fetched_at)} ago" if state.snapshot else "never"
    due = f"next due {fmt.clock(state.next_due)}" if state.next_due else ""
    word = "live" if state.live else "cached" if state.snapshot else "no answer yet"
    notes = "; ".join(state.snapshot.notes) if state.snapshot else ""
    said = " · ".join(part for part in (state.error, state.archive_note, notes, due) if part)
    requests = f"{fmt.plural(state.requests_today, 'request')} today"
    return [
        StatusRow("Carbon intensity (NESO, CC BY 4.0)", word, age, f"{requests}{' · ' if said else ''}{said}"),
        *_market_rows(shared),
        StatusRow("Sample grid", "ready", "", "Embedded model of a GB year, always labelled sample"),
        StatusRow("Audit trail", shared.database.durability.word, "", shared.database.durability.note),
    ]


def uptime_row(checks: SelfChecks) -> StatusRow:
    """Checks passed of those due; a percentage only once there is a day of them."""
    if not checks.counting:
        return StatusRow("Self-checks", "not counted", "", "Served as a plain script; asgi.py counts a check a minute")
    found = checks.report()
    word = f"{found.passed:,} of {found.due:,} passed"
    claim = "uptime is claimed after 24 h" if found.percent is None else f"uptime {found.percent:.2f} %"
    note = f"{claim} · last failure: {found.last_error}" if found.last_error else claim
    return StatusRow("Self-checks", word, fmt.date_clock(found.since), note)


def _market_rows(shared: Platform) -> list[StatusRow]:
    """The market sources as they were last asked; this asks none: only a page that needs one does."""
    feed, now = shared.markets.feed, shared.clock()
    sent = feed.requests_on(now.date())
    rows = []
    for name, title in MARKET_SOURCES:
        state = feed.known(name)
        word = "not asked yet"
        if state is not None:
            word = state.provenance.word if state.value is not None else "no answer yet"
        age = f"{fmt.span(now - state.last_success)} ago" if state and state.last_success else "never"
        said = [fmt.plural(sent[name], "request") + " today", state.error if state else None, state and state.note]
        rows.append(StatusRow(title, word, age, " · ".join(part for part in said if part)))
    return rows


def version_rows() -> list[tuple[str, str]]:
    """GridFlex, Python and the libraries that matter."""
    return [
        ("GridFlex", __version__),
        ("Python", machine.python_version()),
        *((lib, version(lib)) for lib in LIBRARIES),
    ]
