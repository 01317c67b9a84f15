"""Documentation that can't rot: pages made from tables say what the tables say, and nothing public is missing."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

from bot.cli import commands
from bot.domain.workflow import Action, Status
from bot.settings import Settings

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _tables():
    spec = importlib.util.spec_from_file_location("tables", ROOT / "docs" / "tables.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.PAGES


@pytest.mark.parametrize(("name", "page"), _tables().items())
def test_pages_made_from_tables_say_what_the_tables_say(name, page):
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == page(), "run python docs/tables.py"


def test_the_workflow_page_names_every_status_and_button():
    page = (ROOT / "docs" / "workflow.md").read_text(encoding="utf-8")
    assert all(word in page for word in [*(status.value for status in Status), *(action.label for action in Action)])


def test_every_command_of_the_command_line_is_in_the_readme():
    assert [name for name in commands() if f"`{name}" not in README and f" {name}" not in README] == []


def test_every_slash_command_is_in_the_readme():
    declared = json.loads((ROOT / "manifest.json").read_text())["features"]["slash_commands"]
    assert [item["command"] for item in declared if f"`{item['command']}" not in README] == []


def test_every_setting_is_in_the_readme():
    assert [name.upper() for name in Settings.model_fields if name.upper() not in README] == []


PAGES = [*sorted(ROOT.glob("docs/**/*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]


@pytest.mark.parametrize("path", PAGES, ids=[page.name for page in PAGES])
def test_links_between_documents_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    assert [t for t in targets if "://" not in t and not (path.parent / t).exists()] == []


def test_decision_notes_fit_a_page_and_name_the_test_that_enforces_them():
    for note in (ROOT / "docs" / "decisions").glob("*.md"):
        text = note.read_text(encoding="utf-8")
        assert len(text.split()) < 700, note.name
        assert "tests/" in text, note.name
