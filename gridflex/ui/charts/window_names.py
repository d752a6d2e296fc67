"""Where the names on the windows' chart stand: clear of each other, of the marks and of the threshold's label."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gridflex.services.beckn_view import Spot, WindowMap

PLOT_PX = (365.0, 345.0)
"""How large the plot is on a desktop; labels are kept apart by it."""

LEAST_PX, MOST_PX, RING_PX = 10.0, 30.0, 14.0

FLOOR = 0.1
"""Room below zero for the marks and names of the cleanest windows, as a share of the axis' top."""

SIDES = {
    "top center": (0, 1),
    "bottom center": (0, -1),
    "middle right": (1, 0),
    "middle left": (-1, 0),
    "top right": (1, 1),
    "top left": (-1, 1),
    "bottom right": (1, -1),
    "bottom left": (-1, -1),
}
HALF_LINE_PX, CHARACTER_PX = 7.0, 6.5
NAME_WEIGHT = 4
Box = tuple[float, float, float, float]
"""Middle across and up, half width and half height, pixels."""


def label_places(view: WindowMap) -> dict[Spot, str]:
    """Where each window's name stands beside its mark: the first side that hides least, a name above all."""
    drawn, names = _drawn(view), threshold_box(view)
    places: dict[Spot, str] = {}
    for spot in view.spots:
        boxes = {side: _name_box(spot, view, *way) for side, way in SIDES.items()}
        hidden = {side: NAME_WEIGHT * _met(box, names) + _met(box, drawn) + _leaves(box) for side, box in boxes.items()}
        places[spot] = min(hidden, key=hidden.__getitem__)
        names.append(boxes[places[spot]])
    return places


def _met(box: Box, others: Sequence[Box]) -> int:
    return sum(_meet(box, other) for other in others)


def _drawn(view: WindowMap) -> list[Box]:
    """Every mark and every window's line."""
    marks = [(*_pixels(spot, view), reach_px(spot, view), reach_px(spot, view)) for spot in view.spots]
    lines = [
        (*_pixels(spot, view), (spot.ends - spot.begins) / 2 / view.width * PLOT_PX[0], 1.0) for spot in view.spots
    ]
    return [*marks, *lines]


def _name_box(spot: Spot, view: WindowMap, right: int, up: int) -> Box:
    x, y = _pixels(spot, view)
    half = CHARACTER_PX / 2 * len(spot.label)
    away = reach_px(spot, view) / 0.8 + 1  # as plotly.js keeps a text from its mark
    return x + right * (away + half), y + up * (away + HALF_LINE_PX), half, HALF_LINE_PX


def _leaves(box: Box) -> bool:
    return not (box[2] <= box[0] <= PLOT_PX[0] - box[2] and box[3] <= box[1])


def _pixels(spot: Spot, view: WindowMap) -> tuple[float, float]:
    return middle(spot) / view.width * PLOT_PX[0], _up_px(spot.intensity, view)


def _meet(one: Box, other: Box) -> bool:
    return abs(one[0] - other[0]) < one[2] + other[2] and abs(one[1] - other[1]) < one[3] + other[3]


def middle(spot: Spot) -> float:
    """A window's middle on the axis."""
    return (spot.begins + spot.ends) / 2


def mark_px(spot: Spot, view: WindowMap) -> float:
    """Size of a window's mark: its area is the power free."""
    most = max(one.capacity_mw for one in view.spots) or 1.0
    return LEAST_PX + (MOST_PX - LEAST_PX) * math.sqrt(spot.capacity_mw / most)


def reach_px(spot: Spot, view: WindowMap) -> float:
    """Pixels from a mark's middle to its edge, or to its ring's."""
    return mark_px(spot, view) / 2 + (RING_PX / 2 if spot.chosen else 0.0)


def threshold_text(view: WindowMap) -> str:
    """The threshold's label."""
    return f"threshold {view.threshold:.0f}"


def threshold_box(view: WindowMap) -> list[Box]:
    """The threshold's label: at an end of its line, above or below, where it meets least; none without a line."""
    if view.threshold > view.top:
        return []
    half, line = CHARACTER_PX / 2 * len(threshold_text(view)), threshold_px(view)
    places: list[Box] = [
        (x, y, half, HALF_LINE_PX)
        for y in (line + HALF_LINE_PX, line - HALF_LINE_PX)
        for x in (half, PLOT_PX[0] - half)
    ]
    return [min(places, key=lambda box: _met(box, _drawn(view)) + _leaves(box))]


def threshold_px(view: WindowMap) -> float:
    """Height of the threshold's line in the plot."""
    return _up_px(view.threshold, view)


def _up_px(intensity: float, view: WindowMap) -> float:
    return (intensity / view.top + FLOOR) / (1 + FLOOR) * PLOT_PX[1]
