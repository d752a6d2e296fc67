"""How far GridFlex may go by itself with one workspace's jobs."""

from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """Advise: the plan is shown, and a job that may wait starts at a person's word alone.

    Approve: the plan in force runs by itself, a better one waits for a person's yes. Automatic: a
    better plan is taken each half-hour. Jobs that may not wait run at once in all three.
    """

    ADVISE = "advise"
    APPROVE = "approve"
    AUTOMATIC = "automatic"

    @property
    def sentence(self) -> str:
        """What it means, for the page."""
        return {
            "advise": "The plan is shown; a job that may wait starts at your word alone. Critical jobs run at once.",
            "approve": "The plan in force runs by itself; a better one is proposed and waits for your click.",
            "automatic": "Each half-hour a better plan is taken by itself, if it gains more than the margin.",
        }[self.value]
