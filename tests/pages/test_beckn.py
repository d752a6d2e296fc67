"""The Beckn page without a browser: windows, steps, misbehaviour, orders, the job of the queue, our own slots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from gridflex.beckn.provider.misbehaviour import Misbehaviour
from gridflex.services.beckn_lines import STEP_WORDS


def labels(visitor: Any) -> list[str]:
    """The timeline's steps as they are said, without the backslashes that keep them text."""
    said = [one.label.replace("\\", "").replace("\u200b", "") for one in visitor.page.expander]
    steps = [label for label in said if label.split(" · ")[0] in STEP_WORDS.values()]
    return [label.removesuffix(" · signature verified") for label in steps if not label.endswith("to come")]


def ahead(visitor: Any) -> list[str]:
    """The steps that are still to come."""
    return [one.label.split(" · ")[0] for one in visitor.page.expander if one.label.endswith("to come")]


def said(visitor: Any) -> str:
    return str(visitor.text).replace("\\", "").replace("\u200b", "")


def windows(visitor: Any) -> Any:
    return next(one.value for one in visitor.page.dataframe if "verdict" in one.value)


def orders(visitor: Any) -> Any:
    return next(one.value for one in visitor.page.dataframe if "order" in one.value)


def slots(visitor: Any) -> Any:
    return next(one.value for one in visitor.page.dataframe if "premium, £" in one.value)


def at_fault(visitor: Any, fault: Misbehaviour) -> Any:
    visitor.field("selectbox", "Misbehaviour").set_value(str(fault))
    return visitor.run()


def test_the_first_look_asks_for_windows_once(visitor: Any) -> None:
    visitor.open("beckn")
    assert "speaking to the embedded sandbox: nothing is sold" in visitor.text
    assert "8 windows found, 7 fit · next in 10 min" in said(visitor)
    assert ahead(visitor) == ["Select", "Init", "Confirm"]
    assert len(windows(visitor)) == 8
    assert (windows(visitor)["verdict"] == "chosen").sum() == 1
    assert [row.data["side"] for row in visitor.trail("beckn")] == ["buyer", "provider"]
    visitor.run().open().open("beckn")
    assert len(visitor.trail("beckn")) == 2, "a second look in the same half-hour asks nobody"


def test_a_new_half_hour_asks_anew(visitor: Any, site: Any) -> None:
    visitor.open("beckn")
    site.pass_time(minutes=15)
    visitor.run()
    assert [label.split(" · ")[0] for label in labels(visitor)] == ["Discover", "Discover"]
    assert len(visitor.trail("beckn")) == 4


def test_run_all_ends_in_a_confirmed_order_that_is_still_there_after_a_reload(
    visitor: Any, make_visitor: Callable[[], Any]
) -> None:
    visitor.open("beckn").press("Run all")
    assert [label.split(" · ")[0] for label in labels(visitor)] == ["Discover", "Choose", "Select", "Init", "Confirm"]
    assert ":green-badge[confirmed]" in visitor.text
    assert "Run all" not in visitor.buttons
    again = make_visitor().open("beckn", w=visitor.address["w"])
    assert labels(again) == labels(visitor)
    assert orders(again)["state"].tolist() == ["confirmed"]
    assert again.platform_verifies()


def test_one_step_at_a_time_and_back_out(visitor: Any) -> None:
    visitor.open("beckn")
    for step, state in (("select", "quoted"), ("init", "initialised"), ("confirm", "confirmed")):
        visitor.press(f"Next step: {step}")
        assert f"badge[{state}]" in visitor.text
    visitor.press("Cancel order")
    assert "badge[cancelled]" in visitor.text
    assert orders(visitor)["state"].tolist() == ["cancelled"]
    visitor.press("New order")
    assert "badge[discovered]" in visitor.text
    assert "Run all" in visitor.buttons


