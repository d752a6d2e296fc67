"""Work too long for one move of a slider, done step by step.

A move waits for the run before it: Streamlit ends a run early for the whole page, never for
a fragment. So a run takes one step, and the next is asked for by a timer.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any, Generic, TypeVar

import streamlit as st

Found = TypeVar("Found")

PAUSE_S = 0.2


class Stepwise(Generic[Found]):
    """A computation that can be left between its steps. One whose step raised begins anew at the next."""

    def __init__(self, begin: Callable[[], Generator[None, None, Found]]) -> None:
        self._begin = begin
        self._steps: Generator[None, None, Found] | None = None
        self.done = False
        self._found: Found | None = None

    def advance(self) -> None:
        """Take one step, if any is left. Raises what the step raises."""
        if self.done:
            return
        steps, self._steps = self._steps or self._begin(), None
        try:
            next(steps)
        except StopIteration as end:
            self._found, self.done = end.value, True
        else:
            self._steps = steps

    def finish(self) -> Found:
        """Take all steps that are left."""
        while not self.done:
            self.advance()
        assert self._found is not None
        return self._found


def go_on(work: Sequence[Stepwise[Any]], saying: str) -> None:
    """Take a step a run until all is done, then draw the page with what was found."""
    st.fragment(_step, run_every=PAUSE_S)(work, saying)


def _step(work: Sequence[Stepwise[Any]], saying: str) -> None:
    st.caption(f":material/hourglass_top: *planning* – {saying}")
    for each in work:
        if not each.done:
            each.advance()
            break
    if all(each.done for each in work):
        st.rerun()
