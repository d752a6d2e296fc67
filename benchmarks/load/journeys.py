"""What fifty visitors do: look around, move the threshold, book a window, bring jobs, plan anew."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

from benchmarks.load.visitor import Visitor

Steps = AsyncIterator[tuple[str, Awaitable[float]]]
Journey = Callable[[Visitor, int], Steps]
LOOKED_AT = ("queue", "tuning", "revenue", "beckn", "audit", "system")
JOBS = 20


async def look_around(visitor: Visitor, turn: int) -> Steps:
    """Every page but Impact, which works only at a button."""
    yield "open overview", visitor.open("overview")
    for name in LOOKED_AT:
        yield f"open {name}", visitor.open(name)


async def move_the_threshold(visitor: Visitor, turn: int) -> Steps:
    """The slider beside the chart."""
    yield "open overview", visitor.open("overview")
    for step in range(6):
        yield "move slider", visitor.move("Carbon threshold", 100.0 + 5 * ((turn * 7 + step) % 40))


async def book_a_window(visitor: Visitor, turn: int) -> Steps:
    """Discover to confirm with the embedded sandbox."""
    yield "open beckn", visitor.open("beckn")
    if visitor.has("New order"):
        yield "new order", visitor.press("New order")
    if visitor.has("Run all"):
        yield "Beckn journey", visitor.press("Run all")


async def bring_jobs(visitor: Visitor, turn: int) -> Steps:
    """A file of twenty jobs becomes the queue."""
    rows = "".join(f"job-{turn}-{n},low,{10 + n},2\n" for n in range(JOBS))
    content = f"job_id,priority,energy_kwh,duration_hours\n{rows}".encode()
    yield "open queue", visitor.open("queue")
    yield "open dialog", visitor.press("Upload CSV or JSON")
    yield "upload", visitor.upload("File of jobs", "jobs.csv", content)
    yield "use upload", visitor.press(f"Use these {JOBS} jobs")


async def plan_anew(visitor: Visitor, turn: int) -> Steps:
    """The queue's Re-plan."""
    yield "open queue", visitor.open("queue")
    yield "re-plan", visitor.press("Re-plan")


JOURNEYS: tuple[Journey, ...] = (look_around, move_the_threshold, book_a_window, bring_jobs, plan_anew)
