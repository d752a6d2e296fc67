"""A desk on a fresh database, over a grid that is dirty until 19:00, fair until 21:00 and clean until 23:00."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bench import Bench, bench, stepped

CARBON = stepped((2, 200), (4, 140), (6, 100), then=180)


@pytest.fixture
def here() -> Iterator[Bench]:
    with bench(CARBON) as found:
        yield found
