"""No cell that a spreadsheet runs, and each text back as it was; nothing else writes CSV."""

from __future__ import annotations

import ast
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridflex.domain.spreadsheet import csv_text, neutral, plain, row_writer

ROOT = Path(__file__).parents[2] / "gridflex"
SIGNS = "=+-@\t\r\n＝＋－＠"
WRITERS = {"domain/spreadsheet.py"}
DIGESTED = {"services/queue_changes.py"}
"""Hashes a table and hands it to nobody."""


@pytest.mark.parametrize("sign", SIGNS)
def test_a_formula_becomes_text_at_the_start_and_after_a_semicolon(sign: str) -> None:
    assert neutral(f"{sign}1") == f"'{sign}1"
    assert neutral(f"a;{sign}1") == f"a;'{sign}1"
    assert neutral(f"'{sign}1") == f"''{sign}1", "one that was neutralised already comes back as it was"
    assert neutral(f"a{sign}1") == f"a{sign}1"


@given(st.text(alphabet=f"{SIGNS}';a1", max_size=12))
def test_what_is_neutralised_comes_back_and_begins_no_formula(text: str) -> None:
    cell = neutral(text)
    assert plain(cell) == text
    assert not any(part[:1] and part[0] in SIGNS for part in cell.split(";"))


def test_headings_texts_and_mixed_columns_are_neutralised_and_numbers_are_not() -> None:
    table = pd.DataFrame({"=h": ["=a", "b"], "n": [-1.5, 2], "mixed": pd.Series(["@x", -3], dtype=object)})
    assert csv_text(table) == "'=h,n,mixed\n'=a,-1.5,'@x\nb,2.0,-3\n"
    out = io.StringIO()
    row_writer(out)(["-x", -1, None])
    assert out.getvalue() == "'-x,-1,\r\n"


def test_nothing_else_writes_csv() -> None:
    found = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in ("to_csv", "DictWriter", "writer"):
                found.add(path.relative_to(ROOT).as_posix())
    assert found == WRITERS | DIGESTED
