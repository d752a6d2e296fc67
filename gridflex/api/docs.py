"""The interactive documentation, its assets served from an installed package: no browser asks another host."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from gridflex.api.headers import content_policy
from gridflex.api.on_demand import PREFIX

ASSETS = f"{PREFIX}/docs/assets"
PACKAGE = "fastapi_offline"


def install(app: FastAPI) -> None:
    """Serve the page at the root and under the prefix."""
    app.mount(ASSETS, StaticFiles(directory=_assets()))
    for path in ("/docs", f"{PREFIX}/docs"):
        app.add_api_route(path, _page, include_in_schema=False, response_class=HTMLResponse)


def _page() -> HTMLResponse:
    page = get_swagger_ui_html(
        openapi_url=f"{PREFIX}/openapi.json",
        title="GridFlex API",
        swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{ASSETS}/favicon.png",
        # Else the page would ask a validator on the web for its badge.
        swagger_ui_parameters={"validatorUrl": None, "persistAuthorization": False},
    )
    page.headers["content-security-policy"] = content_policy(bytes(page.body).decode())
    return page


def _assets() -> Path:
    """Where the package keeps them; found without importing it."""
    spec = find_spec(PACKAGE)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "static"
