"""What went wrong, as RFC 9457 has it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Fault(BaseModel):
    """One wrong value: where it stands, and what is wrong with it."""

    where: str
    message: str


class Problem(BaseModel):
    """An error. ``type`` is about:blank, so ``title`` is the status's own phrase; ``instance`` is the path."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Unprocessable Entity",
                    "status": 422,
                    "detail": "There is no job 'nightly' in the queue.",
                    "instance": "/api/optimize",
                    "errors": [],
                }
            ]
        }
    )

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str
    errors: tuple[Fault, ...] = ()
