"""``python -m gridflex check``: a line a part, no secret, and an exit code that a deployment can go by."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from gridflex.cli.main import main

SEED = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("GRIDFLEX_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GRIDFLEX_DATA_DIR", str(tmp_path / "kept"))
    monkeypatch.setenv("GRIDFLEX_CARBON_API_URL", "")
    monkeypatch.delenv("DATABASE_URL", raising=False)


def check(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, tuple[str, str]], str]:
    """The exit code, verdict and sentence by part, and the last line."""
    code = main(["check"])
    *lines, summary = capsys.readouterr().out.splitlines()
    return code, {line[9:24].strip(): (line[:8].strip(), line[25:]) for line in lines}, summary


def test_the_default_is_fit_and_leaves_a_database_to_start_with(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, found, summary = check(capsys)
    assert (code, summary[:24]) == (0, "6 parts checked: 0 faile")
    assert found["carbon source"] == ("ok", "None is named: offline, on the embedded sample grid.")
    assert found["Beckn network"][0] == found["data directory"][0] == "ok"
    assert found["environment"] == ("ok", "2 settings from the environment, the rest default.")
    assert (tmp_path / "kept" / "gridflex.sqlite3").exists()


def test_a_source_that_answers_is_named_and_one_that_does_not_is_a_warning(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, replay: Any
) -> None:
    monkeypatch.setenv("GRIDFLEX_CARBON_API_URL", replay.url)
    assert check(capsys)[1]["carbon source"][1].startswith(f"{replay.url} gave 1")
    monkeypatch.setenv("GRIDFLEX_CARBON_API_URL", "http://127.0.0.1:9")
    code, found, summary = check(capsys)
    assert (code, found["carbon source"][0]) == (0, "warning")
    assert "sample meanwhile" in found["carbon source"][1]
    assert "warning" in summary


def test_a_database_that_does_not_answer_fails_it_and_keeps_its_password(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:hidden-word@127.0.0.1:9/gridflex?connect_timeout=2")
    code, found, summary = check(capsys)
    assert (code, found["database"][0]) == (1, "failed")
    assert "hidden-word" not in str(found)
    assert summary.startswith("5 parts checked: 1 failed")


@pytest.mark.parametrize(
    ("given", "part", "verdict", "said"),
    [
        ({"GRIDFLEX_DATADIR": "/srv"}, "environment", "warning", "GRIDFLEX_DATADIR"),
        ({"GRIDFLEX_API_KEYS": "short"}, "environment", "failed", "GRIDFLEX_API_KEYS every key must have 16"),
        ({"GRIDFLEX_DATA_DIR": "/proc/gridflex"}, "data directory", "failed", "cannot be written"),
        ({"GRIDFLEX_BECKN_URL": "https://network.example/api", "GRIDFLEX_BECKN_MODE": "async"}, "Beckn network",
         "failed", "registry"),
        ({"GRIDFLEX_BECKN_URL": "https://network.example/api", "GRIDFLEX_BECKN_PRIVATE_KEY": SEED,
          "GRIDFLEX_BECKN_KEY_ID": "k1"}, "Beckn network", "ok", "https://network.example/api, sync"),
        ({"GRIDFLEX_API_KEYS": "a-key-of-some-length,another-key-of-length"}, "API", "ok", "one of 2 keys"),
        ({"GRIDFLEX_CORS_ORIGINS": "https://a.example"}, "API", "ok", "scripts of https://a.example may ask"),
    ],
)  # fmt: skip
def test_each_part_says_what_is_wrong_with_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    given: dict[str, str], part: str, verdict: str, said: str,
) -> None:  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    code, found, _ = check(capsys)
    assert found[part][0] == verdict
    assert said in found[part][1]
    assert code == (1 if verdict == "failed" else 0)
    assert SEED not in str(found)
    assert "a-key-of-some-length" not in str(found)