def test_after_an_order_status_rating_support_and_a_shift(visitor: Any) -> None:
    visitor.open("beckn").press("Run all").press("Status")
    assert labels(visitor)[-1].endswith("the order is confirmed")
    visitor.press("Get support")
    assert "support: GridFlex, support@gridflex.example" in labels(visitor)[-1]
    visitor.press("Shift")
    assert "MW shifted to" in labels(visitor)[-1]
    visitor.page.session_state["beckn_stars"] = 3
    visitor.run().press("Send")
    assert labels(visitor)[-1].endswith("the provider has taken the rating")
    rated = visitor.trail("beckn")[0].data
    assert (rated["action"], rated["side"]) == ("rating", "buyer")


ENDS = {
    Misbehaviour.NONE: ("confirmed", "confirmed"),
    Misbehaviour.TIME_OUT: ("confirmed", "confirmed, as its status says"),
    Misbehaviour.NACK: ("failed", "insufficient grid capacity"),
    Misbehaviour.WINDOW_GONE: ("failed", "the window is no longer available"),
    Misbehaviour.PRICE_CHANGED: ("failed", "the price is now £"),
    Misbehaviour.PRICE_AT_CONFIRM: ("cancelled", "the provider has cancelled the order"),
    Misbehaviour.OVER_BUDGET: ("failed", "is over the carbon budget"),
    Misbehaviour.CARBON_SPIKE: ("confirmed", "Carbon intensity rises to"),
}


@pytest.mark.parametrize("mode", ["async", "sync"])
@pytest.mark.parametrize("fault", Misbehaviour)
def test_every_misbehaviour_is_handled_in_sight(visitor: Any, fault: Misbehaviour, mode: str) -> None:
    at_fault(visitor.open("beckn"), fault)
    visitor.field("segmented_control", "Answers").set_value(mode)
    visitor.run().press("Run all")
    state, sentence = ENDS[fault]
    assert visitor.platform_verifies()
    if mode == "sync":  # an adapter swallows every reason, and nothing can be pushed through it
        assert f"badge[{'quoted' if fault is Misbehaviour.NACK else state}]" in visitor.text
        return
    assert f"badge[{state}]" in visitor.text
    assert sentence in labels(visitor)[-1]
    assert ahead(visitor) == []
    assert ("did not come off" in said(visitor)) == (state in ("failed", "cancelled"))
    assert ("Try another window" in visitor.buttons) == (state in ("failed", "cancelled"))


def test_an_alert_is_shown_and_answered(visitor: Any) -> None:
    at_fault(visitor.open("beckn"), Misbehaviour.CARBON_SPIKE).press("Run all")
    assert "The provider has raised an alert." in visitor.text
    visitor.press("Answer alert")
    assert "The alert is answered" in visitor.text
    assert "Answer alert" not in visitor.buttons


def test_after_a_failure_another_window_is_tried(visitor: Any, site: Any) -> None:
    at_fault(visitor.open("beckn"), Misbehaviour.WINDOW_GONE).press("Run all")
    first = orders(visitor)["window"][0]
    site.pass_time(seconds=1)
    at_fault(visitor, Misbehaviour.NONE).press("Try another window").press("Run all")
    assert orders(visitor)["state"].tolist() == ["confirmed", "failed"]
    assert orders(visitor)["window"][0] != first
    assert "tried before, without success" in windows(visitor)["verdict"].tolist()


def test_the_address_sets_the_sliders_and_a_link_would_say_them(visitor: Any) -> None:
    visitor.open("beckn", workload_kwh="20000", run_hours="4", renewables="50", threshold="100")
    assert "20 MWh over 4 h × PUE 1 is **5 MW**" in said(visitor).replace("20.0 MWh", "20 MWh").replace("5.00", "5")
    reasons = " ".join(windows(visitor)["verdict"])
    assert "MW needed" in reasons
    assert "above the threshold of 100" in reasons
    visitor.field("slider", "Renewables at least, %").set_value(60)
    visitor.run()
    assert "below the 60 % asked for" in " ".join(windows(visitor)["verdict"])
    assert len(visitor.trail("beckn")) == 2, "a slider asks nobody"


