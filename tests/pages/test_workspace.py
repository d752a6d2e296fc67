"""The workspace's own part of the System page: keys, and its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gridflex.store.api_keys import ApiKeys
from gridflex.store.workspaces import workspace_id
from tests.receiving import receiving


def make_key(visitor: Any, name: str) -> str:
    visitor.open("system")
    visitor.field("text_input", "Name of a new key").input(name)
    visitor.press("Create key")
    text: str = visitor.page.code[0].value
    return text


def test_a_key_is_shown_once_and_revoked(visitor: Any, site: Any) -> None:
    text = make_key(visitor, "a **bold** one")
    keys = ApiKeys(site.platform.database)
    found = keys.use(text, site.now)
    assert found is not None
    assert found.workspace_id == workspace_id(visitor.address["w"])
    visitor.run()
    assert not visitor.page.code
    assert "never" not in str(visitor.page.dataframe[1].value), "its use is seen"
    assert "**bold**" not in "\n".join(one.value for one in visitor.page.markdown)
    visitor.press("Revoke")
    assert keys.use(text, site.now) is None
    assert visitor.page.dataframe[1].value["state"].tolist() == ["revoked"]
    assert "Revoke" not in visitor.buttons


def test_a_key_without_a_name_is_refused_in_a_sentence(visitor: Any) -> None:
    visitor.open("system").press("Create key")
    assert "needs a name" in visitor.page.error[0].value


def test_forget_me_takes_a_confirmation_and_ends_the_token(
    visitor: Any, site: Any, make_visitor: Callable[[], Any]
) -> None:
    visitor.open("queue").press("Run everything now")
    token = visitor.address["w"]
    name, rows = workspace_id(token), len(visitor.trail())
    assert visitor.open("system").button("Forget me").disabled
    box = visitor.field("checkbox", "Yes, delete all of it; it cannot be undone.").check()
    visitor.run().press("Forget me")
    assert visitor.address["w"] != token
    again = visitor.field("checkbox", "Yes, delete all of it; it cannot be undone.")
    assert again.key != box.key, "another box: a browser keeps the tick of the old one"
    assert "wait" in str(visitor.open("queue").jobs["action"].tolist()), "a new demo"
    again = make_visitor().open("queue", w=token)
    assert again.address["w"] != token
    trail = site.platform.trail.verify(name)
    assert (trail.count, trail.erased) == (rows + 1, rows)


def test_a_rule_is_made_tested_and_removed(
    start_site: Callable[..., Any], make_visitor: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDFLEX_WEBHOOK_ALLOW_PRIVATE", "true")
    site = start_site()
    visitor = make_visitor().open("system")
    with receiving() as receiver:
        visitor.field("text_input", "Web address (https)").input(receiver.url)
        visitor.press("Add rule")
        secret = visitor.page.code[0].value
        assert secret.startswith("whsec_")
        assert secret not in str(visitor.trail("rule")[0].content)
        visitor.press("Send a test")
        assert "Test delivered" in visitor.page.success[0].value
        assert not visitor.page.code, "it was shown once"
        assert "X-GridFlex-Signature" in receiver.requests[0][0]
        receiver.status = 404
        site.pass_time(minutes=1)
        visitor.press("Send a test")
        assert "Test refused" in visitor.page.error[0].value
    log = visitor.run().page.dataframe[1].value
    assert (log["status"].tolist(), log["reason"].tolist()) == (
        ["refused", "delivered"],
        ["answered 404", "answered 204"],
    )
    visitor.press("Remove")
    assert "There is no rule yet." in visitor.text


def test_an_address_that_may_not_be_asked_is_refused_in_a_sentence(visitor: Any) -> None:
    visitor.open("system").field("text_input", "Web address (https)").input("https://192.168.0.1/in")
    visitor.press("Add rule")
    assert "only public ones are asked" in visitor.page.error[0].value
