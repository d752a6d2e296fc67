"""The database gone under the pages: a sentence and a button on every one of them, and all is well once it is back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gridflex.ui.faults import AWAY

PAGES = sorted(page.stem for page in (Path(__file__).parents[2] / "pages").glob("*.py"))


@contextmanager
def away(site: Any, table: str = "workspaces") -> Iterator[None]:
    """The table cannot be found meanwhile."""
    database = site.platform.database
    for name, other in ((table, "elsewhere"), ("elsewhere", table)):
        with database.write() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {name} RENAME TO {other}")
        if name == table:
            yield


def said(visitor: Any) -> tuple[list[str], list[str]]:
    """Errors and buttons of a page that may not have come up."""
    visitor.page.run()
    assert not visitor.page.exception
    return [one.value for one in visitor.page.error], visitor.buttons


def test_every_page_says_it_in_a_sentence_and_offers_to_try_again(
    site: Any, visitor: Any, caplog: pytest.LogCaptureFixture
) -> None:
    visitor.open()
    with away(site):
        for name in PAGES:
            visitor.page.switch_page(f"../../pages/{name}.py")
            assert said(visitor) == ([AWAY], ["Try again"]), name
    assert "no such table" in caplog.text or "does not exist" in caplog.text
    visitor.press("Try again")
    assert not visitor.page.error
    assert visitor.platform_verifies()
    caplog.clear()


def test_a_first_visit_is_told_and_begins_once_it_is_back(
    site: Any, make_visitor: Callable[[], Any], caplog: pytest.LogCaptureFixture
) -> None:
    guest = make_visitor()
    with away(site):
        assert said(guest) == ([AWAY], ["Try again"])
    guest.press("Try again")
    assert guest.title == "GridFlex"
    assert len(guest.trail()) == 16
    caplog.clear()


def test_a_change_that_cannot_be_kept_is_told_without_the_database_s_words(
    site: Any, visitor: Any, caplog: pytest.LogCaptureFixture
) -> None:
    visitor.open("queue")
    rows = len(visitor.trail())
    with away(site, "trail_heads"):
        visitor.press("Run everything now")
        assert [one.value for one in visitor.page.error] == [AWAY]
    assert "trail_heads" in caplog.text
    visitor.press("Run everything now")
    assert len(visitor.trail()) > rows
    caplog.clear()
