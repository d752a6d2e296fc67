"""Is this configuration fit to start with? One finding a part, each a sentence; tables are brought up to date."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gridflex.domain import format as fmt
from gridflex.domain.regions import GB
from gridflex.errors import GridFlexError, SourceError
from gridflex.services.beckn_network import order_desk
from gridflex.services.platform import Clock
from gridflex.settings import Settings, read_settings
from gridflex.sources.carbon_api import CarbonApi
from gridflex.store.database import Database
from gridflex.store.durability import obstacle
from gridflex.store.trail import Trail

OURS = "GRIDFLEX_"


class Verdict(StrEnum):
    """``WARNING``: the app starts and runs, but perhaps not as it was meant."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class Finding:
    """One part of the configuration and what is to be said of it."""

    part: str
    verdict: Verdict
    sentence: str


def checkup(clock: Clock, environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Every part in turn; after wrong settings nothing more can be said."""
    try:
        settings = read_settings()
    except GridFlexError as problem:
        yield Finding("environment", Verdict.FAILED, str(problem))
        return
    yield _environment(settings, environment)
    yield _data_directory(settings)
    yield from _database(settings, clock)
    yield _carbon_source(settings, clock)
    yield _doors(settings)


def _environment(settings: Settings, environment: Mapping[str, str]) -> Finding:
    known = {name for name, _, _ in settings.described()}
    unknown = sorted(name for name in environment if name.startswith(OURS) and name not in known)
    if unknown:
        return Finding("environment", Verdict.WARNING, f"No such setting, so it does nothing: {', '.join(unknown)}.")
    given = sum(origin == "environment" for _, _, origin in settings.described())
    return Finding("environment", Verdict.OK, f"{fmt.plural(given, 'setting')} from the environment, the rest default.")


def _data_directory(settings: Settings) -> Finding:
    if settings.database_url and settings.database_url.get_secret_value():
        return Finding("data directory", Verdict.OK, "Not used: DATABASE_URL names the database.")
    probe: Path = settings.data_dir / "gridflex.sqlite3"
    if reason := obstacle(probe):
        return Finding("data directory", Verdict.FAILED, f"{settings.data_dir} cannot be written: {reason}.")
    return Finding("data directory", Verdict.OK, f"{settings.data_dir} can be written.")


def _database(settings: Settings, clock: Clock) -> Iterator[Finding]:
    try:
        database = Database(settings.database())
    except GridFlexError as problem:
        yield Finding("database", Verdict.FAILED, str(problem))
        return
    try:
        Trail(database).verify("")
        lasting = database.durability
        verdict = Verdict.OK if lasting.durable else Verdict.WARNING
        yield Finding("database", verdict, f"{database.name} answers, its tables are up to date. {lasting.note}")
        yield _network(settings, database, clock)
    except GridFlexError as problem:
        yield Finding("database", Verdict.FAILED, str(problem))
    finally:
        database.dispose()


def _network(settings: Settings, database: Database, clock: Clock) -> Finding:
    try:
        order_desk(settings, database, Trail(database), clock).close()
    except GridFlexError as problem:
        return Finding("Beckn network", Verdict.FAILED, str(problem))
    if not settings.beckn_url:
        return Finding("Beckn network", Verdict.OK, "None is named: the embedded sandbox answers.")
    return Finding("Beckn network", Verdict.OK, f"{settings.beckn_url}, {settings.beckn_mode}: the settings fit.")


def _carbon_source(settings: Settings, clock: Clock) -> Finding:
    """A service that does not answer is no reason not to start: the app decides on cached or sample values."""
    if not settings.carbon_api_url:
        return Finding("carbon source", Verdict.OK, "None is named: offline, on the embedded sample grid.")
    key = settings.carbon_api_key.get_secret_value() if settings.carbon_api_key else None
    source, began = CarbonApi(settings.carbon_api_url, key, clock=clock), time.perf_counter()
    try:
        found = source.fetch(GB, clock())
    except SourceError as problem:
        return Finding(
            "carbon source", Verdict.WARNING, f"{str(problem).rstrip('.')}. The app runs on the sample meanwhile."
        )
    finally:
        source.close()
    took = time.perf_counter() - began
    count = fmt.plural(len(found.readings), "half-hour")
    return Finding("carbon source", Verdict.OK, f"{settings.carbon_api_url} gave {count} in {took:.1f} s.")


def _doors(settings: Settings) -> Finding:
    keys, origins = settings.operator_keys(), settings.origins()
    who = f"changes need one of {len(keys)} keys" if keys else "each visitor changes a workspace of their own"
    where = f"scripts of {', '.join(origins)} may ask" if origins else "no other site's script may ask"
    return Finding("API", Verdict.OK, f"Over HTTP {who}; {where}.")
