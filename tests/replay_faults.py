"""What the replay can be told to do wrong, by what it costs: shared by the tests of pages and of the API."""

HARMLESS = ("slow", "duplicate", "unsorted", "nullactual", "zeroactual")
HOLED = ("gap", "short")
"""The present half-hour is still published; what is missing ahead is filled."""
BROKEN = (
    "500",
    "503",
    "400",
    "reset",
    "html",
    "garbage",
    "empty",
    "emptydata",
    "strings",
    "huge",
    "negative",
    "misdated",
)
