"""Keys from the environment, and what each opens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.api.keys import LIFE, Holder, Key, KeyRing, token_of, visitor_key
from gridflex.errors import SettingsError
from gridflex.settings import read_settings
from gridflex.store.workspaces import workspace_id
from tests.api.conftest import NOW

FIRST, SECOND = "first-operator-key-long", "second-operator-key-long"


def test_keys_and_origins_are_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (read_settings().operator_keys(), read_settings().origins()) == ((), ())
    monkeypatch.setenv("GRIDFLEX_API_KEYS", f" {FIRST}, {SECOND},")
    monkeypatch.setenv("GRIDFLEX_CORS_ORIGINS", "https://a.example,https://b.example")
    found = read_settings()
    assert found.operator_keys() == (FIRST, SECOND)
    assert found.origins() == ("https://a.example", "https://b.example")
    assert FIRST not in str(found.described()) + repr(found)


def test_a_key_anyone_might_guess_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDFLEX_API_KEYS", f"{FIRST},secret")
    with pytest.raises(SettingsError, match="GRIDFLEX_API_KEYS every key must have 16 characters or more") as refused:
        read_settings()
    assert "secret" not in str(refused.value)


def test_each_operators_key_opens_a_workspace_of_its_own() -> None:
    ring = KeyRing((FIRST, SECOND))
    assert ring.read(FIRST, NOW) == Key(Holder.OPERATOR, token_of(FIRST))
    assert len({workspace_id(token_of(key)) for key in (FIRST, SECOND)}) == 2


def test_a_visitors_key_has_an_end() -> None:
    ring, key = KeyRing(), visitor_key(NOW)
    assert ring.read(key, NOW + LIFE - timedelta(seconds=1)) == Key(Holder.VISITOR, token_of(key))
    assert ring.read(key, NOW + LIFE) is None
    assert visitor_key(NOW) != key


@given(st.text())
def test_no_text_is_taken_for_an_operators_key(text: str) -> None:
    found = KeyRing((FIRST,)).read(text, NOW)
    assert found is None or (found.holder is Holder.OPERATOR) == (text == FIRST)
