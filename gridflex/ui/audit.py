"""The Audit page: filter the trail, verify its chain, take it away."""

from __future__ import annotations

import json

import streamlit as st

from gridflex.domain import format as fmt
from gridflex.errors import TrailBroken
from gridflex.store.chain import Row
from gridflex.ui import feed, frame, planning, session

KINDS = (
    *("plan", "decision", "override", "undo", "approval", "upload", "setting", "scenario"),
    *("rule", "notice", "key", "settled", "beckn"),
)
PAGE = 200


def show() -> None:
    """The whole page."""
    st.title("Audit")
    frame.replay_banner()
    if "replay_at" in st.session_state:
        st.info("A replay writes nothing; go back to live to read the trail.", icon=":material/replay:")
        return
    _verified()
    kind, text = _filters()
    trail, name = session.platform().trail, session.workspace().id
    rows = trail.rows(name, kind=kind, text=text or None, limit=PAGE)
    count = trail.count(name, kind=kind, text=text or None)
    st.caption(f"{fmt.plural(count, 'row')}" + (f", the newest {PAGE} shown" if count > PAGE else ""))
    if rows:
        _table(rows)
    else:
        st.info("No row matches this filter.", icon=":material/filter_alt_off:")
    _export()


def _verified() -> None:
    trail, here = session.platform().trail, session.workspace()
    try:
        found = planning.remembered("verified", (here.id, trail.count(here.id)), lambda: trail.verify(here.id))
    except TrailBroken as broken:
        st.error(f"The chain does not verify: {broken}.", icon=":material/link_off:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge("chain verified", icon=":material/verified:", color="green")
        st.caption(f"{fmt.plural(found.count, 'row')}, {fmt.clock(session.now())} UK time, head {found.hash[:16]}…")


def _filters() -> tuple[str | None, str]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox("Kind", KINDS, None, key="audit_kind", placeholder="every kind", width=200)
        text = st.text_input("Contains", key="audit_text", max_chars=80, placeholder="job id or word", width=260)
    return kind, text


def _table(rows: list[Row]) -> None:
    chosen = st.dataframe(
        {
            "row": [row.seq for row in rows],
            "UK time": [fmt.date_clock(row.moment) for row in rows],
            "kind": [row.kind for row in rows],
            "about": [row.subject for row in rows],
            "what": [_what(row) for row in rows],
            "hash": [row.row_hash[:12] for row in rows],
        },
        hide_index=True,
        key="trail",
        on_select="rerun",
        selection_mode="single-row",
        column_config={"what": st.column_config.TextColumn("what", width="large")},
        alt=f"The newest {len(rows)} rows of the audit trail.",
    )
    for at in chosen.selection.rows:
        row = rows[int(at)]
        with st.container(border=True):
            st.caption(f"Row {row.seq}, written {row.at}")
            st.code(feed.as_json(row.content), language="json")
            st.caption(f"content {row.content_hash} · previous {row.prev_hash} · row {row.row_hash}")


def _what(row: Row) -> str:
    said = row.data
    if said is None:
        return "erased; its hash is kept"
    for name in ("sentence", "cause", "reason"):
        if name in said:
            return str(said[name])
    return json.dumps(said)[:200]


def _export() -> None:
    trail, name = session.platform().trail, session.workspace().id  # the download is made outside the visit's run
    st.download_button(
        "Export the whole trail",
        lambda: json.dumps(trail.export(name), indent=1),
        "gridflex-trail.json",
        "application/json",
        icon=":material/download:",
        on_click="ignore",
    )
    st.caption(
        "The export carries every row, the head (count and last hash) and the recipe by which anyone can verify it."
    )
