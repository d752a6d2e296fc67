from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gridflex.beckn.states import State
from gridflex.beckn.vocabulary import Mode

SESSIONS, EACH = 20, 10


def ids_in(step: Any) -> set[str]:
    return {json.loads(text)["context"]["transaction_id"] for text in (step.request, step.answer) if text}


@pytest.mark.parametrize("mode", Mode)
def test_200_journeys_at_once_from_20_sessions_keep_their_transactions_apart(setting, mode):
    place = setting(mode=mode)

    def session(number: int) -> list[Any]:
        journeys = [place.journey(workload_id=f"job-{number}-{i}", energy_kwh=15.0) for i in range(EACH)]
        for name in ("discover", "choose", "select", "init", "confirm"):
            for journey in journeys:
                getattr(journey, name)()
        return journeys

    with ThreadPoolExecutor(SESSIONS) as pool:
        journeys = [journey for found in pool.map(session, range(SESSIONS)) for journey in found]
    assert len({journey.record.transaction_id for journey in journeys}) == SESSIONS * EACH
    for journey in journeys:
        record = journey.record
        assert record.state is State.CONFIRMED, record.steps[-1].sentence
        for step in record.steps:
            assert ids_in(step) <= {record.transaction_id}
        order = json.loads(record.steps[-1].answer)["message"]["order"]
        assert order["beckn:id"] == record.order_id
        what = order["beckn:fulfillment"]["beckn:deliveryAttributes"]["beckn:workloadMetadata"]
        assert what["workloadId"] == record.workload.workload_id
    booked = sum(place.provider.booked_mw(key) for key in {j.record.chosen.window.item_id for j in journeys})
    assert booked == pytest.approx(0.00375 * SESSIONS * EACH)
    assert {entry.transaction_id for entry in place.trail} == {j.record.transaction_id for j in journeys}
