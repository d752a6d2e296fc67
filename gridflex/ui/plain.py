"""Text from outside inside Markdown: job ids, file names, what a service said."""

from __future__ import annotations

import re

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_SHORTHAND = re.compile(r"(\\[:@]|\bwww)")


def plain(text: str) -> str:
    """``text`` so that Markdown shows it letter by letter, on one line.

    CommonMark takes a backslash before any ASCII punctuation; a zero-width space keeps
    Streamlit from reading icons, emoji and addresses into what is left.
    """
    return _SHORTHAND.sub("\\1\u200b", _PUNCTUATION.sub(r"\\\1", " ".join(text.split())))
