"""How JSON is asked for: time-outs, one retry, refusals in words, and a key that stays secret."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from gridflex.errors import InvalidAnswer, SourceError, Unreachable, UpstreamRefused
from gridflex.sources.http import MAX_ANSWER_BYTES, JsonClient, Patience

QUICK = Patience(retry_pause_s=0.001)
KEY = "s3cret-key"


class Service:
    """Answers from a list, the last one for ever, and remembers what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def client(service: Service, base_url: str = "https://grid.test/v2/", key: str | None = None) -> JsonClient:
    return JsonClient(
        "carbon intensity service",
        base_url,
        key,
        transport=httpx.MockTransport(service),
        patience=QUICK,
        clock=lambda: datetime(2026, 1, 8, 23, 59, tzinfo=UTC),
    )


def test_a_path_and_its_parameters_are_asked_below_the_base_address() -> None:
    service = Service(httpx.Response(200, json={"data": [1]}))
    assert client(service).get("/intensity", {"from": "2026-01-08T17:01Z"}) == {"data": [1]}
    assert str(service.asked[0].url) == "https://grid.test/v2/intensity?from=2026-01-08T17%3A01Z"
    assert "authorization" not in service.asked[0].headers


@pytest.mark.parametrize(
    "passing", [httpx.ReadTimeout("slow"), httpx.ConnectError("down"), httpx.Response(500), httpx.Response(503)]
)
def test_what_may_pass_is_tried_once_more(passing: httpx.Response | Exception) -> None:
    service = Service(passing, httpx.Response(200, json={}))
    asking = client(service)
    assert asking.get("/intensity") == {}
    assert asking.requests_on(date(2026, 1, 8)) == len(service.asked) == 2
    assert asking.requests_on(date(2026, 1, 9)) == 0


@pytest.mark.parametrize(
    ("answer", "kind", "words", "tries"),
    [
        (httpx.ReadTimeout("slow"), Unreachable, "did not answer in time", 2),
        (httpx.ConnectTimeout("slow"), Unreachable, "did not answer in time", 2),
        (httpx.ConnectError("down"), Unreachable, "could not be reached", 2),
        (httpx.RemoteProtocolError("reset"), Unreachable, "broke off", 2),
        (httpx.Response(500), UpstreamRefused, r"refused \(500\): no reason given", 2),
        (httpx.Response(404, text="<html>"), UpstreamRefused, r"refused \(404\): no reason given", 1),
        (httpx.Response(429, json={"error": "Slow  down\n."}), UpstreamRefused, r"\(429\): Slow down", 1),
        (httpx.Response(400, json={"error": {"code": "400 Bad Request"}}), UpstreamRefused, "400 Bad Request", 1),
        (httpx.Response(400, json={"error": None}), UpstreamRefused, "no reason given", 1),
        (httpx.Response(400, json=["error"]), UpstreamRefused, "no reason given", 1),
        (httpx.Response(400, json={"error": {"message": "x" * 9000}}), UpstreamRefused, "xxx", 1),
        (httpx.Response(200, json={"error": {"message": "No data."}}), UpstreamRefused, "refused: No data$", 1),
        (httpx.Response(302, headers={"Location": "https://else.test"}), UpstreamRefused, "redirect", 1),
        (httpx.Response(200, text="<html>502 Bad Gateway</html>"), InvalidAnswer, "not JSON", 1),
        (httpx.Response(200, text='{"data":[{"from":"2026-'), InvalidAnswer, "not JSON", 1),
        (httpx.Response(200, content=b"\xff\xfe\xff"), InvalidAnswer, "not JSON", 1),
        (httpx.Response(200, text="[" * 200_000), InvalidAnswer, "not JSON", 1),
        (httpx.Response(200, text="9" * 5000), InvalidAnswer, "not JSON", 1),
        (httpx.Response(200, content=b" " * (MAX_ANSWER_BYTES + 1)), InvalidAnswer, "more than 4 MB", 1),
    ],
)
def test_each_failure_is_told_in_a_sentence(
    answer: httpx.Response | Exception, kind: type[SourceError], words: str, tries: int
) -> None:
    service = Service(answer)
    with pytest.raises(kind, match=words) as told:
        client(service).get("/intensity")
    assert len(service.asked) == tries
    text = str(told.value)
    assert text.startswith("The carbon intensity service ")
    assert len(text) < 200
    assert "grid.test" not in text


