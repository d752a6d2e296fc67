"""Errors as problem details (RFC 9457): one shape and media type for every one of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from gridflex.api.models.problem import Fault, Problem
from gridflex.errors import (
    BecknError,
    Conflict,
    GridFlexError,
    InputError,
    NoWindowFits,
    OutOfOrder,
    PlanError,
    RowsRefused,
    SettingsError,
    SourceError,
    StoreError,
    TrailBroken,
)

AWAY = "The database cannot do its work just now; try again in a moment."
"""Its own words are for the log: they may name a host."""
_log = logging.getLogger("gridflex.api")

MEDIA_TYPE = "application/problem+json"

STATUS: tuple[tuple[type[GridFlexError], int, int | None], ...] = (
    (InputError, 422, None),
    (PlanError, 422, None),
    (NoWindowFits, 409, None),
    (OutOfOrder, 409, None),
    (BecknError, 502, None),
    (Conflict, 409, 1),
    (TrailBroken, 409, None),
    (StoreError, 503, 5),
    (SettingsError, 503, 60),
    (SourceError, 503, 5),
    (GridFlexError, 500, None),
)
"""Status and, where trying again may help, after how many seconds. The first that fits counts."""

DECLARED: dict[int | str, dict[str, Any]] = {
    status: {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status in (400, 401, 403, 404, 405, 409, 413, 422, 429, 502, 503)
}
"""For the OpenAPI document: any operation may answer these."""


def problem_response(
    status: int,
    detail: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    errors: tuple[Fault, ...] = (),
) -> Response:
    """The answer that tells of a problem at ``path``."""
    said = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, instance=path, errors=errors)
    return JSONResponse(said.model_dump(mode="json"), status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Every error of the app becomes a problem."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(GridFlexError, _ours)
    app.add_exception_handler(Exception, _unexpected)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem_response(error.status_code, str(error.detail), request.url.path, error.headers)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = tuple(Fault(where=_place(fault["loc"]), message=fault["msg"]) for fault in error.errors())
    first = f"{faults[0].where}: {faults[0].message}" if faults else "The request cannot be read."
    return problem_response(422, first, request.url.path, errors=faults)


def _place(parts: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in parts)


def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, GridFlexError)
    kind, status, seconds = next(row for row in STATUS if isinstance(error, row[0]))
    if kind is StoreError:
        _log.error("The store failed: %s", error)
    elif kind is SettingsError:
        _log.error("The environment cannot be used: %s", error)
    after = {"Retry-After": str(seconds)} if seconds else None
    problems = error.problems if isinstance(error, RowsRefused) else ()
    faults = tuple(Fault(where=f"row {row.row}, {row.column}", message=f"allowed: {row.allowed}") for row in problems)
    return problem_response(status, AWAY if kind is StoreError else str(error), request.url.path, after, faults)


def _unexpected(request: Request, _: Exception) -> Response:
    """The server's log has the rest."""
    return problem_response(500, "Something went wrong here; it has been logged.", request.url.path)
