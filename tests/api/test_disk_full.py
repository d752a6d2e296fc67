"""No room left for what must be kept: it is said, nothing is half-written, and all goes on once there is room."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.api.conftest import Serve

JOB = {"energy_kwh": 40, "duration_hours": 2, "priority": "low"}


@contextmanager
def no_file_grows_beyond(size: int) -> Iterator[None]:
    """The system refuses to write further into any file of this process, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_it_is_said_and_nothing_is_half_written(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "a.sqlite3"
    with serve(database=f"sqlite:///{file}") as api:
        here = api.visitor()
        held: dict[str, Any] = here.get("/workload/queue").json()
        log = file.with_name("a.sqlite3-wal").stat().st_size
        with no_file_grows_beyond(log + 5000):
            for n in range(3):
                refused = here.post("/api/jobs", json={"jobs": [JOB | {"job_id": f"late-{n}"}]})
                assert refused.status_code == 503, refused.text
                assert refused.headers["Retry-After"] == "5"
                assert refused.json()["detail"].startswith("The database cannot do its work just now")
                assert here.get("/workload/queue").json() == held
                assert here.get("/api/audit/verify").json()["verified"]
        done = here.post("/api/jobs", json={"jobs": [JOB | {"job_id": "in-time"}]})
        assert done.status_code == 201, done.text
        assert here.get("/api/audit/verify").json()["verified"]
        known = {job["job_id"] for job in here.get("/workload/queue").json()["jobs"]}
        assert "in-time" in known
        assert not known & {f"late-{n}" for n in range(3)}
