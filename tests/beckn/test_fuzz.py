"""A provider that answers anything at all: a typed error or a correct state, and never confirmed by accident."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridflex.beckn.client import Client
from gridflex.beckn.journey import Journey
from gridflex.beckn.line import Line
from gridflex.beckn.parties import Network
from gridflex.beckn.states import BOOKED, State
from gridflex.beckn.steps import Ways
from gridflex.beckn.vocabulary import Mode, OrderStatus, order_status
from gridflex.errors import OutOfOrder

MANY = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
"""As many cases as the profile says: a hundred each, with ``--hypothesis-profile=thorough`` thousands."""

STAGES = {
    "discover": [],
    "select": ["discover", "choose"],
    "init": ["discover", "choose", "select"],
    "confirm": ["discover", "choose", "select", "init"],
    "status": ["discover", "choose", "select", "init", "confirm"],
    "update": ["discover", "choose", "select", "init", "confirm"],
    "cancel": ["discover", "choose", "select", "init", "confirm"],
    "rating": ["discover", "choose", "select", "init", "confirm"],
    "support": ["discover", "choose", "select", "init", "confirm"],
}
LAST = {
    "update": lambda journey: journey.shift(0.01, "Leeds"),
    "rating": lambda journey: journey.rate(),
}

TIMES = (
    "2026-01-09T01:00:00Z",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "25:61",
    "00:00:00",
    "PT0S",
    "P9999D",
)
texts = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["CONFIRMED", "PENDING", "REJECTED", "CANCELLED", "GBP", "EUR", "NACK", "ACK", *TIMES, "", "\ud800", "x" * 300]
    ),
)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from([0, -1, 1e308, -1e308, 10**30]), texts
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6
)
DELETE = object()
mutations = st.lists(st.tuples(st.integers(0, 10**6), st.one_of(values, st.just(DELETE))), min_size=1, max_size=4)
STATUSES = st.sampled_from([200] * 8 + [201, 204, 302, 400, 401, 404, 408, 429, 500, 502, 503, 504])


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, child in inner for place in places(child, (*path, key)))]


def mutated(value: Any, changes: list[tuple[int, Any]]) -> Any:
    value = deepcopy(value)
    for number, given_value in changes:
        found, new = places(value), given_value if given_value is DELETE else deepcopy(given_value)
        *parents, last = found[number % len(found)] or (None,)
        if last is None:
            value = {} if new is DELETE else new
            continue
        holder = value
        for key in parents:
            holder = holder[key]
        if new is DELETE:
            del holder[last]
        else:
            holder[last] = new
    return value


class Bench:
    """Each stage of a journey kept once, and the answer that leads on from it."""

    def __init__(self, setting: Any) -> None:
        self.kept: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
        for stage, before in STAGES.items():
            place = setting(mode=Mode.SYNC)
            journey = place.journey()
            for name in before:
                getattr(journey, name)()
            kept = json.loads(json.dumps(journey.to_dict()))
            step = LAST.get(stage, lambda journey, stage=stage: getattr(journey, stage)())(journey)
            assert step.ok
            self.kept[stage] = kept, json.loads(step.answer)
            self.clock = place.clock

    def run(self, stage: str, status: int, build: Any) -> None:
        kept, answer = self.kept[stage]

        def speak(request: httpx.Request) -> httpx.Response:
            asked = json.loads(request.content)["context"]
            context = answer["context"] | {"action": f"on_{asked['action']}"}
            context |= {name: asked[name] for name in ("message_id", "transaction_id")}
            return httpx.Response(status, content=build(answer | {"context": context}))

        network = Network(name="hostile", base_url="http://hostile.example/api")
        clock = type(self.clock)(self.clock.now)
        client = Client(network, Line(httpx.MockTransport(speak)), clock)
        trail: list[Any] = []
        journey = Journey.from_dict(kept, client, trail.append, Ways(sleep=clock.sleep))
        before = journey.record.state
        step = LAST.get(stage, lambda journey: getattr(journey, stage)())(journey)
        self.check(journey, before, step, trail)
        if stage == "discover" and journey.record.state is State.DISCOVERED:
            journey.choose()

    def check(self, journey: Journey, before: State, step: Any, trail: list[Any]) -> None:
        after = journey.record.state
        assert trail
        step.sentence.encode()
        assert Journey.from_dict(json.loads(json.dumps(journey.to_dict())), journey.client, trail.append).record
        if after in BOOKED and before not in BOOKED:
            said = json.loads(step.answer)["message"]["order"]
            assert said.get("beckn:id", said.get("id")) == journey.record.order_id
            word = order_status(said.get("beckn:orderStatus", said.get("orderStatus", said.get("schema:orderStatus"))))
            assert word in (OrderStatus.CONFIRMED, OrderStatus.IN_PROGRESS, OrderStatus.COMPLETED)
        if not step.ok and before is not State.INITIALISED:
            assert after in (before, State.FAILED, State.CANCELLED)


@pytest.fixture(scope="module")
def bench(setting: Any) -> Bench:
    return Bench(setting)


@pytest.mark.parametrize("stage", STAGES)
def test_any_change_to_an_answer(bench, stage):
    @MANY
    @given(mutations, STATUSES)
    def fuzz(changes: Any, status: int) -> None:
        bench.run(stage, status, lambda answer: json.dumps(mutated(answer, changes)).encode())

    fuzz()


@pytest.mark.parametrize("stage", STAGES)
def test_any_bytes(bench, stage):
    def torn(answer: Any, cut: int, insert: bytes) -> bytes:
        whole = json.dumps(answer).encode()
        return whole[: cut % len(whole)] + insert + whole[cut % len(whole) + len(insert) :]

    @MANY
    @given(st.integers(0, 10**6), st.binary(max_size=8), STATUSES, st.booleans())
    def fuzz(cut: int, insert: bytes, status: int, alone: bool) -> None:
        bench.run(stage, status, lambda answer: insert if alone else torn(answer, cut, insert))

    fuzz()


@MANY
@given(values)
def test_our_own_desk_answers_anything_with_a_status(post, value):
    for path in ("/api/select", "/beckn/init", "/beckn/discover", "/api/status"):
        action = path.rsplit("/", 1)[-1]
        context = DESK_CONTEXT | {"action": action}
        body = json.dumps({"context": context, "message": value}).encode()
        assert post(path, body) in (200, 400, 401, 408)
        assert post(path, json.dumps(value).encode()) in (400, 408)


DESK_CONTEXT = {
    "timestamp": "2026-01-08T12:07:00Z",
    "message_id": "m",
    "transaction_id": "t",
    "bap_id": "gridflex.example",
    "bap_uri": "https://gridflex.example",
}


@pytest.fixture(scope="module")
def post(setting: Any) -> Callable[[str, bytes], int]:
    place = setting()
    transport = place.client._line._client._transport

    def sent(path: str, body: bytes) -> int:
        headers = {"Authorization": place.client.network.signer.header(body, place.clock())}
        request = httpx.Request("POST", f"http://sandbox.gridflex.example{path}", content=body, headers=headers)
        return transport.handle_request(request).status_code

    return sent


def test_a_step_that_cannot_be_is_still_a_typed_error(setting):
    with pytest.raises(OutOfOrder):
        setting().journey().confirm()
