"""How quantities are written: the one formatter of pages, sentences and exports for people.

At most three significant decimals, a true minus, units after a space, UK time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from gridflex.domain.halfhours import uk_time

MINUS = "\u2212"


def number(value: float, decimals: int = 0) -> str:
    """``value`` with thousands separators and a true minus; never a negative zero."""
    text = f"{abs(value):,.{decimals}f}"
    negative = value < 0 and any(digit in "123456789" for digit in text)
    return (MINUS if negative else "") + text


def significant(value: float) -> str:
    """Three significant figures for reading: 0.034, 1.25, 12.6, 182."""
    size = abs(value)
    if size < 0.0005 or size >= 99.95:
        return number(value)
    decimals = 1 if size >= 9.995 else 2 if size >= 0.9995 else 3
    return number(value, decimals)


def intensity(value: float) -> str:
    """Carbon intensity, gCO2/kWh."""
    return f"{number(value)} g/kWh"


def carbon(grams: float) -> str:
    """Carbon as sentences have it: grams below 1 kg, kilograms below 1 t, then tonnes. Tables keep to kilograms."""
    size = abs(grams)
    if size < 999.5:
        return f"{number(grams)} g"
    if size < 999_500:
        return f"{significant(grams / 1e3)} kg"
    return f"{significant(grams / 1e6)} t"


def energy(kwh: float) -> str:
    """Energy, kWh or MWh."""
    return f"{significant(kwh)} kWh" if abs(kwh) < 999.5 else f"{significant(kwh / 1e3)} MWh"


def power(kw: float) -> str:
    """Power, kW or MW."""
    return f"{significant(kw)} kW" if abs(kw) < 999.5 else f"{significant(kw / 1e3)} MW"


def gpus(count: float) -> str:
    """GPUs in use."""
    return f"{number(count)} GPUs"


def money(gbp: float) -> str:
    """Pounds and pence; whole pounds from 1,000 on."""
    sign = MINUS if round(gbp, 2) < 0 else ""
    return f"{sign}£{abs(gbp):,.{0 if abs(gbp) >= 999.995 else 2}f}"


def unit_price(gbp_per_kwh: float) -> str:
    """Energy price, in pence per kWh as bills have it."""
    return f"{number(gbp_per_kwh * 100, 1)} p/kWh"


def percent(share: float) -> str:
    """A share (0.14) as 14 %, with one decimal below 10 %."""
    text = number(share * 100, 1 if abs(share) < 0.0995 else 0)
    return f"{text.removesuffix('.0')} %"


def clock(moment: datetime) -> str:
    """UK time of day, 24 hours."""
    return f"{uk_time(moment):%H:%M}"


def day_clock(moment: datetime, now: datetime) -> str:
    """UK time of day, with the weekday when it is not today's."""
    local = uk_time(moment)
    return f"{local:%H:%M}" if local.date() == uk_time(now).date() else f"{local:%a %H:%M}"


def date_clock(moment: datetime) -> str:
    """Weekday, date and UK time, such as Thu 8 Jan 17:00."""
    local = uk_time(moment)
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def span(length: timedelta) -> str:
    """A length of time in its two largest units."""
    minutes = max(int(length.total_seconds() // 60), 0)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{hours // 24} days"


def hours(value: float) -> str:
    """Hours with at most two decimals: 0.25 h, 5 h."""
    return f"{number(value, 2).rstrip('0').rstrip('.')} h"


def plural(count: int, noun: str) -> str:
    """Count and noun: 1 job, 15 jobs."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
