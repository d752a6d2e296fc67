"""The tour of five minutes."""

from __future__ import annotations

from typing import Any


def test_the_tour_leads_to_the_pages_its_steps_speak_of(visitor: Any) -> None:
    before = {(link.proto.label, link.proto.page) for link in visitor.open().page.get("page_link")}
    toured = visitor.press("5-minute tour")
    assert "4. Open the queue" in toured.text
    links = {(link.proto.label, link.proto.page) for link in toured.page.get("page_link")} - before
    assert links == {("Queue", "queue"), ("System", "system")}
