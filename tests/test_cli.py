"""The commands as they are typed: what they print, and with which code they end."""

import gzip
import re
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from bot import cli, embedded
from bot.jobs import JOBS
from tests import cast

SETTINGS = ("DATABASE_URL", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "SLACK_API_URL", "PORT",
            "STEWARD_PLAYBOOK", "STEWARD_LOG")  # fmt: skip
ISSUES = "Summary,Issue id,Status,Priority,Resolution,Created,Resolved,Affects Version/s,Description\n"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def migrated(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DATABASE_URL", database_url)
    return database_url


@pytest.fixture
def setup_file(tmp_path: Path) -> Path:
    path = tmp_path / "northwind.yaml"
    path.write_text(cast.SETUP, encoding="utf-8")
    return path


@pytest.fixture
def applied(migrated: str, setup_file: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert cli.main(["apply", str(setup_file)]) == 0
    capsys.readouterr()
    return setup_file


def ends_with(*typed: str) -> int:
    """The exit code, whichever way the command ends."""
    try:
        return cli.main(list(typed))
    except SystemExit as ended:
        return int(ended.code or 0)


def rows_of(owner: Engine, *tables: str) -> dict[str, object]:
    with owner.connect() as connection:
        names = tables or tuple(
            connection.scalars(text("select tablename from pg_tables where schemaname = 'public'")).all()
        )
        return {
            name: connection.execute(text(f"select md5(string_agg(t::text, '|' order by t::text)) from {name} t")).one()
            for name in names
        }


# --- help and usage


def test_help_names_every_command_in_a_sentence(capsys):
    assert ends_with("--help") == 0
    said = " ".join(capsys.readouterr().out.split())
    for command in cli.commands():
        assert f" {command} " in said
    assert "==SUPPRESS==" not in said


@pytest.mark.parametrize("command", cli.commands())
def test_help_of_a_command_says_what_it_does_and_what_each_word_means(command: str, capsys):
    assert ends_with(command, "--help") == 0
    said = capsys.readouterr().out
    about = said.split("\n\n")[1]
    assert about.strip().endswith((".", ")"))
    assert len(about) > 25
    assert "==SUPPRESS==" not in said
    assert "shared-clock" not in said  # for the playground alone
    lines = said.splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        assert len(line) <= 120
        if word := re.fullmatch(r"  (\S+( [A-Z]+)?)", line):  # a word or option that nothing stands beside
            assert following.startswith(" " * 20), f"{command}: {word[1]} is not explained"


@pytest.mark.parametrize(
    "typed",
    [
        [],
        ["nonsense"],
        ["apply"],
        ["run"],
        ["run", "nightly-digest"],
        ["run", "daily-digest", "--at", "yesterday"],
        ["import", "weather", "file.csv", "--account", "Acme"],
        ["import", "time"],
        ["import", "tickets", "file.csv"],
        ["export"],
        ["export", "secrets"],
        ["export", "changes", "--period", "November"],
        ["export", "changes", "--format", "pdf"],
        ["export", "changes", "--format", "xero"],
        ["export", "changes", "--mark"],
        ["export", "changes", "--to", "x"],
        ["export", "changes", "--history"],
        ["export", "invoices", "--format", "json"],
        ["demo", "--port", "many"],
        ["web", "extra"],
    ],
    ids=" ".join,
)
def test_a_command_called_wrongly_ends_with_2_and_says_how_it_is_called(typed: list[str], capsys):
    assert ends_with(*typed) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "usage: steward" in told.err
    assert "Traceback" not in told.err


def test_a_job_that_does_not_exist_is_told_those_that_do(capsys):
    ends_with("run", "nightly-digest")
    told = capsys.readouterr().err
    assert all(name in told for name in JOBS)


def test_a_time_that_is_none_is_told_how_to_write_one(capsys):
    ends_with("run", "daily-digest", "--at", "yesterday")
    assert "yesterday is not a time; write 2026-11-23T09:00+00:00" in capsys.readouterr().err


# --- settings


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("web", ["DATABASE_URL", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"]),
        ("worker", ["DATABASE_URL", "SLACK_BOT_TOKEN"]),
        ("migrate", ["DATABASE_URL"]),
    ],
)
def test_everything_that_is_not_set_is_listed_at_once(command: str, missing: list[str], capsys):
    assert ends_with(command) == 1
    told = capsys.readouterr().err
    assert [name for name in SETTINGS if f"{name} is not set" in told] == missing
    assert "Traceback" not in told


def test_what_is_wrong_stands_beside_what_is_missing_and_no_value_is_shown(monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", "mysql://me:hush@host/db")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-hush")
    monkeypatch.setenv("PORT", "hush")
    assert ends_with("web") == 1
    told = capsys.readouterr().err
    assert "DATABASE_URL must start with postgresql:// or postgres://" in told
    assert "PORT" in told
    assert "SLACK_SIGNING_SECRET is not set" in told
    assert "hush" not in told


@pytest.mark.parametrize("name", ["DATABASE_URL", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"])
def test_an_empty_setting_is_one_that_is_not_set(name: str, monkeypatch, capsys):
    """A compose file or a host's form leaves many a variable empty: with port 1 nothing would start in any case."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-x")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "x")
    monkeypatch.setenv("PORT", "-1")  # so that `web` never starts, whatever it makes of the empty one
    monkeypatch.setenv(name, "")
    assert ends_with("web") == 1
    told = capsys.readouterr().err
    assert f"{name} is not set" in told


@pytest.mark.parametrize("typed", [["migrate"], ["apply", "FILE"], ["run", "daily-digest"]], ids=" ".join)
def test_a_database_that_is_not_there_is_one_sentence(typed: list[str], setup_file: Path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:hush@127.0.0.1:1/none")
    assert ends_with(*[str(setup_file) if word == "FILE" else word for word in typed]) == 1
    told = capsys.readouterr().err
    assert told.lower().startswith("steward: the database ")
    assert len(told.splitlines()) <= 2
    assert "Traceback" not in told
    assert "hush" not in told


# --- migrate


def test_migrate_makes_an_empty_database_usable_and_can_be_run_again(server_url: str, monkeypatch, capsys):
    name = "steward_cli_migrate"
    embedded.drop_database(server_url, name)
    monkeypatch.setenv("DATABASE_URL", embedded.create_database(server_url, name))
    try:
        for _ in range(2):
            assert ends_with("migrate") == 0
            assert capsys.readouterr().out == "The database stands at this release.\n"
    finally:
        embedded.drop_database(server_url, name)


def test_a_database_that_was_not_migrated_is_told_to_be(server_url: str, setup_file: Path, monkeypatch, capsys):
    name = "steward_cli_empty"
    embedded.drop_database(server_url, name)
    monkeypatch.setenv("DATABASE_URL", embedded.create_database(server_url, name))
    try:
        for typed in (["apply", str(setup_file)], ["run", "daily-digest"]):
            assert ends_with(*typed) == 1
            told = capsys.readouterr().err
            assert "steward migrate" in told
            assert "Traceback" not in told
    finally:
        embedded.drop_database(server_url, name)


def test_a_playbook_of_ones_own_seeds_an_empty_database_and_a_bad_one_is_named(
    server_url: str, tmp_path: Path, monkeypatch, capsys
):
    name = "steward_cli_playbook"
    embedded.drop_database(server_url, name)
    monkeypatch.setenv("DATABASE_URL", embedded.create_database(server_url, name))
    monkeypatch.setenv("STEWARD_PLAYBOOK", str(tmp_path / "playbook.yaml"))
    try:
        assert ends_with("migrate") == 1
        assert "playbook.yaml can't be used" in capsys.readouterr().err
    finally:
        embedded.drop_database(server_url, name)


# --- apply


def test_apply_says_what_it_changed_and_the_second_time_that_nothing_is_to_change(migrated, setup_file, owner, capsys):
    assert ends_with("apply", str(setup_file)) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Provider set up."
    assert "Account Acme added." in said
    assert "Acme: contact Nora added." in said
    before = rows_of(owner)
    assert ends_with("apply", str(setup_file)) == 0
    assert capsys.readouterr().out == "Everything stands as the file says: nothing to change.\n"
    assert rows_of(owner) == before


def test_apply_tells_what_is_now_otherwise(applied: Path, capsys):
    applied.write_text(
        cast.SETUP.replace("rate: 150 EUR", "rate: 160 EUR").replace(
            "name: Bo,   roles: [engineer]", "name: Bo,   roles: [lead]"
        )
    )
    assert ends_with("apply", str(applied)) == 0
    said = capsys.readouterr().out
    assert "Staff Bo: roles is now lead (was engineer)." in said
    assert "Acme: agreement: rate_amount is now 160" in said


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("timezone: Europe/Berlin|timezone: Europe/Berlim", "Europe/Berlim is not a time zone"),
        ("channel: C0ACME|chanel: C0ACME", "is not known here; check the spelling"),
        ("holidays: DE|holidays: XX", "no holidays are known for XX"),
        ("arr: 120000 EUR|arr: plenty", "write an amount and a currency, as in 150 EUR"),
        ("slack: U0MAYA|slack: maya", "maya is not a Slack user id"),
        ("{slack: U0EVE,  name: Eve,|{slack: U0BO,  name: Eve,", "U0BO stands at people[1].slack already"),
        ("roles: [lead, approver]|roles: [king]", "Input should be"),
    ],
    ids=lambda value: value.split("|")[-1] if isinstance(value, str) else str(value),
)
def test_a_mistake_is_named_with_its_line_and_nothing_is_applied(applied: Path, owner, capsys, wrong, says):
    right, mistake = wrong.split("|")
    assert right in cast.SETUP
    content = cast.SETUP.replace(right, mistake).replace("name: Sam,", "name: Samuel,")
    line = content[: content.index(mistake)].count("\n") + 1
    applied.write_text(content)
    before = rows_of(owner)
    assert ends_with("apply", str(applied)) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert f"northwind.yaml: line {line}: " in told.err
    assert says in told.err
    assert rows_of(owner) == before


@pytest.mark.parametrize("content", ["", "- a\n- list", "a: [unclosed", "just words", "provider: {}\npeople: []\n"])
def test_a_file_that_is_no_setup_is_refused_in_a_sentence(migrated, tmp_path: Path, owner, content: str, capsys):
    path = tmp_path / "odd.yaml"
    path.write_text(content)
    before = rows_of(owner)
    assert ends_with("apply", str(path)) == 1
    told = capsys.readouterr().err
    assert told.startswith("steward: odd.yaml")
    assert "Traceback" not in told
    assert rows_of(owner) == before


def test_a_file_that_is_not_there_or_not_text_is_refused_in_a_sentence(migrated, tmp_path: Path, capsys):
    assert ends_with("apply", str(tmp_path / "absent.yaml")) == 1
    assert "absent.yaml can't be read: No such file or directory." in capsys.readouterr().err
    assert ends_with("apply", str(tmp_path)) == 1
    assert "can't be read: Is a directory." in capsys.readouterr().err
    (tmp_path / "latin.yaml").write_bytes("provider: {name: Müller}".encode("latin-1"))
    assert ends_with("apply", str(tmp_path / "latin.yaml")) == 1
    told = capsys.readouterr().err
    assert "latin.yaml" in told
    assert "Traceback" not in told


# --- import


def test_import_tells_what_it_did_and_the_second_time_that_all_was_there(applied: Path, tmp_path: Path, capsys):
    path = tmp_path / "issues.csv.gz"
    lines = "".join(
        f"Search is slow {n},{n},Closed,Major,Fixed,02/Mar/26 08:00,03/Mar/26 09:00,,It is\n" for n in (1, 2)
    )
    path.write_bytes(gzip.compress((ISSUES + lines).encode()))
    assert ends_with("import", "tickets", str(path), "--account", "acme") == 0
    assert "2 tickets are new" in capsys.readouterr().out
    assert ends_with("import", "tickets", str(path), "--account", "Acme") == 0
    assert "0 tickets are new, 2 were already there" in capsys.readouterr().out


def test_a_timesheet_comes_in_once_and_goes_out_as_it_is(applied: Path, tmp_path: Path, capsys):
    path = tmp_path / "sheet.csv"
    head = "Name,Start Time,Hours,Time Spent,Category,Owner,Case\n"
    path.write_text(f"{head}Rebuilt the index,2026-11-20T09:00:00Z,0.75,45,Support,Bo,\nCall,x,1,60,Support,Bo,\n")
    assert ends_with("import", "time", str(path), "--account", "acme") == 0
    told = capsys.readouterr().out
    assert "New entries: 1, 45m in all." in told
    assert "line 3: “x” is not a time" in told
    assert ends_with("export", "time", "--period", "2026-11", "--history") == 0
    out = capsys.readouterr().out
    assert '"2026-11-20","Bo","Acme"' in out
    path.write_text(out)
    assert ends_with("import", "time", str(path)) == 0
    assert "New entries: 0," in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "account", "says"),
    [(ISSUES, "Nobody", "Nobody"), ("a,b\n1,2\n", "Acme", ""), (None, "Acme", "absent.csv")],
    ids=["no such account", "no such log", "no such file"],
)
def test_what_can_not_be_imported_is_one_sentence_and_changes_nothing(
    applied: Path, tmp_path: Path, owner, content, account, says, capsys
):
    path = tmp_path / "absent.csv"
    if content is not None:
        path.write_text(content)
    before = rows_of(owner)
    assert ends_with("import", "tickets", str(path), "--account", account) == 1
    told = capsys.readouterr().err
    assert "steward: " in told
    assert says in told
    assert "Traceback" not in told
    assert rows_of(owner) == before


# --- run


def test_run_does_a_job_once_for_its_period_and_says_so(applied: Path, owner, capsys):
    typed = ["run", "daily-digest", "--at", "2026-11-23T09:00+00:00"]
    assert ends_with(*typed) == 0
    assert capsys.readouterr().out == "daily-digest: written; the worker posts it.\n"
    before = rows_of(owner)
    assert ends_with(*typed) == 0
    assert capsys.readouterr().out == "daily-digest: done already for that day; nothing is posted twice.\n"
    assert rows_of(owner) == before


def test_run_before_apply_says_what_comes_first(migrated: str, owner, capsys):
    before = rows_of(owner)
    assert ends_with("run", "daily-digest") == 1
    assert "An admin runs `steward apply`" in capsys.readouterr().err
    assert rows_of(owner) == before


# --- export


@pytest.mark.parametrize(
    ("what", "how", "printed"),
    [
        ("changes", "csv", '"change","account","title","class"'),
        ("changes", "json", '{\n  "changes": []\n}\n'),
        ("time", "csv", '"work_date","person","account"'),
        ("time", "json", '{\n  "time": []\n}\n'),
    ],
)
def test_an_export_of_nothing_still_says_what_it_would_be(applied: Path, capsys, what: str, how: str, printed: str):
    assert ends_with("export", what, "--format", how, "--period", "2026-11", "--account", "acme") == 0
    told = capsys.readouterr()
    assert told.out.startswith(printed)
    assert told.err == ""


def test_an_export_of_an_unknown_account_names_those_there_are(applied: Path, capsys):
    assert ends_with("export", "changes", "--account", "Globex") == 1
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "steward: There is no account “Globex”. There are: Acme, Umbrella.\n")


def test_a_month_that_is_none_is_told_how_to_write_one(capsys):
    ends_with("export", "changes", "--period", "2026-13")
    assert "2026-13 is not a month; write 2026-11" in capsys.readouterr().err
