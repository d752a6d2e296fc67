"""Colours, one set a theme, checked for colour-blindness and contrast; never the only sign."""

from __future__ import annotations

from dataclasses import dataclass

RULE = "#8A8F98"
"""Rules, bands and annotations: readable on both themes."""


@dataclass(frozen=True)
class Palette:
    """Colours of one theme. ``index`` runs from very low to very high."""

    index: tuple[str, str, str, str, str]
    carbon: str
    execute: str
    defer: str
    shift: str
    cancelled: str
    band: str
    window: str
    ink: str
    page: str


LIGHT = Palette(
    index=("#00695C", "#2E9E8F", "#B58900", "#C8581B", "#7A1F3D"),
    carbon="#7A1F3D",
    execute="#0F766E",
    defer="#B58900",
    shift="#2B6CB0",
    cancelled=RULE,
    band="rgba(122,31,61,0.14)",
    window="rgba(181,137,0,0.20)",
    ink="#171614",
    page="#FFFFFF",
)

DARK = Palette(
    index=("#5FD3BC", "#2FA08E", "#E3C04C", "#F08A4B", "#F06292"),
    carbon="#F06292",
    execute="#5FD3BC",
    defer="#E3C04C",
    shift="#7FB2E5",
    cancelled=RULE,
    band="rgba(240,98,146,0.18)",
    window="rgba(227,192,76,0.20)",
    ink="#F3F1EC",
    page="#171614",
)


def palette(dark: bool) -> Palette:
    """The palette of the visitor's theme."""
    return DARK if dark else LIGHT
