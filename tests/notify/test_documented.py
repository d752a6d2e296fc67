"""The receiver's check as docs/notifications.md has it, run on what is really sent."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gridflex.notify.webhook import signature

DOCUMENT = Path(__file__).parents[2] / "docs" / "notifications.md"


def test_the_documented_check_accepts_what_is_signed_and_nothing_else() -> None:
    found = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(), re.S)
    assert found
    names: dict[str, Any] = {}
    exec(found[1], names)
    body, now = b'{"id":"1"}', datetime.now(UTC)
    made = signature("whsec_a", body, now)
    assert names["genuine"]("whsec_a", made, body)
    assert not names["genuine"]("whsec_a", made, body + b" ")
    assert not names["genuine"]("whsec_b", made, body)
    old = signature("whsec_a", body, datetime.fromtimestamp(time.time() - 301, UTC))
    assert not names["genuine"]("whsec_a", old, body)