def test_recorded_errors_are_told_with_their_message(shared_dir: Path) -> None:
    samples = shared_dir / "data" / "neso_api_samples"
    postcode = httpx.Response(400, content=(samples / "error_400_postcode.json").read_bytes())
    with pytest.raises(UpstreamRefused, match=r"refused \(400\): No postcode match can be found$"):
        client(Service(postcode)).get("/regional/postcode/W2")
    broken = httpx.Response(500, content=(samples / "error_500.json").read_bytes())
    with pytest.raises(UpstreamRefused, match=r"refused \(500\): Requested resource not found$"):
        client(Service(broken)).get("/intensity")


@pytest.mark.parametrize(
    ("address", "words"), [("", "No address is configured"), ("http://[::1", "could not be reached")]
)
def test_an_address_that_is_none_is_unreachable(address: str, words: str) -> None:
    service = Service(httpx.Response(200, json={}))
    with pytest.raises(Unreachable, match=words):
        client(service, address).get("/intensity")
    assert service.asked == []


def test_a_trickle_is_cut_off() -> None:
    class Trickle(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                yield b" "

    service = Service(*(httpx.Response(200, stream=Trickle()) for _ in range(2)))
    hasty = Patience(whole_s=0.02, retry_pause_s=0.001)
    asking = JsonClient("service", "https://grid.test", transport=httpx.MockTransport(service), patience=hasty)
    with pytest.raises(Unreachable, match="did not finish its answer in time"):
        asking.get("/intensity")
    asking.close()


def test_the_key_goes_to_the_host_as_a_header_and_nowhere_else(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = httpx.Response(500, json={"error": {"message": f"bad token {KEY}"}})
    service = Service(echo, httpx.Response(401, json={"error": {"message": f"bad token {KEY}"}}))
    asking = client(service, key=KEY)
    with pytest.raises(UpstreamRefused, match=r"bad token \[key\]") as told:
        asking.get("/intensity")
    assert [request.headers["authorization"] for request in service.asked] == [f"Bearer {KEY}"] * 2
    for place in (caplog.text, repr(caplog.records), repr(asking), repr(vars(asking)["_client"].headers), repr(told)):
        assert KEY not in place
    for log in caplog.records:
        assert KEY not in repr(vars(log))


def test_a_redirect_does_not_carry_the_key_away() -> None:
    service = Service(httpx.Response(302, headers={"Location": "https://else.test/"}))
    with pytest.raises(UpstreamRefused, match="not followed"):
        client(service, key=KEY).get("/intensity")
    assert [request.url.host for request in service.asked] == ["grid.test"]


def test_a_key_no_header_may_carry_is_an_error_without_it() -> None:
    asking = JsonClient("service", "http://127.0.0.1:1", "schlüssel\n", patience=QUICK)
    with pytest.raises(Unreachable) as told:
        asking.get("/intensity")
    assert "schl" not in str(told.value)
    asking.close()


def test_the_defaults_outlast_a_slow_service() -> None:
    patience = Patience()
    assert patience.timeouts().read == 10.0
    assert patience.connect_s < patience.read_s <= patience.whole_s


def test_a_closed_client_refuses_in_a_sentence() -> None:
    service = Service(httpx.Response(200, json={}))
    asking = client(service)
    asking.close()
    with pytest.raises(Unreachable, match="not asked any more"):
        asking.get("/intensity")
    assert not service.asked
