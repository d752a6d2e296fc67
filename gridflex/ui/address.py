"""Controls in the address: what each parameter sets, what it may be, and how a link says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import streamlit as st

from gridflex.domain.controls import Aim, Controls, ThresholdMode
from gridflex.planning.policies import POLICIES
from gridflex.ui.replay import PARAMETERS


@dataclass(frozen=True)
class Number:
    """A number a widget shows, from ``low`` to ``high`` by ``step``; ``scale`` of its units make one of the field's.

    Where ``optional``, zero stands for none.
    """

    field: str
    low: int
    high: int
    step: int = 1
    scale: int = 1
    optional: bool = False

    def shown(self, controls: Controls) -> float:
        """What the widget shows for the controls."""
        return self.on_step((getattr(controls, self.field) or 0) * self.scale)

    def read(self, text: str) -> float:
        """What the widget shows for a text. Raises ValueError for what it would refuse."""
        value = float(text)
        if not self.low <= value <= self.high:
            raise ValueError(text)
        return self.on_step(value)

    def meant(self, value: float) -> float | None:
        """The field for what is shown; an address may have put a slider between two steps."""
        shown = self.on_step(value)
        return None if self.optional and shown == 0 else shown / self.scale

    def text(self, controls: Controls) -> str:
        """What a link says."""
        return f"{self.shown(controls):g}"

    def on_step(self, value: float) -> float:
        """The nearest value the widget can show."""
        return float(value) if self.scale > 1 else round(value / self.step) * self.step


@dataclass(frozen=True)
class Choice:
    """One of a few words; ``labels`` are what the address has for each."""

    field: str
    labels: Mapping[str, str]

    def shown(self, controls: Controls) -> str:
        """What the widget shows for the controls."""
        return str(getattr(controls, self.field))

    def read(self, text: str) -> str:
        """What the widget shows for a text. Raises ValueError for what it would refuse."""
        for word, label in self.labels.items():
            if label == text:
                return word
        raise ValueError(text)

    def meant(self, value: str) -> str:
        """The field for what is shown."""
        return value

    def text(self, controls: Controls) -> str:
        """What a link says."""
        return self.labels[self.shown(controls)]


@dataclass(frozen=True)
class Switch:
    """On or off."""

    field: str

    def shown(self, controls: Controls) -> bool:
        """What the widget shows for the controls."""
        return bool(getattr(controls, self.field))

    def read(self, text: str) -> bool:
        """What the widget shows for a text. Raises ValueError for what it would refuse."""
        if text not in ("true", "false"):
            raise ValueError(text)
        return text == "true"

    def meant(self, value: bool) -> bool:
        """The field for what is shown."""
        return value

    def text(self, controls: Controls) -> str:
        """What a link says."""
        return str(self.shown(controls)).lower()


PLAIN = Controls()
THRESHOLD = Number("threshold", 0, 400, 5)
CLEANEST = Number("cleanest_percent", 5, 100, 5)
GAIN = Number("minimum_gain_percent", 0, 20)
PENCE = Number("price_limit", 0, 100, scale=100)
CARBON_PRICE = Number("carbon_price", 0, 500, 5)
DELAY_PENCE = Number("delay_cost", 0, 200, scale=100)
CAP = Number("cap_kw", 0, 20_000, 10, optional=True)
CARBON_CAP = Number("carbon_cap", 0, 400, 5, optional=True)
CARBON_CAP_KG = Number("carbon_cap_kg", 0, 10_000_000, optional=True)

CONTROLS: Mapping[str, Number | Choice | Switch] = MappingProxyType(
    {
        "threshold": THRESHOLD,
        "mode": Choice("mode", {str(mode): str(mode) for mode in ThresholdMode}),
        "cleanest": CLEANEST,
        "policy": Choice("policy", {name: policy.title for name, policy in POLICIES.items()}),
        "gain": GAIN,
        "price_limit": PENCE,
        "aim": Choice("aim", {str(aim): str(aim) for aim in Aim}),
        "carbon_price": CARBON_PRICE,
        "delay": DELAY_PENCE,
        "cap": CAP,
        "carbon_cap": CARBON_CAP,
        "carbon_cap_kg": CARBON_CAP_KG,
        "headroom": Switch("headroom"),
    }
)
"""By parameter, which is also the widget's key."""


LIMITS = ("cap", "headroom", "carbon_cap", "carbon_cap_kg", "gain", "price_limit")
"""Those whose widgets are drawn only while their popover is open."""

SHOWN = "shown"
CARRIED = ("w", *PARAMETERS)


def restore(kept: Controls) -> None:
    """At the start of a visit: what the address says, else what was kept, for pages with the widget or without."""
    for key, control in CONTROLS.items():
        try:
            st.session_state.setdefault(key, control.read(st.query_params[key]))
        except (KeyError, ValueError):
            if control.shown(kept) != control.shown(PLAIN):
                st.session_state.setdefault(key, control.shown(kept))


def carry(page: str) -> None:
    """On another page than before, take along what Streamlit leaves behind: token, moment, and controls."""
    state = st.session_state
    if state.get("page") in (None, page):
        return
    for key, value in state.get(SHOWN, {}).items():
        state[key] = value
    lost = {name: text for name, text in state["carried"].items() if name not in st.query_params}
    st.query_params.update(lost)


def note(page: str, kept: Controls) -> None:
    """Put the controls in a new page's address, before its widgets are there and write for themselves."""
    if st.session_state.get("page") != page:
        st.query_params.update(parameters(chosen(kept)))
        st.session_state["page"] = page
    st.session_state["carried"] = {name: st.query_params[name] for name in CARRIED if name in st.query_params}


def say(keys: Iterable[str], controls: Controls) -> None:
    """Keep the address true for controls whose widgets do not write it themselves."""
    wanted = parameters(controls)
    for key in keys:
        if key in wanted and st.query_params.get(key) != wanted[key]:
            st.query_params[key] = wanted[key]
        elif key not in wanted and key in st.query_params:
            del st.query_params[key]


def chosen(kept: Controls) -> Controls:
    """The controls as they stand on the page, else as they are kept."""
    state = st.session_state
    state[SHOWN] = {key: state[key] for key in CONTROLS if state.get(key) is not None}
    fields = {CONTROLS[key].field: CONTROLS[key].meant(value) for key, value in state[SHOWN].items()}
    return Controls.model_validate({**kept.model_dump(), **fields})


def parameters(controls: Controls) -> dict[str, str]:
    """What of the controls is not the default, as a link says it."""
    return {
        key: control.text(controls)
        for key, control in CONTROLS.items()
        if control.shown(controls) != control.shown(PLAIN)
    }
