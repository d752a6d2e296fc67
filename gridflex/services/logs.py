"""The process's log: a JSON object a line on the error output, with the request's id and without secrets."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from pydantic import SecretStr

from gridflex.settings import Settings
from gridflex.store.address import hidden, read_address

HIDDEN = "***"
SHORTEST_HIDDEN = 4
"""A shorter secret would be hidden inside ordinary words."""
_KEYS = re.compile(r"gfk_[A-Za-z0-9_-]{20,}|visit-\d{10}-[A-Za-z0-9_-]{32}|(?<=[?&]w=)[A-Za-z0-9_-]{16,}")
"""Named keys, visitors' keys, and the token in a page's address."""


class JsonLines(logging.Formatter):
    """A record as one line of JSON; ``request_id`` is asked for the id of the request at hand, empty for none."""

    def __init__(self, secrets: Iterable[str], request_id: Callable[[], str]) -> None:
        super().__init__()
        self._secrets, self._request_id = sorted(secrets, key=len, reverse=True), request_id

    def format(self, record: logging.LogRecord) -> str:
        """The line, whatever the record holds."""
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "severity": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": self._request_id(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            said["trace"] = self.formatException(record.exc_info)
        return json.dumps({name: self._clean(value) for name, value in said.items() if value != ""})

    def _clean(self, value: object) -> object:
        if not isinstance(value, str):
            return value
        for secret in self._secrets:
            value = value.replace(secret, HIDDEN)
        return _KEYS.sub(HIDDEN, value)


def secrets_of(settings: Settings) -> list[str]:
    """Every secret of the environment, also one by one where a setting holds several."""
    held = [value.get_secret_value() for value in dict(settings).values() if isinstance(value, SecretStr)]
    each = [part for text in held for part in (text, *text.split(","))]
    each += hidden(read_address(settings.database()))
    return [part for part in (piece.strip() for piece in each) if len(part) >= SHORTEST_HIDDEN]


def log_json(settings: Settings, request_id: Callable[[], str]) -> None:
    """Send every logger's lines through one handler, those of the server and of Streamlit too."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(secrets_of(settings), request_id))
    for known in list(logging.root.manager.loggerDict.values()):
        if isinstance(known, logging.Logger) and known.handlers:
            known.handlers.clear()
            known.propagate = True
    logging.root.handlers[:] = [handler]
    logging.getLogger("gridflex").setLevel(logging.INFO)
