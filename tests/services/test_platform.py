"""The wiring of one process, offline, and what the System page says of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from gridflex import __version__
from gridflex.domain.job_frame import frame_from_jobs
from gridflex.domain.provenance import Provenance
from gridflex.domain.regions import GB
from gridflex.errors import SettingsError
from gridflex.services.demand_view import expected_demand, expected_headroom
from gridflex.services.platform import Platform, build_platform
from gridflex.services.system_view import agent_rows, source_rows, version_rows
from gridflex.settings import Settings
from tests.bench import NOW, OFFLINE, flat, job, snapshot


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def settings(**given: Any) -> Settings:
    return Settings.model_validate({**OFFLINE, "DATABASE_URL": SecretStr("sqlite://")} | given)


@pytest.fixture
def shared() -> Iterator[Platform]:
    platform = build_platform(settings(), Clock())
    yield platform
    platform.close()


def test_offline_a_first_visitor_is_served_from_the_sample(shared: Platform) -> None:
    opened = shared.desk.open(None, NOW)
    view = shared.grid.view(opened.site.region, NOW, opened.tariff)
    assert (view.provenance, view.estimated_ahead) == (Provenance.SAMPLE, 0)
    assert view.error == "No address is configured for the carbon intensity service"
    assert len(shared.desk.decide(opened, view)) == 15
    assert shared.trail.verify(opened.id).count == 16
    assert shared.started_at == NOW


def test_what_an_earlier_process_kept_is_used_until_it_ends(tmp_path: Path) -> None:
    kept = settings(DATABASE_URL=SecretStr(f"sqlite:///{tmp_path / 'a.sqlite3'}"))
    clock = Clock()
    first = build_platform(kept, clock)
    first.archive.save(snapshot(flat(123), NOW - timedelta(hours=1)))
    own = first.desk.open(None, NOW)
    first.close()
    clock.now = NOW + timedelta(minutes=20)
    second = build_platform(kept, clock)
    view = second.grid.view(GB, clock())
    assert (view.provenance, view.intensity_now) == (Provenance.CACHED, 123)
    assert second.desk.open(own.token, clock()).frame.equals(own.frame)
    assert source_rows(second, GB)[0].since == "1 h 20 min ago"
    second.close()


def test_an_address_that_is_none_is_refused_at_start() -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL must begin with"):
        build_platform(settings(DATABASE_URL=SecretStr("mysql://user:hidden@host/db")), Clock())


def test_agents_sources_and_store_say_how_they_are(shared: Platform) -> None:
    opened = shared.desk.open(None, NOW)
    decided = shared.desk.decide(opened, shared.grid.view(GB, NOW, opened.tariff))
    workload, grid, orchestrator = agent_rows(decided)
    assert workload.note == "15 jobs in the queue"
    assert (grid.state, grid.note) == ("sample", "Great Britain, price: Time-of-day tariff")
    assert orchestrator.note == f"15 decisions in {decided.took_ms:.3f} ms by Threshold, then best window"
    carbon, *markets, sample, trail = source_rows(shared, GB)
    assert {(row.state, row.since, row.note) for row in markets} == {("not asked yet", "never", "0 requests today")}
    shared.markets.view(NOW)
    wholesale, auctions, agile = source_rows(shared, GB)[1:4]
    assert (wholesale.state, agile.state) == ("no answer yet", "not asked yet")
    assert auctions.note == "0 requests today · No address is configured for the NESO data portal"
    assert (carbon.state, carbon.since) == ("no answer yet", "never")
    assert carbon.note.startswith("0 requests today · No address is configured")
    assert sample.state == "ready"
    assert (trail.state, trail.note) == ("temporary", "Kept in memory: lost when the app stops.")


def test_versions_are_those_that_run() -> None:
    found = dict(version_rows())
    assert found["GridFlex"] == __version__
    assert {"Python", "streamlit", "pandas", "SQLAlchemy"} <= set(found)


def test_expected_load_is_the_demo_s_and_says_so(shared: Platform) -> None:
    opened = shared.desk.open(None, NOW)
    view = shared.grid.view(GB, NOW, opened.tariff)
    found = expected_demand(opened, view)
    assert found is not None
    assert (found.low <= found.high).all()
    assert len(found.low) == 48
    assert found.sentence.startswith("Expected peak of arriving load: ")
    assert found.sentence.endswith("(from the demo's made-up history).")
    again = expected_demand(opened, view)
    assert again is not None
    assert again.sentence == found.sentence


def test_the_room_kept_for_expected_load_is_its_p90(shared: Platform) -> None:
    opened = shared.desk.open(None, NOW)
    view = shared.grid.view(GB, NOW, opened.tariff)
    room, demand = expected_headroom(opened, view), expected_demand(opened, view)
    assert room is not None
    assert demand is not None
    assert room[96:144].tolist() == demand.high.tolist()
    assert not room[:96].any()
    assert not room[144:].any()


def test_nothing_is_known_of_arrivals_at_a_visitor_s_own_queue(shared: Platform) -> None:
    opened = shared.desk.open(None, NOW)
    own = shared.desk.take_jobs(opened, frame_from_jobs([job()]), NOW, cause="c")
    view = shared.grid.view(GB, NOW, own.tariff)
    assert expected_demand(own, view) is None
    assert expected_headroom(own, view) is None
