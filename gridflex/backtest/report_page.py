"""The carbon accounts as a page to print: one HTML file that needs nothing else, every text in it escaped."""

from __future__ import annotations

from datetime import date
from html import escape

from gridflex.backtest.accounting import Accounts, notes_of
from gridflex.domain.halfhours import half_hours, settlement_period, uk_time

STYLE = """
@page { size: A4; margin: 16mm }
body { font: 11pt/1.45 system-ui, sans-serif; color: #171614; max-width: 178mm; margin: 8mm auto }
h1 { font-size: 18pt } h2 { font-size: 13pt; margin-top: 8mm }
table { border-collapse: collapse; width: 100%; font-size: 9pt }
th, td { border-bottom: 1px solid #bbb; padding: 1mm 2mm; text-align: right }
th:first-child, td:first-child { text-align: left }
thead { display: table-header-group } tr { break-inside: avoid }
"""
NAMES = ("UK time", "settlement", "IT, kWh", "metered, kWh", "g/kWh", "kgCO2")


def report_page(book: Accounts, prepared: date, source: str) -> str:
    """Method and totals first, a sum for each day, then every half-hour: all that recomputes them."""
    title = "Carbon accounts"
    said = "".join(f"<li>{escape(line)}</li>" for line in notes_of(book, prepared, source))
    return (
        f'<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
        f"<h1>{title}</h1><p>{escape(_period(book))}</p><ul>{said}</ul>"
        f"<h2>By day</h2>{_table(('UK date', 'metered, kWh', 'kgCO2'), _days(book))}"
        f"<h2>By half-hour</h2>{_table(NAMES, _half_hours(book))}</html>"
    )


def _period(book: Accounts) -> str:
    moments = half_hours(book.start, len(book.it_kwh))
    return f"{uk_time(moments[0]):%-d %B %Y %H:%M} to {uk_time(moments[-1]):%-d %B %Y %H:%M} UK time, by half-hour"


def _days(book: Accounts) -> list[tuple[str, ...]]:
    sums: dict[date, list[float]] = {}
    moments = half_hours(book.start, len(book.it_kwh))
    for moment, kwh, kg in zip(moments, book.metered_kwh.tolist(), book.operational_kg.tolist(), strict=True):
        day = sums.setdefault(uk_time(moment).date(), [0.0, 0.0])
        day[0] += kwh
        day[1] += kg
    return [(day.isoformat(), f"{kwh:,.2f}", f"{kg:,.2f}") for day, (kwh, kg) in sums.items()]


def _half_hours(book: Accounts) -> list[tuple[str, ...]]:
    columns = (book.it_kwh, book.metered_kwh, book.intensity, book.operational_kg)
    rows = zip(half_hours(book.start, len(book.it_kwh)), *(column.tolist() for column in columns), strict=True)
    return [
        (f"{uk_time(moment):%Y-%m-%d %H:%M}", f"{settlement_period(moment)[1]}", *(f"{value:,.3f}" for value in values))
        for moment, *values in rows
    ]


def _table(names: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
