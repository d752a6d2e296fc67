"""The REST API as one ASGI application over a wired platform."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from gridflex import __version__
from gridflex.api import docs, problems
from gridflex.api.keys import KeyRing
from gridflex.api.limits import Guard, Limits
from gridflex.api.models.problem import Problem
from gridflex.api.on_demand import PREFIX
from gridflex.api.parts import Parts
from gridflex.api.routes import access, demo, grid, jobs, orders, plans, rules, scenarios, steering, system, trail
from gridflex.api.ticking import Ticker
from gridflex.api.visits import HEADER
from gridflex.services.demo_month import DemoMonths
from gridflex.services.demo_workspace import DEMO_SEED
from gridflex.services.platform import Platform
from gridflex.services.self_checks import SelfChecks

SUMMARY = "The control room that turns a data centre's compute into a flexible grid asset."
DESCRIPTION = f"""
The agents of the dashboard over HTTP. Times are UTC, ISO 8601; the unit of a quantity ends its name.
Savings are estimates against running at once. Each value's provenance is live, cached, estimated or sample.

**Keys.** Reading needs none: without a key you see this half-hour's demo, which is written nowhere. Your first change
gives you a workspace for 24 h; its key is in the answer's header `{HEADER}` and in a cookie. Where the operator has
set keys, changes need one of them, in `{HEADER}` or as a bearer token. Named keys to one workspace are made on the
System page or at `/api/workspace/keys`, and revoked one by one; they work where the operator has set keys, too.

**Also at the root:** /health, /agents/status, /grid/current, /workload/queue, /optimize, /decisions/recent,
/metrics/system, /beckn/execute-journey, /demo/trigger, /demo/generate, /docs.
"""

MISSION = (system.router, grid.router, jobs.router, plans.router, trail.router, orders.router, demo.router)
"""Answered at the root too."""
MORE = (
    jobs.listing,
    plans.more,
    steering.router,
    rules.router,
    scenarios.router,
    access.router,
    trail.more,
    orders.more,
    system.more,
)


class Api(FastAPI):
    """FastAPI, with the one shape of every error in its document."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        found = super().openapi()
        if "Problem" not in found["components"]["schemas"]:
            shape = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            found["components"]["schemas"] |= {**shape.pop("$defs"), "Problem": shape}
        return found


def create_app(
    platform: Platform,
    checks: SelfChecks,
    keys: tuple[str, ...] = (),
    origins: tuple[str, ...] = (),
    limits: Limits | None = None,
) -> FastAPI:
    """The application. ``keys`` are the operator's; ``origins`` whose pages' scripts may ask (none: CORS is closed)."""
    bounds = limits or Limits()
    parts = _parts(platform, checks, keys, bounds.network_s)
    app = Api(
        title="GridFlex",
        summary=SUMMARY,
        description=DESCRIPTION,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
        responses=problems.DECLARED,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.parts = parts
    problems.install(app)
    docs.install(app)
    for router in MISSION:
        app.include_router(router, prefix=PREFIX)
        app.include_router(router, include_in_schema=False)
    for router in MORE:
        app.include_router(router, prefix=PREFIX)
    app.include_router(system.information, prefix=PREFIX)
    app.add_api_route("/", system.api_information, include_in_schema=False)
    app.add_api_route("/openapi.json", app.openapi, include_in_schema=False)
    if origins:
        app.add_middleware(CORSMiddleware, allow_origins=origins, allow_methods=["*"], allow_headers=["*"])
    app.add_middleware(Guard, limits=bounds, answered=parts.meter.answered)
    return app


def _parts(platform: Platform, checks: SelfChecks, keys: tuple[str, ...], network_s: float) -> Parts:
    months = DemoMonths(platform.record, DEMO_SEED)
    return Parts(platform, checks, months, Ticker(platform), network_s, KeyRing(keys))
