"""`.slack/hooks.json` as Slack's command line uses it: a shell line of the file, and what it is given besides."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from bot.cli import commands
from bot.slack import manifest
from tests.project.manifest_rules import MANIFEST

ROOT = Path(__file__).parents[2]
FILE = json.loads((ROOT / ".slack" / "hooks.json").read_text(encoding="utf-8"))
OURS = "python3 run.py "  # the CLI puts .venv in front of the PATH; run.py finds what it needs from there


def told(hook: str, *arguments: str) -> str:
    line = FILE["hooks"][hook].replace(OURS, f"'{sys.executable}' -m bot ")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(["sh", "-c", " ".join([line, *arguments])], cwd=ROOT, env=kept, capture_output=True,
                          text=True, check=True, timeout=60)  # fmt: skip
    return done.stdout


def test_it_needs_no_package_of_slacks_and_names_our_own_commands():
    assert set(FILE["hooks"]) == {"get-manifest", "start"}
    for line in FILE["hooks"].values():
        assert line.startswith(OURS)
        assert line.removeprefix(OURS).split()[0] in commands()


def test_the_connection_is_ours_to_keep():
    """Else the CLI would connect by itself, and run `start` once for each event."""
    assert FILE["config"]["sdk-managed-connection-enabled"] is True
    assert FILE["runtime"] == "python"


@pytest.mark.parametrize("arguments", [(), (f'--source="{ROOT}"',)], ids=["bare", "as the CLI calls it"])
def test_the_manifest_is_what_it_prints(arguments: tuple[str, ...]):
    printed = told("get-manifest", *arguments)
    made = json.loads(printed[printed.index("{") :])  # the CLI skips to the first brace
    assert made == manifest.read()
    jsonschema.validate(made, MANIFEST)


def test_what_it_watches_is_there_and_what_it_writes_is_not_committed():
    assert all((ROOT / path).exists() for path in FILE["config"]["watch"]["manifest"]["paths"])
    assert "apps.dev.json" in (ROOT / ".slack" / ".gitignore").read_text().split()
