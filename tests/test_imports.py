"""The rooms' arrows point one way: read from the syntax trees, so that no import hides."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

MAY_KNOW: dict[str, set[str]] = {
    "errors": set(),
    "settings": {"errors"},
    "domain": {"errors"},
    "planning": {"domain", "errors"},
    "markets": {"planning", "domain", "errors"},
    "sources": {"domain", "errors"},
    "store": {"domain", "errors"},
    "beckn": {"domain", "errors"},
    "notify": {"domain", "errors"},
    "backtest": {"planning", "markets", "domain", "errors"},
    "agents": {"planning", "markets", "domain", "errors"},
}
EVERYTHING_BELOW = {*MAY_KNOW, "settings"}
MAY_KNOW["services"] = EVERYTHING_BELOW
MAY_KNOW["cli"] = {*EVERYTHING_BELOW, "services"}
MAY_KNOW["__main__"] = {"cli", "errors"}
MAY_KNOW["api"] = {*EVERYTHING_BELOW, "services"}
MAY_KNOW["ui"] = {*EVERYTHING_BELOW, "services"}

ONLY_IN: dict[str, tuple[str, ...]] = {
    "streamlit": ("gridflex/ui/", "pages/", "app.py", "asgi.py"),
    "plotly": ("gridflex/ui/charts/",),
    "httpx": ("gridflex/sources/", "gridflex/beckn/", "gridflex/notify/"),
    "sqlalchemy": ("gridflex/store/",),
}

FILES = sorted([*ROOT.glob("gridflex/**/*.py"), *ROOT.glob("pages/*.py"), ROOT / "app.py", ROOT / "asgi.py"])


def imported(path: Path) -> set[str]:
    """Absolute names of all modules a file imports, wherever in it they stand."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            found.add(node.module or "")
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def room(module: str) -> str | None:
    """The room of one of our modules: the second part of its name."""
    parts = module.split(".")
    return parts[1] if parts[0] == "gridflex" and len(parts) > 1 else None


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows_point_one_way(path: Path) -> None:
    here = path.relative_to(ROOT)
    if here.parts[0] != "gridflex" or (here.name == "__init__.py" and len(here.parts) == 2):
        return
    own = here.parts[1].removesuffix(".py")
    known = {name for module in imported(path) if (name := room(module)) and name in MAY_KNOW}
    assert known <= MAY_KNOW[own] | {own}, f"{here} knows {sorted(known - MAY_KNOW[own] - {own})}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_libraries_stay_in_their_rooms(path: Path) -> None:
    here = str(path.relative_to(ROOT))
    libraries = {module.split(".")[0] for module in imported(path)}
    for library, homes in ONLY_IN.items():
        if library in libraries:
            assert here.startswith(homes), f"{here} imports {library}"


def test_every_room_has_a_rule() -> None:
    rooms = {path.name for path in (ROOT / "gridflex").iterdir() if (path / "__init__.py").exists()}
    assert rooms <= set(MAY_KNOW)
