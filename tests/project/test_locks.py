"""The lock files are what is installed, so they have to say what pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ASKED_FOR = {"requirements.txt": PROJECT["project"]["dependencies"]} | {
    f"requirements-{group}.txt": wishes for group, wishes in PROJECT["dependency-groups"].items()
}


def entries(lock: str) -> list[str]:
    """One string for each package, with its hashes."""
    lines = (line for line in (ROOT / lock).read_text().splitlines() if not line.lstrip().startswith("#"))
    return [entry.strip() for entry in "\n".join(lines).replace("\\\n", " ").splitlines() if entry.strip()]


def pinned(lock: str) -> dict[str, Version]:
    found = (re.match(r"([\w.-]+)==([^\s;]+)", entry) for entry in entries(lock))
    return {canonicalize_name(pin[1]): Version(pin[2]) for pin in found if pin}


@pytest.mark.parametrize("lock", ASKED_FOR)
def test_lock_has_everything_that_is_asked_for(lock: str) -> None:
    pins = pinned(lock)
    for wish in map(Requirement, ASKED_FOR[lock]):
        version = pins.get(canonicalize_name(wish.name))
        assert version is not None, f"{wish} is not in {lock}: run `bash .ci/lock`"
        assert version in wish.specifier, f"{lock} has {version}, not {wish}: run `bash .ci/lock`"


@pytest.mark.parametrize("lock", ASKED_FOR)
def test_every_entry_is_pinned_and_hashed(lock: str) -> None:
    loose = [entry for entry in entries(lock) if not re.match(r"[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", entry)]
    assert loose == []


@pytest.mark.parametrize("lock", ASKED_FOR)
def test_lock_names_no_place_to_download_from(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert [word for word in ("://", "--index-url", "--extra-index-url", "--find-links", " @ ") if word in text] == []


def test_locks_agree_on_what_they_share() -> None:
    """So that run.py can add one to an environment that has another."""
    versions: dict[str, set[Version]] = {}
    for lock in ASKED_FOR:
        for name, version in pinned(lock).items():
            versions.setdefault(name, set()).add(version)
    assert {name for name, several in versions.items() if len(several) > 1} == set()