def test_nothing_fits_and_nothing_is_ordered(visitor: Any) -> None:
    visitor.open("beckn", threshold="0").press("Run all")
    assert "8 windows found, 0 fit" in said(visitor)
    assert "Choose did not come off: 8 windows found, 0 fit: none can be ordered. The queue keeps" in said(visitor)
    assert "none can be ordered" in labels(visitor)[-1]
    visitor.press("Ask again")
    assert "No window fits. Raise the threshold" in said(visitor)
    assert "badge[discovered]" in visitor.text


def test_a_window_picked_by_hand_is_the_one_ordered(visitor: Any) -> None:
    visitor.open("beckn")
    table = windows(visitor)
    row = table["verdict"].tolist().index("fits")
    visitor.page.session_state["beckn_pick"] = "none of these"
    assert (windows(visitor.run())["verdict"] == "chosen").sum() == 1
    # AppTest cannot click a row; what the click leaves behind is the window's key
    names = table["window"].tolist()
    visitor.page.session_state["beckn_pick"] = _key(visitor, names[row])
    visitor.run().press("Run all")
    assert orders(visitor)["window"][0] == names[row]
    assert "chosen by hand" in labels(visitor)[1]


def _key(visitor: Any, name: str) -> str:
    import json

    from gridflex.services.beckn_keeper import WINDOW
    from gridflex.store.workspaces import workspace_id
    from gridflex.ui import session

    kept = session.platform().order_desk.orders
    mine = workspace_id(visitor.address["w"])
    (order,) = kept.listed(mine, WINDOW)
    found = kept.load(mine, order.transaction_id)
    assert found is not None
    record = json.loads(json.dumps(found[1]))
    windows = [one["window"] for one in record["candidates"]]
    return next(f"{one['item_id']}/{one['offer_id']}" for one in windows if one["name"] == name)


def test_a_replay_shows_the_windows_of_its_moment_and_writes_nothing(visitor: Any) -> None:
    visitor.open("beckn")
    written = visitor.trail()
    visitor.open("beckn", at="2026-01-06T17:00Z")
    assert "8 windows found" in said(visitor)
    assert windows(visitor)["run_from_uk"].dt.strftime("%Y-%m").unique().tolist() == ["2026-01"]
    assert not {"Run all", "Publish", "Cancel order"} & set(visitor.buttons)
    visitor.field("slider", "Renewables at least, %").set_value(90)
    visitor.run()
    assert "0 fit" in said(visitor)
    assert visitor.trail() == written


def _waiting_row(visitor: Any) -> int:
    return int(visitor.open("queue").jobs["action"].map(list).tolist().index(["wait"]))


def test_a_job_of_the_queue_is_booked_and_shows_its_order(visitor: Any) -> None:
    row = _waiting_row(visitor)
    name = visitor.jobs["job"][row]
    visitor.choose(row).button("Book a window over Beckn").click()
    visitor.again()
    assert visitor.title == "Beckn"
    visitor.open("beckn")  # AppTest itself does not follow a page that switches to another
    assert visitor.field("selectbox", "What is to run").value == name
    visitor.press("Run all")
    assert "badge[confirmed]" in visitor.text
    order = orders(visitor)["order"][0]
    assert orders(visitor)["workload"][0] == name
    bound = visitor.trail("override")[0]
    assert (bound.subject, order in bound.data["reason"]) == (name, True)
    visitor.open("queue").choose(row)
    assert f"Bound by order {order} over Beckn" in visitor.text
    assert "Override" not in visitor.buttons
    assert "An energy window is ordered for it" in visitor.jobs["why"][row]
    visitor.button("Show its order").click()
    visitor.again()
    assert order in said(visitor.open("beckn"))
    visitor.press("Cancel order")
    visitor.open("queue").choose(row)
    assert "Override" in visitor.buttons
    assert visitor.platform_verifies()


