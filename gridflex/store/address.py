"""From DATABASE_URL to where the database really goes, without ever repeating a password."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from gridflex.errors import SettingsError
from gridflex.store.durability import Durability, obstacle, of_directory

_WAIT_SECONDS = "10"
"""Longest a writer waits for its turn before the write is refused (SQLite)."""
_CONNECT_SECONDS = "5"
"""Longest a new connection may take (PostgreSQL)."""
_IN_MEMORY = URL.create("sqlite", query={"check_same_thread": "false"})


def read_address(url: str) -> URL:
    """``url`` with GridFlex's driver and waiting times filled in where it names none.

    Raises SettingsError for anything but SQLite and PostgreSQL. Nothing of a wrong address is
    repeated in the error: it may hold a password.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise SettingsError("DATABASE_URL is not an address such as postgresql://user:password@host/name") from None
    if "@" in (address.host or ""):
        raise SettingsError("DATABASE_URL: an @ inside the password must be written %40")
    if address.drivername.startswith("sqlite"):
        return address.set(query={"timeout": _WAIT_SECONDS, **address.query})
    if address.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        query = {"connect_timeout": _CONNECT_SECONDS, **address.query}
        return address.set(drivername="postgresql+psycopg", query=query)
    raise SettingsError("DATABASE_URL must begin with sqlite:// or postgresql://")


def place(address: URL) -> tuple[URL, Durability]:
    """Where the database is really kept, and whether it lasts there: memory if its directory cannot be written."""
    if address.get_backend_name() != "sqlite":
        return address, Durability(True, f"Kept by the database server {address.host or 'on this machine'}.")
    if address.database in (None, "", ":memory:"):
        return _IN_MEMORY, Durability(False, "Kept in memory: lost when the app stops.")
    file = Path(str(address.database))
    if reason := obstacle(file):
        note = f"{file.parent} cannot be written ({reason}); kept in memory: lost when the app stops."
        return _IN_MEMORY, Durability(False, note)
    return address, of_directory(file.parent)


def shown(address: URL) -> str:
    """The address as a page or a log may show it: no password, no options."""
    return address.set(query={}).render_as_string()


def hidden(address: URL) -> list[str]:
    """Every secret in the address, so that a driver's own error text can be cleaned of it."""
    return [str(secret) for secret in (address.password, address.query.get("password")) if secret]
