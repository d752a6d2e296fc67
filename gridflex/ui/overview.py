"""The Overview page, laid out: sentences, controls beside the hero, cards, three stories."""

from __future__ import annotations

import streamlit as st

from gridflex.agents.explain import Explained
from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.domain.controls import Controls
from gridflex.services.headline import mix_sentence, totals, worth_words
from gridflex.services.hero import hero
from gridflex.services.overview import Card, Overview, overview, stories
from gridflex.services.what_if import what_if
from gridflex.services.workspace import QueueKind
from gridflex.sources.sample_scenes import SCENES
from gridflex.ui import controls, faults, feed, frame, intake, planning, session, share, tour, worth_cards
from gridflex.ui.charts.hero import hero_figure, marks
from gridflex.ui.charts.style import CONFIG, legend
from gridflex.ui.palette import palette
from gridflex.ui.plain import plain

REFRESH = "60s"
LAST = 5


def show() -> None:
    """The whole page."""
    _top()
    frame.replay_banner()
    frame.freshness()
    _live()
    worth_cards.show()
    _more()


def _top() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.title("GridFlex")
        _replay_menu()
        tour.button()
        share.button()


def _replay_menu() -> None:
    scenes = {scene.title: scene for scene in SCENES}
    chosen = st.menu_button("Replay", list(scenes), icon=":material/replay:", help="Chosen moments of the sample year")
    if chosen:
        st.query_params["at"] = scenes[chosen].at.strftime("%Y-%m-%dT%H:%MZ")
        st.rerun()


@st.fragment(run_every=REFRESH)
@faults.told("live")
def _live() -> None:
    """Everything a slider moves. The chart is sent first, before even the controls: their state is known.

    It is worked out before any place is laid: what trickles in makes the browser draw the page more than once.
    """
    colours = palette(session.is_dark())
    here, decided = planning.prepared(), controls.planned()
    view = hero(decided.view, decided.plan, decided.rules.threshold, here.demand)
    chart = hero_figure(view, colours)
    sentences = st.container()
    left, right = st.columns([2, 3], gap="medium")
    with right:
        st.caption(legend(marks(view, colours)))
        st.plotly_chart(chart, key="hero", config=CONFIG, alt=view.alt)
    with left:
        controls.threshold_controls()
        energy = controls.energy_slider()
    found = overview(decided, here.possible_g, session.now())
    with sentences:
        _sentences(found, decided)
    with left:
        _imagined(energy, decided)
        controls.keep_button()
        with st.container(border=True):
            _cards(found.cards)


def _sentences(found: Overview, decided: Decisions) -> None:
    st.subheader(f"{found.title} {found.decided}", anchor=False)
    if found.worth:
        st.markdown(found.worth)
    if not found.sums.waiting:
        _quiet(decided)


def _quiet(decided: Decisions) -> None:
    """The rule defers nothing: say what waiting would still give, and offer it."""
    chosen = session.controls()
    better = Controls.model_validate({**chosen.model_dump(), "policy": "best-window"})
    sums = planning.remembered("better", (decided, better), lambda: totals(planning.decisions(better)))
    if not sums.waiting:
        st.markdown("Waiting gains nothing: planned by best window, no job would wait either.")
        return
    if chosen.policy == "best-window":
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"Waiting for the best window still {worth_words(sums.saved_g, sums.saved_gbp)}.")
        if "replay_at" not in st.session_state and st.button("Plan by best window", icon=":material/schedule:"):
            if session.change(lambda desk, here: desk.adopt(here, better, session.now(), "planned by best window")):
                st.session_state["policy"] = better.policy
                st.rerun()


def _imagined(energy: int, decided: Decisions) -> None:
    found = what_if(energy, decided.view, decided.plan.policy, decided.rules, session.workspace().site.pue)
    st.caption(f"{fmt.energy(energy)} over 5 h is {fmt.power(found.power_kw)}; {found.sentence}")


def _cards(cards: tuple[Card, ...]) -> None:
    # One element for all: each costs the browser some milliseconds on every move.
    st.markdown(
        "\n\n".join(f"{card.label} **{card.value}**  \n:gray[{card.caption}]" for card in cards),
        help="\n\n".join(f"**{card.label}.** {card.help}" for card in cards),
    )


def _more() -> None:
    # Few elements: the browser looks at each one again on every move of a slider, though nothing here changes.
    here, decided = planning.prepared(), planning.decisions(session.workspace().controls)
    st.caption("  \n".join(line for line in (here.demand and here.demand.sentence, mix_sentence(here.view)) if line))
    told = planning.remembered("stories", (decided,), lambda: stories(decided))
    with st.container(border=True):
        st.markdown(
            "\n\n".join(("#### Decisions that tell the story, plan in force", *(_story(*story) for story in told)))
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(frame.QUEUE, label="All decisions", icon=":material/arrow_forward:")
        if "replay_at" not in st.session_state:
            feed.button(LAST)
            _queue_switch()
    st.caption(_agents(decided))


def _story(title: str, job: Explained) -> str:
    what = f"**{title}** · {plain(job.kind)}, {fmt.energy(job.energy_kwh)}"
    return f"{what}  \n{plain(f'{job.job_id}: {job.sentence}')}"


def _agents(decided: Decisions) -> str:
    view, here = decided.view, session.workspace()
    return (
        f"Showing: {here.kind.label}{' (made by us, seeded)' if here.is_demo else ''} · "
        f"Workload: {fmt.plural(len(decided), 'job')} · Grid: {view.provenance.word} · "
        f"Orchestrator: {fmt.plural(len(decided), 'decision')} in {decided.took_ms:.2f} ms"
    )


def _queue_switch() -> None:
    kept = session.workspace().kind
    for kind, label in ((QueueKind.DEMO, "15 jobs"), (QueueKind.DAY, "A site's day")):
        if st.button("Start again" if kept is kind else label, key=f"queue_{kind}"):
            intake.start_demo(kind)
    st.page_link(frame.QUEUE, label="Upload yours", icon=":material/upload:")
