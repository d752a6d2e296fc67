"""Every request has a name, which its answer and each line of the log carry; no line carries a secret."""

from __future__ import annotations

import io
import json
import logging
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from gridflex.api.headers import SecureHeaders, content_policy
from gridflex.api.requests import HEADER, RequestLog, current
from gridflex.services.logs import JsonLines, secrets_of
from gridflex.settings import Settings
from tests.api.conftest import listening

KEY = "an-operators-secret-key"
VISITOR = "visit-1767978300-" + "a" * 32
NAMED = "gfk_" + "c" * 43


class Lines:
    def __init__(self) -> None:
        self.text = io.StringIO()

    def all(self) -> list[dict[str, Any]]:
        """Every line, once a request's own is among them: it follows the answer."""
        until = time.monotonic() + 10
        while '"path"' not in self.text.getvalue() and time.monotonic() < until:
            time.sleep(0.01)
        return [json.loads(line) for line in self.text.getvalue().splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    kept, log = Lines(), logging.getLogger("gridflex.requests")
    handler = logging.StreamHandler(kept.text)
    handler.setFormatter(JsonLines([KEY], current.get))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield kept
    log.removeHandler(handler)
    log.setLevel(logging.NOTSET)


@pytest.fixture
def client(lines: Lines) -> Iterator[httpx.Client]:
    def told(request: Request) -> PlainTextResponse:
        logging.getLogger("gridflex.requests").info("asked with %s", KEY)
        return PlainTextResponse(current.get(), int(request.query_params.get("status", 200)))

    routes = [Route("/{path:path}", told)]
    app = RequestLog(SecureHeaders(Starlette(routes=routes), content_policy("<script>a()</script>")))
    with listening(app) as url, httpx.Client(base_url=url) as asks:
        yield asks


def test_a_request_is_named_in_its_answer_its_code_and_its_lines(client: httpx.Client, lines: Lines) -> None:
    answer = client.get("/queue?w=secrettoken", headers={HEADER: "from-the-proxy-1"})
    assert (answer.headers[HEADER], answer.text) == ("from-the-proxy-1", "from-the-proxy-1")
    inner, line = lines.all()
    assert inner["request_id"] == line["request_id"] == "from-the-proxy-1"
    assert {name: line[name] for name in ("method", "path", "status", "severity")} == {
        "method": "GET", "path": "/queue", "status": 200, "severity": "INFO"
    }  # fmt: skip
    assert line["ms"] >= 0
    assert "secrettoken" not in lines.text.getvalue()
    assert KEY not in lines.text.getvalue()
    assert inner["message"] == "asked with ***"


@pytest.mark.parametrize("brought", ["", "short", "x" * 65, "with spaces in it", '{"json": 1}'])
def test_a_name_that_is_not_sane_is_not_taken_over(client: httpx.Client, brought: str) -> None:
    found = {client.get("/", headers={HEADER: brought}).headers[HEADER] for _ in range(2)}
    assert len(found) == 2
    assert all(len(name) == 32 for name in found)


def test_probes_and_files_are_told_of_only_where_they_fail(client: httpx.Client, lines: Lines) -> None:
    client.get("/_stcore/health")
    client.get("/static/js/a.js?status=404")
    assert [line["path"] for line in lines.all() if "path" in line] == ["/static/js/a.js"]


def test_a_failure_is_an_error_in_the_log(client: httpx.Client, lines: Lines) -> None:
    client.get("/?status=503")
    assert lines.all()[-1]["severity"] == "ERROR"


def test_headers_are_added_and_none_replaced() -> None:
    async def own(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse("x", headers={"referrer-policy": "no-referrer"})(scope, receive, send)

    with listening(SecureHeaders(own, content_policy("<script>a()</script>"))) as url:
        said = httpx.get(url).headers
    assert said["referrer-policy"] == "no-referrer"
    assert said["x-frame-options"] == "DENY"
    assert "strict-transport-security" not in said  # over http a browser would ignore it
    # printf 'a()' | openssl dgst -sha256 -binary | base64
    assert (
        "script-src 'self' 'unsafe-eval' 'sha256-qVpDBgj7bpq5hMAcGp3AOc79J3Y1Z4HvySTwKrWDoy4=';"
        in said["content-security-policy"]
    )


def test_a_line_is_json_whatever_it_holds_and_hides_every_secret() -> None:
    settings = Settings.model_validate(
        {
            "GRIDFLEX_API_KEYS": SecretStr(f"{KEY}, another-operators-key"),
            "CARBON_API_KEY": SecretStr("carbon-secret"),
            "DATABASE_URL": SecretStr("postgresql://user:p%40ssword@host/name"),
        }
    )
    line = JsonLines(secrets_of(settings), str)
    try:
        raise ValueError(f"{KEY} and p@ssword\n\N{SNOWMAN}")
    except ValueError:
        said = f"another-operators-key at /?w={'b' * 32} {VISITOR} {NAMED}"
        record = logging.LogRecord("any", logging.ERROR, "", 0, said, None, sys.exc_info())
    text = line.format(record)
    assert "\n" not in text
    told = json.loads(text)
    assert told["message"] == "*** at /?w=*** *** ***"
    assert "ValueError: *** and ***" in told["trace"]
    assert "carbon-secret" not in line.format(logging.makeLogRecord({"msg": "carbon-secret"}))
