"""A notice's way: signed over its exact bytes, tried twice at most, never redirected, always told."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from gridflex.errors import InputError
from gridflex.notify.rules import MEANINGS, Notice, Rule, Trigger, new_rule
from gridflex.notify.webhook import Patience, Webhook

NOW = datetime(2026, 1, 8, 17, 5, tzinfo=UTC)
QUICK = Patience(connect_s=1, read_s=1, whole_s=1.5, pause_s=0)
PUBLIC = "93.184.215.14"


def notice(url: str = "https://hooks.example/in?x=1", secret: str = "whsec_test") -> Notice:
    rule = Rule("ab12", Trigger.THRESHOLD, 150.0, url, NOW, secret)
    return Notice("n" * 32, rule, "w" * 32, NOW, "Carbon intensity rose.", {"gco2_per_kwh": 201.5})


class Receiver:
    """Answers in turn with statuses, or raises; keeps what it was sent."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.requests = list(answers), []  # type: list[Any], list[httpx.Request]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(answer)


def webhook(receiver: Receiver, clock: Callable[[], datetime] = lambda: NOW) -> Webhook:
    transport = httpx.MockTransport(receiver)
    return Webhook(clock, patience=QUICK, resolve=lambda _h, _p: [PUBLIC], transport=transport)


def test_the_body_is_signed_with_its_time_exactly_as_it_is_sent() -> None:
    receiver = Receiver(204)
    found = webhook(receiver).deliver(notice())
    assert (found.status, found.reason, found.attempts) == ("delivered", "answered 204", 1)
    (request,) = receiver.requests
    moment, made = (part.split("=", 1)[1] for part in request.headers["X-GridFlex-Signature"].split(","))
    assert int(moment) == int(NOW.timestamp()) == 1767891900
    own = hmac.new(b"whsec_test", f"{moment}.".encode() + request.content, hashlib.sha256).hexdigest()
    assert made == own
    other = hmac.new(b"whsec_test", f"{moment}.".encode() + request.content + b" ", hashlib.sha256).hexdigest()
    assert made != other
    assert request.headers["X-GridFlex-Delivery"] == "n" * 32
    assert json.loads(request.content) == {
        "id": "n" * 32, "trigger": "threshold_crossed", "limit": 150.0, "rule_id": "ab12", "workspace_id": "w" * 32,
        "at": "2026-01-08T17:05:00+00:00", "sentence": "Carbon intensity rose.", "data": {"gco2_per_kwh": 201.5},
        "test": False,
    }  # fmt: skip
    assert b"whsec" not in request.content


def test_it_goes_to_the_judged_address_under_the_host_s_name() -> None:
    receiver = Receiver(200)
    webhook(receiver).deliver(notice("https://hooks.example:8443/in"))
    (request,) = receiver.requests
    assert str(request.url) == f"https://{PUBLIC}:8443/in"
    assert (request.headers["Host"], request.extensions["sni_hostname"]) == ("hooks.example:8443", "hooks.example")


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([200], ("delivered", "answered 200", 1)),
        ([503, 200], ("delivered", "answered 200", 2)),
        ([429, 429], ("failed", "answered 429", 2)),
        ([500, 502, 200], ("failed", "answered 502", 2)),
        ([httpx.ConnectError("refused"), 200], ("delivered", "answered 200", 2)),
        ([httpx.ReadTimeout("slow"), httpx.ConnectTimeout("slow")], ("failed", "no answer in time", 2)),
        (
            [httpx.RemoteProtocolError("x"), httpx.ReadError("x")],
            ("failed", "it could not be reached, or broke off", 2),
        ),
        ([404], ("refused", "answered 404", 1)),
        ([410], ("refused", "answered 410", 1)),
    ],
)
def test_one_retry_and_only_where_it_may_help(answers: list[Any], told: tuple[str, str, int]) -> None:
    receiver = Receiver(*answers)
    found = webhook(receiver).deliver(notice())
    assert (found.status, found.reason, found.attempts) == told
    assert len(receiver.requests) == told[2]


def test_a_second_try_has_the_same_id_and_its_own_time() -> None:
    moments = iter((NOW, NOW + timedelta(seconds=2)))
    receiver = Receiver(500, 200)
    webhook(receiver, lambda: next(moments)).deliver(notice())
    first, second = receiver.requests
    assert first.headers["X-GridFlex-Delivery"] == second.headers["X-GridFlex-Delivery"]
    times = [request.headers["X-GridFlex-Signature"].split(",")[0] for request in receiver.requests]
    assert times == ["t=1767891900", "t=1767891902"]


def test_a_redirect_is_not_followed() -> None:
    receiver = Receiver(httpx.Response(302, headers={"Location": "http://169.254.169.254/latest"}))
    found = webhook(receiver).deliver(notice())
    assert (found.status, found.reason) == ("refused", "answered 302: a redirect is not followed")
    assert len(receiver.requests) == 1


def test_an_address_that_became_private_is_never_asked() -> None:
    answers = iter(([PUBLIC], ["127.0.0.1"]))
    receiver = Receiver(500, 200)
    transport = httpx.MockTransport(receiver)
    sender = Webhook(lambda: NOW, patience=QUICK, resolve=lambda _h, _p: next(answers), transport=transport)
    found = sender.deliver(notice())
    assert (found.status, found.attempts) == ("refused", 1)
    assert "private, local or reserved" in found.reason
    assert len(receiver.requests) == 1


def test_a_receiver_that_never_ends_holds_nobody(hanging_peer: Any) -> None:
    began = datetime.now(UTC)
    found = Webhook(lambda: NOW, patience=QUICK, allow_private=True).deliver(notice(hanging_peer.url))
    assert datetime.now(UTC) - began < timedelta(seconds=20)
    assert found.status in ("failed", "delivered"), "one that drips its body has answered with its status"


def test_the_trail_is_told_the_host_alone() -> None:
    for url in ("https://hooks.example?token=abc", "https://hooks.example:8443/abc#d", "https://hooks.example#abc"):
        assert new_rule(Trigger.STALE, 60, url, NOW).public["host"] == "hooks.example"


@pytest.mark.parametrize("trigger", list(Trigger))
def test_a_limit_has_its_range(trigger: Trigger) -> None:
    means = MEANINGS[trigger]
    rule = new_rule(trigger, means.default, "https://hooks.example/", NOW)
    assert (rule.secret[:6], len(rule.secret)) == ("whsec_", 6 + 43)
    assert Rule.from_state(json.loads(json.dumps(rule.to_state()))) == rule
    assert rule.secret not in repr(rule) + str(rule.public)
    for wrong in (means.low - 1, means.high + 1, float("nan")):
        with pytest.raises(InputError, match="limit of"):
            new_rule(trigger, wrong, "https://hooks.example/", NOW)
