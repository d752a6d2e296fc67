"""Every error GridFlex raises on purpose.

GridFlexError
├── InputError            what a person gave is wrong: the text says what, and what to do
│   ├── RowsRefused       some rows of a file are wrong: each is listed, the good ones are kept
│   └── AddressRefused    a notice may not be sent there: not public, or no web address
├── SettingsError         the environment is wrong: at start, or once a database that was away is found newer
├── SourceError           an outside service did not give a usable answer
│   ├── Unreachable       no answer in time, or the line broke
│   ├── UpstreamRefused   it answered with an error of its own
│   └── InvalidAnswer     it answered, and the answer cannot be true
├── PlanError             a plan that was asked for cannot be made
├── BecknError            a step of the energy network's protocol did not come off
│   ├── NoAnswer          the line gave no whole answer; says whether the message can have arrived
│   ├── Nack              the peer refused: an error status, an error body, or a NACK inside a 200
│   ├── InvalidMessage    the peer answered, and the message cannot be read or cannot be true
│   ├── SignatureRefused  a signature is missing, wrong, out of time or by an unknown key
│   ├── TermsBroken       price, cost, capacity or carbon are not what was agreed
│   ├── NoWindowFits      no window offered fits the workload: each has its reason
│   └── OutOfOrder        the step cannot follow the state the order is in
└── StoreError            what must be kept could not be kept, or is not what was kept
    ├── Conflict          someone else saved first: load again, then decide again
    │   └── Forgotten     the workspace was forgotten meanwhile: nothing is written for it any more
    └── TrailBroken       the audit trail does not verify: names the first row at fault
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class GridFlexError(Exception):
    """Base of all errors raised on purpose. Its text is a sentence fit for a page."""


class InputError(GridFlexError):
    """What a person gave is wrong; the text says what was wrong and what is allowed."""


@dataclass(frozen=True)
class RowProblem:
    """One wrong cell of a file: counted as a person counts, the first row of data is 1."""

    row: int
    column: str
    value: str
    allowed: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.column}: {self.value!r}; allowed: {self.allowed}"


class RowsRefused(InputError):
    """Some rows were refused. ``problems`` holds every one of them."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        self.problems = tuple(problems)
        rows = len({problem.row for problem in self.problems})
        super().__init__(f"{rows} row{'s' if rows != 1 else ''} refused: {self.problems[0] if self.problems else ''}")


class AddressRefused(InputError):
    """A notice may not be sent to this address; the text says why."""


class SettingsError(GridFlexError):
    """The environment holds a value that cannot be used."""


class SourceError(GridFlexError):
    """An outside service did not give a usable answer."""


class Unreachable(SourceError):
    """No answer within the time-out, or the connection failed."""


class UpstreamRefused(SourceError):
    """The service answered with an error of its own (HTTP status or error body)."""


class InvalidAnswer(SourceError):
    """The service answered, and the answer cannot be true."""


class PlanError(GridFlexError):
    """A plan that was asked for cannot be made."""


class BecknError(GridFlexError):
    """A step of the energy network's protocol did not come off."""


class NoAnswer(BecknError):
    """No whole answer came. ``sent`` is False only where no byte can have reached the peer."""

    def __init__(self, text: str, sent: bool) -> None:
        self.sent = sent
        super().__init__(text)


class Nack(BecknError):
    """The peer refused. ``status`` is the HTTP status, ``code`` the peer's own word for it."""

    def __init__(self, text: str, status: int, code: str = "") -> None:
        self.status = status
        self.code = code
        super().__init__(text)


class InvalidMessage(BecknError):
    """The peer's message cannot be read, is not ours, or cannot be true."""


class SignatureRefused(BecknError):
    """A signature does not prove who sent these bytes; the text says what was wrong."""


class TermsBroken(BecknError):
    """What the peer states is not what was agreed, or does not add up."""


class NoWindowFits(BecknError):
    """No window offered fits the workload."""


class OutOfOrder(BecknError):
    """The step cannot follow the state the order is in."""


class StoreError(GridFlexError):
    """What must be kept could not be kept, or is not what was kept."""


class Conflict(StoreError):
    """Someone else saved the same thing first; nothing was written."""


class Forgotten(Conflict):
    """The workspace was forgotten meanwhile; nothing was written, and trying again is of no use."""


class TrailBroken(StoreError):
    """The audit trail does not verify. ``seq`` is the first row at fault (0: the head)."""

    def __init__(self, seq: int, reason: str) -> None:
        self.seq = seq
        super().__init__(f"row {seq}: {reason}" if seq else f"head: {reason}")
