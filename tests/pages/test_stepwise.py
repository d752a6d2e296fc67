"""A computation in steps: left between them, and begun anew after one that raised."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest

from gridflex.errors import PlanError
from gridflex.ui.stepwise import Stepwise


def two_steps(faults: Iterator[bool]) -> Generator[None, None, list[str]]:
    found = ["first"]
    yield
    if next(faults):
        raise PlanError("No plan can be made of this.")
    return [*found, "second"]


def test_a_step_at_a_time_until_it_is_done() -> None:
    work = Stepwise(lambda: two_steps(iter([False])))
    work.advance()
    assert not work.done
    work.advance()
    assert (work.done, work.finish()) == (True, ["first", "second"])
    work.advance()
    assert work.finish() == ["first", "second"]


def test_after_a_step_that_raised_it_begins_anew_and_can_still_come_to_its_end() -> None:
    faults = iter([True, True, False])
    work = Stepwise(lambda: two_steps(faults))
    work.advance()
    for _ in range(2):  # and the same error is told again, none of its own
        with pytest.raises(PlanError, match="No plan"):
            work.finish()
        assert not work.done
    assert work.finish() == ["first", "second"]
