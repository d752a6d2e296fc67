"""The environment, read and checked once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gridflex.errors import SettingsError
from gridflex.settings import Settings, read_settings

NAMES = ("GRIDFLEX_CARBON_API_URL", "CARBON_API_KEY", "GRIDFLEX_DATA_DIR", "DATABASE_URL")


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*NAMES, *os.environ):
        if name in NAMES or name.startswith("GRIDFLEX_"):
            monkeypatch.delenv(name, raising=False)


def test_nothing_is_required() -> None:
    found = read_settings()
    assert found.carbon_api_url == "https://api.carbonintensity.org.uk"
    assert found.database() == f"sqlite:///{Path('data') / 'gridflex.sqlite3'}"
    assert found.carbon_api_key is None
    rows = {name: (value, origin) for name, value, origin in found.described()}
    assert set(NAMES) <= set(rows)
    assert {origin for _, origin in rows.values()} == {"default"}
    assert rows["CARBON_API_KEY"] == ("not set", "default")


def test_what_the_environment_says_is_used_and_its_origin_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GRIDFLEX_CARBON_API_URL", "http://127.0.0.1:9000/")
    monkeypatch.setenv("GRIDFLEX_DATA_DIR", str(tmp_path))
    found = read_settings()
    assert found.carbon_api_url == "http://127.0.0.1:9000"
    assert found.database() == f"sqlite:///{tmp_path / 'gridflex.sqlite3'}"
    assert ("GRIDFLEX_DATA_DIR", str(tmp_path), "environment") in found.described()


def test_secrets_are_used_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARBON_API_KEY", "hush-1")
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:hush-2@host/db")
    found = read_settings()
    assert found.database() == "postgresql://user:hush-2@host/db"
    assert ("CARBON_API_KEY", "set", "environment") in found.described()
    assert "hush" not in f"{found!r} {found} {found.described()}"


def test_an_empty_address_means_offline_and_an_empty_database_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GRIDFLEX_CARBON_API_URL", "DATABASE_URL", "CARBON_API_KEY"):
        monkeypatch.setenv(name, "")
    found = read_settings()
    assert (found.carbon_api_url, found.database().startswith("sqlite:///")) == ("", True)
    assert ("CARBON_API_KEY", "not set", "environment") in found.described()


@pytest.mark.parametrize("address", ["ftp://host", "api.carbonintensity.org.uk", "javascript:alert(1)"])
def test_an_address_that_is_none_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("GRIDFLEX_CARBON_API_URL", address)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert str(refused.value) == (
        "GRIDFLEX_CARBON_API_URL must start with http:// or https://, or be empty to stay offline"
    )


def test_settings_cannot_be_changed_later() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().data_dir = Path("elsewhere")


def test_the_operators_page_names_every_setting() -> None:
    page = (Path(__file__).parents[1] / "docs" / "operators.md").read_text()
    assert [name for name, _, _ in Settings().described() if f"`{name}`" not in page] == []
