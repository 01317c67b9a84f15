"""The playbook: the rules that are the firm's to choose, seeded from a file and then the database's."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from bot import playbook
from bot.domain.bypass import Criterion
from bot.playbook import BadPlaybook, from_file

DEFAULTS = {
    "light_work": {"question", "access", "report_data"}, "self_review": False, "project_over_hours": 24,
    "reopen_days": 7, "confirm_business_days": 5, "stalled_business_days": 2,
    "triage_hours": {"P1": 2, "P2": 8, "P3": 16, "P4": 16}, "silence_days": {"reminders": (2, 4), "close": 5},
    "bypass_criteria": tuple(Criterion), "bypass_confirm_minutes": 30,
    "approval_valid_days": 14, "approval_expires_days": 5, "emergency_review_days": 2,
    "release_days": ("Tue", "Wed", "Thu"),
}  # fmt: skip


@pytest.fixture
def file(tmp_path: Path):
    def written(content: str) -> Path:
        path = tmp_path / "firm.yaml"
        path.write_text(content)
        return path

    return written


def test_the_default_is_this():
    assert from_file().model_dump(exclude={"version"}) == DEFAULTS


def test_the_database_keeps_the_first_and_a_second_seed_changes_nothing(owner, sessions, file):
    other = from_file(file(playbook.DEFAULT_FILE.read_text().replace("reopen_days: 7", "reopen_days: 30")))
    with sessions.begin() as session:
        playbook.seed(session, other)
    with sessions.begin() as session:
        assert playbook.of(session) == from_file()


def test_the_newest_version_is_in_force(sessions):
    with sessions.begin() as session:
        session.execute(text("insert into playbook select 2, content || '{\"reopen_days\": 30}' from playbook"))
    with sessions.begin() as session:
        assert (playbook.of(session).version, playbook.of(session).reopen_days) == (2, 30)


def test_it_is_read_once_a_transaction(sessions):
    with sessions.begin() as session:
        assert playbook.of(session) is playbook.of(session)


def test_a_version_in_use_cannot_be_changed():
    with pytest.raises(ValidationError):
        from_file().reopen_days = 30


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("reopen_days: 7", "reopen_days: soon", "reopen_days"),
        ("reopen_days: 7", "", "reopen_days"),
        ("reopen_days: 7", "reopen_dayz: 7", "reopen_dayz"),
        ("reopen_days: 7", "reopen_days: -1", "reopen_days"),
        ("self_review: false", "self_review: [", "firm.yaml"),
        ("light_work: [question, access, report_data]", "light_work: [questions]", "light_work"),
        ("P1: 2, ", "", "triage_hours"),
        ("P1: 2, ", "P1: -2, ", "triage_hours"),
        ("project_over_hours: 24", "project_over_hours: 0", "project_over_hours"),
    ],
)
def test_a_mistake_is_named_with_the_file(file, old, new, named):
    text = playbook.DEFAULT_FILE.read_text()
    assert old in text
    with pytest.raises(BadPlaybook, match=r"firm\.yaml") as bad:
        from_file(file(text.replace(old, new)))
    assert named in str(bad.value)


@pytest.mark.parametrize("content", ["", "- a\n", "just words\n", "1: 2\n"])
def test_what_is_no_playbook_is_refused(file, content):
    with pytest.raises(BadPlaybook, match=r"firm\.yaml can't be used"):
        from_file(file(content))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadPlaybook, match=r"absent\.yaml"):
        from_file(tmp_path / "absent.yaml")


def test_a_file_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "firm.yaml"
    path.write_bytes("light_work: [é]".encode("latin-1"))
    with pytest.raises(BadPlaybook, match=r"firm\.yaml"):
        from_file(path)
