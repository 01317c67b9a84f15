"""What a firm may change about how it works: versioned in the database, seeded from a file.

Decisions keep the version they were taken under.
"""

import json
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from sqlalchemy import JSON, Integer, column, text
from sqlalchemy.orm import Session

DEFAULT_FILE = Path(__file__).with_name("playbook.yaml")


NEWEST = text("select version, content from playbook order by version desc limit 1").columns(
    column("version", Integer), column("content", JSON)
)

# This room stands below the domain, so its words are written out; a test holds them to the domain's.
PriorityName = Literal["P1", "P2", "P3", "P4"]
RequestTypeName = Literal[
    "incident", "question", "service_request", "access", "report_data", "content", "billing", "improvement",
    "planning", "change",
]  # fmt: skip
CriterionName = Literal[
    "revenue_stopped", "customer_outage_no_workaround", "security_or_data_loss", "legal_deadline_1bd", "failed_release",
]  # fmt: skip
DayName = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
Hours = Annotated[float, Field(gt=0, le=24 * 366, allow_inf_nan=False)]
Days = Annotated[int, Field(gt=0, le=366)]


class BadPlaybook(Exception):
    """The playbook file cannot be used; the message says where and why."""


class SilenceDays(BaseModel):
    """Business days without the client's answer: when it is reminded, and when its ticket closes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reminders: tuple[Days, Days] = (2, 4)
    close: Days = 5

    @model_validator(mode="after")
    def _in_this_order(self) -> "SilenceDays":
        if not self.reminders[0] < self.reminders[1] < self.close:
            raise ValueError("the two reminders and then the closing come one after the other: [2, 4] and 5")
        return self


class Playbook(BaseModel):
    """One version of the rules that are the firm's to choose."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = 1
    light_work: frozenset[RequestTypeName]
    self_review: bool
    project_over_hours: Hours
    reopen_days: Days
    confirm_business_days: Days
    stalled_business_days: Days
    triage_hours: dict[PriorityName, Hours]
    silence_days: SilenceDays = SilenceDays()
    bypass_criteria: tuple[CriterionName, ...] = get_args(CriterionName)
    bypass_confirm_minutes: Annotated[int, Field(gt=0, le=24 * 60)] = 30
    approval_valid_days: Days = 14
    approval_expires_days: Days = 5
    emergency_review_days: Days = 2
    release_days: Annotated[tuple[DayName, ...], Field(min_length=1)] = ("Tue", "Wed", "Thu")

    @field_validator("triage_hours")
    @classmethod
    def _has_every_priority(cls, hours: dict[PriorityName, float]) -> dict[PriorityName, float]:
        if missing := set(get_args(PriorityName)) - hours.keys():
            raise ValueError(f"{', '.join(sorted(missing))} needs hours too")
        return hours


def from_file(path: Path = DEFAULT_FILE) -> Playbook:
    """Read and check a playbook file."""
    try:
        return Playbook(**yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, TypeError, ValidationError) as error:
        raise BadPlaybook(f"The playbook {path} can't be used: {error}") from error


def seed(session: Session, playbook: Playbook) -> None:
    """Make it version 1, unless the database has a playbook already."""
    session.execute(
        text("insert into playbook (version, content) values (1, :content) on conflict do nothing"),
        {"content": playbook.model_dump_json(exclude={"version"})},
    )


def of(session: Session) -> Playbook:
    """The version in force, read once a transaction."""
    if "playbook" not in session.info:
        keep(session, *session.execute(NEWEST).one())
    return session.info["playbook"]()


def keep(session: Session, version: int, content: Any) -> None:
    """It was read along with something else, and is made a playbook of where somebody asks for it."""

    @cache
    def made() -> Playbook:
        return Playbook(version=version, **(content if isinstance(content, dict) else json.loads(content)))

    session.info["playbook"] = made
