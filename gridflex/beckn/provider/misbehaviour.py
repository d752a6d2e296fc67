"""What the embedded provider can be told to do wrong, for demonstration and tests."""

from __future__ import annotations

from enum import StrEnum


class Misbehaviour(StrEnum):
    """Each happens at the step its sentence names; the value is the word on the page."""

    NONE = "none"
    TIME_OUT = "time-out"
    NACK = "NACK"
    WINDOW_GONE = "window gone"
    PRICE_CHANGED = "price changed"
    PRICE_AT_CONFIRM = "price changed at confirm"
    OVER_BUDGET = "over budget"
    CARBON_SPIKE = "carbon spike"

    @property
    def sentence(self) -> str:
        """What happens, for the page."""
        return _SENTENCES[self]


_SENTENCES = {
    Misbehaviour.NONE: "The provider behaves.",
    Misbehaviour.TIME_OUT: "The order is booked at confirm, but the answer never comes.",
    Misbehaviour.NACK: "The provider refuses init.",
    Misbehaviour.WINDOW_GONE: "The window is no longer available at confirm.",
    Misbehaviour.PRICE_CHANGED: "The price is a fifth higher at init than it was offered at.",
    Misbehaviour.PRICE_AT_CONFIRM: "The order is confirmed, at a price that was not agreed.",
    Misbehaviour.OVER_BUDGET: "The intensity at init is half as high again: the carbon budget would be broken.",
    Misbehaviour.CARBON_SPIKE: "After confirm an on_update says that intensity and price have risen.",
}