def test_another_job_is_another_order(visitor: Any) -> None:
    visitor.open("beckn").press("Run all")
    jobs = visitor.field("selectbox", "What is to run").options
    visitor.field("selectbox", "What is to run").set_value(jobs[1])
    visitor.run()
    assert "badge[discovered]" in visitor.text
    assert "Run all" in visitor.buttons
    visitor.field("selectbox", "What is to run").set_value(jobs[0])
    visitor.run()
    assert orders(visitor)["state"].tolist() == ["confirmed"]


def test_our_slots_are_published_booked_and_freed(visitor: Any) -> None:
    visitor.open("beckn").press("Publish")
    offered = slots(visitor)
    assert len(offered) >= 8
    assert (offered["premium, p/kWh"] == 2.0).all()
    visitor.press("Let a grid agent book one")
    assert len(slots(visitor)) == len(offered) - 1
    both = next(one.value for one in visitor.page.dataframe if "same bytes" in one.value)
    assert both["action"].tolist() == ["discover", "select", "init", "confirm"]
    assert both["same bytes"].all()
    bound = visitor.trail("override")[0]
    assert "booked by grid-agent.gridflex.example" in bound.data["reason"]
    visitor.open("queue")
    row = visitor.jobs["job"].tolist().index(bound.subject)
    assert "A grid agent has booked it" in visitor.jobs["why"][row]
    assert "Book a window over Beckn" not in visitor.choose(row).buttons
    visitor.open("beckn").press("The grid agent cancels the newest")
    assert len(slots(visitor)) == len(offered)
    assert visitor.trail("override")[0].data["action"] == "free"
    visitor.press("Withdraw")
    assert "Let a grid agent book one" not in visitor.buttons
    assert visitor.platform_verifies()


def test_an_order_runs_and_its_figures_come_back(visitor: Any, site: Any) -> None:
    visitor.open("beckn").press("Run all")
    site.pass_time(hours=40)
    visitor.run()
    assert "badge[completed]" in visitor.text
    assert "What the provider reports of the run" in visitor.text
    figures = next(one.value for one in visitor.page.dataframe if "figure" in one.value)
    assert {"energyConsumed", "actualCost"} <= set(figures["figure"])


def test_a_job_id_from_outside_is_text(visitor: Any) -> None:
    visitor.open("queue").press("Add job")
    visitor.field("text_input", "Job id").input("**bold** <b>x</b>")
    visitor.page.button[0].click()
    visitor.press("Add job").open("beckn")
    chosen = visitor.field("selectbox", "What is to run")
    assert "**bold** <b>x</b>" in chosen.options
    chosen.set_value("**bold** <b>x</b>")
    visitor.run().press("Run all").press("Publish")
    page = visitor.page
    marked = "\n".join(str(one.value) for kind in (page.markdown, page.caption, page.toast) for one in kind)
    assert "**bold**" not in marked
    assert orders(visitor)["workload"][0] == "**bold** <b>x</b>"


def _card() -> None:
    import streamlit as st

    from gridflex.ui import beckn_card, session

    st.title("Card")
    session.open_visit("overview")
    found = beckn_card.card()
    st.text(f"{found.value} · {found.caption}" if found else "none")


def test_the_overviews_card_says_what_the_page_says(site: Any, visitor: Any) -> None:
    said_by_card = AppTest.from_function(_card, default_timeout=20).run().text[0].value
    assert said_by_card == "8 windows, 7 fit · next in 10 min · Glasgow, 72 g/kWh"
    assert "8 windows found, 7 fit · next in 10 min" in said(visitor.open("beckn"))


def messages(visitor: Any) -> set[str]:
    """What the session remembers the messages' expanders by."""
    return {one.proto.id for one in visitor.page.expander if one.label in ("Request", "Answer")}


def test_a_second_journey_leaves_nothing_more_for_the_session_to_remember(visitor: Any) -> None:
    first = messages(visitor.open("beckn").press("Run all"))
    assert len(first) == 8, "discover, select, init and confirm, each with its request and answer"
    assert messages(visitor.press("New order").press("Run all")) == first
