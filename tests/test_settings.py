"""The environment is read once; every problem is named at once, and no value is ever printed."""

import pytest
from sqlalchemy import create_engine

from bot import settings
from bot.settings import BadSettings, DatabaseSettings, Settings, read

GOOD = {
    "DATABASE_URL": "postgresql://steward:hunter2@db.example/steward",
    "SLACK_BOT_TOKEN": "xoxb-secret-bot",
    "SLACK_SIGNING_SECRET": "secret-signing",
}
SECRETS = ("hunter2", "xoxb-secret-bot", "secret-signing")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch):
    """Set exactly these variables of ours; None leaves one out."""

    def put(**changed: str | None) -> None:
        for model_field in Settings.model_fields:
            monkeypatch.delenv(model_field.upper(), raising=False)
        for name, value in (GOOD | changed).items():
            if value is not None:
                monkeypatch.setenv(name, value)

    put()
    return put


def problems(*needed: str, model: type[DatabaseSettings] = Settings) -> str:
    with pytest.raises(BadSettings) as bad:
        read(model, *needed)
    return str(bad.value)


def test_what_is_set_is_read(environment):
    found = read(Settings, "slack_signing_secret")
    assert found.slack_bot_token.get_secret_value() == "xoxb-secret-bot"
    assert found.signing_secret == "secret-signing"
    assert (found.port, found.slack_api_url) == (3000, "https://slack.com/api/")


@pytest.mark.parametrize(
    "url",
    [
        "postgres://steward:hunter2@db.example/steward",
        "postgresql://steward:hunter2@db.example/steward",
        "postgresql+psycopg://steward:hunter2@db.example/steward",
    ],
)
def test_every_way_to_write_postgres_means_psycopg_3(environment, url):
    environment(DATABASE_URL=url)
    assert read(DatabaseSettings).database_url == "postgresql+psycopg://steward:hunter2@db.example/steward"


@pytest.mark.parametrize(
    "url", ["mysql://u:hunter2@h/d", "postgresql", "", "db.example/steward", "postgresql+asyncpg://h/d"]
)
def test_any_other_database_is_refused_without_repeating_it(environment, url):
    environment(DATABASE_URL=url)
    said = problems(model=DatabaseSettings)
    assert "DATABASE_URL" in said
    assert "hunter2" not in said
    assert not url or url not in said.replace("postgresql://", "").replace("postgres://", "")


@pytest.mark.parametrize(
    ("hosts", "named", "ports"),
    [
        ("a.example:5432,b.example:5433", "a.example,b.example", "5432,5433"),
        ("a.example,b.example:5433", "a.example,b.example", "5432,5433"),
        ("a.example,b.example", "a.example,b.example", "5432,5432"),
    ],
)
def test_a_primary_and_its_standby_are_one_url(environment, hosts, named, ports):
    environment(DATABASE_URL=f"postgres://steward:hunter2@{hosts}/steward?target_session_attrs=read-write")
    engine = create_engine(read(DatabaseSettings).database_url)
    told = engine.dialect.create_connect_args(engine.url)[1]
    assert told.items() >= {
        "host": named, "port": ports, "user": "steward", "password": "hunter2", "dbname": "steward",
        "target_session_attrs": "read-write",
    }.items()  # fmt: skip


def test_all_problems_are_listed_at_once_and_no_secret_is_printed(environment):
    environment(DATABASE_URL="mysql://u:hunter2@h/d", SLACK_BOT_TOKEN=None, SLACK_SIGNING_SECRET=None, PORT="http")
    said = problems("slack_signing_secret")
    assert said.splitlines()[0] == "The environment is not complete:"
    assert [line.split()[0] for line in said.splitlines()[1:]] == [
        "DATABASE_URL", "SLACK_BOT_TOKEN", "PORT", "SLACK_SIGNING_SECRET",
    ]  # fmt: skip
    assert not any(secret in said for secret in SECRETS)


@pytest.mark.parametrize("name", ["DATABASE_URL", "SLACK_BOT_TOKEN"])
@pytest.mark.parametrize("value", [None, ""])
def test_what_is_missing_or_empty_is_named_with_where_to_find_it(environment, name, value):
    environment(**{name: value})
    said = problems()
    assert f"  {name} is not set. {Settings.model_fields[name.lower()].description}" in said


@pytest.mark.parametrize("value", [None, ""])
def test_what_only_web_needs_is_asked_for_by_web(environment, value):
    environment(SLACK_SIGNING_SECRET=value)
    read(Settings)
    assert "  SLACK_SIGNING_SECRET is not set. " in problems("slack_signing_secret")


@pytest.mark.parametrize("port", ["-1", "65536", "http", "3000.5"])
def test_a_port_is_a_port(environment, port):
    environment(PORT=port)
    assert "  PORT Input should be" in problems()


def test_the_api_url_ends_with_a_slash_whichever_way_it_was_written(environment):
    environment(SLACK_API_URL="http://127.0.0.1:8000/api")
    assert read(Settings).slack_api_url == "http://127.0.0.1:8000/api/"


def test_settings_that_are_printed_keep_their_secrets(environment):
    found = read(Settings)
    assert not any(secret in f"{found!r} {found}" for secret in SECRETS)


def test_a_command_that_only_needs_the_database_asks_for_nothing_else(environment):
    environment(SLACK_BOT_TOKEN=None)
    assert read(DatabaseSettings).steward_playbook is None


def test_what_is_not_ours_is_left_alone(environment, monkeypatch):
    monkeypatch.setenv("STEWARD_UNKNOWN", "x")
    read(Settings)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_is_for(name):
    assert (Settings.model_fields[name].description or "").endswith(".")


def test_the_url_is_normalised_for_migrations_in_the_same_way():
    assert settings.normalise_database_url("postgres://h/d") == "postgresql+psycopg://h/d"
    with pytest.raises(ValueError, match="must start with postgresql:// or postgres://"):
        settings.normalise_database_url("sqlite:///x")
