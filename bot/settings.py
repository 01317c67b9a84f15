"""What the environment must say, read once at start. Only `app` and `cli` import this."""

import os
from typing import TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

S = TypeVar("S", bound=BaseSettings)


class BadSettings(Exception):
    """The environment lacks something; the message lists every problem at once, without values."""

    def __init__(self, problems: list[str]):
        super().__init__("\n".join(["The environment is not complete:", *(f"  {problem}" for problem in problems)]))
        self.problems = problems


def normalise_database_url(url: str) -> str:
    """Name the driver: `postgres://` (as hosts hand it out) and `postgresql://` both mean psycopg 3."""
    scheme, separator, rest = url.partition("://")
    if separator and scheme in {"postgres", "postgresql", "postgresql+psycopg"}:
        return f"postgresql+psycopg://{_hosts_as_parameters(rest)}"
    raise ValueError("must start with postgresql:// or postgres://")


def _hosts_as_parameters(rest: str) -> str:
    """Several hosts, as libpq writes them (`a:5432,b:5432`), in the one way that SQLAlchemy reads with their ports."""
    place, _, more = rest.partition("/")
    user, at, hosts = place.rpartition("@")
    if "," not in hosts:
        return rest
    named = [host if port else f"{host}:5432" for host in hosts.split(",") for port in [host.rpartition(":")[1]]]
    path, _, query = more.partition("?")
    listed = "&".join([f"host={host}" for host in named] + [query] * bool(query))
    return f"{user}{at}/{path}?{listed}"


class DatabaseSettings(BaseSettings):
    """What every command that touches the database needs."""

    model_config = SettingsConfigDict(extra="ignore", hide_input_in_errors=True, env_ignore_empty=True)

    database_url: str = Field(repr=False, description="Where Postgres is: postgresql://user:password@host/name.")
    steward_playbook: str | None = Field(
        None, description="A playbook file that seeds an empty database; ignored once there is one."
    )

    @field_validator("database_url")
    @classmethod
    def _names_the_driver(cls, url: str) -> str:
        return normalise_database_url(url)


class Settings(DatabaseSettings):
    """What `web`, `socket` and `worker` need."""

    slack_bot_token: SecretStr = Field(description="The bot's token, from *OAuth & Permissions* (xoxb-…).")
    slack_signing_secret: SecretStr | None = Field(
        None, description="Proves that a request is Slack's, from *Basic Information*. Needed by `web`."
    )
    slack_app_token: SecretStr | None = Field(
        None, description="Opens connections to Slack, from *Basic Information* (xapp-…). Needed by `socket`."
    )
    slack_api_url: str = Field("https://slack.com/api/", description="Slack's Web API, or a stand-in.")
    port: int = Field(3000, ge=0, le=65535, description="Where `web` listens, and where `socket` tells how it is.")
    steward_log: str = Field("info", description="How much to log: debug, info or warning.")

    @property
    def signing_secret(self) -> str:
        """What `web` insists on (see `read`)."""
        return self.slack_signing_secret.get_secret_value() if self.slack_signing_secret else ""

    @property
    def app_token(self) -> str:
        """What `socket` insists on (see `read`)."""
        return self.slack_app_token.get_secret_value() if self.slack_app_token else ""

    @field_validator("slack_app_token")
    @classmethod
    def _is_app_level(cls, token: SecretStr | None) -> SecretStr | None:
        if token and not token.get_secret_value().startswith("xapp-"):
            raise ValueError("must start with xapp-")
        return token

    @field_validator("slack_api_url")
    @classmethod
    def _ends_with_a_slash(cls, url: str) -> str:
        return url if url.endswith("/") else url + "/"


class SlackAddress(BaseSettings):
    """Where Slack is, for what needs no token."""

    model_config = DatabaseSettings.model_config

    slack_api_url: str = Settings.model_fields["slack_api_url"].default


def read(model: type[S], *needed: str) -> S:
    """Read the environment; every problem is listed at once, and no value is ever printed.

    `needed` names fields that are optional for others but not for this command.
    """
    try:
        settings = model()
    except ValidationError as error:
        found = [_sentence(model, str(item["loc"][0]), item["msg"], item["type"]) for item in error.errors()]
        unset = [name for name in needed if not os.environ.get(name.upper())]
        raise BadSettings(found + [_sentence(model, name, "", "missing") for name in unset]) from None
    if missing := [name for name in needed if not getattr(settings, name, None)]:
        raise BadSettings([_sentence(model, name, "", "missing") for name in missing])
    return settings


def _sentence(model: type[BaseSettings], name: str, message: str, kind: str) -> str:
    about = model.model_fields[name.lower()].description or ""
    what = "is not set" if kind == "missing" else message.removeprefix("Value error, ")
    return f"{name.upper()} {what}. {about}"
