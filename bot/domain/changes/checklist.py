"""The checks before a change goes out: a list for all, and one for each thing it touches."""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

from bot.domain.routing import Area


class Touch(StrEnum):
    """What a change touches: a sensitive area, or something with checks of its own."""

    ROUTING = Area.ROUTING.value
    PERMISSIONS = Area.PERMISSIONS.value
    INTEGRATIONS = Area.INTEGRATIONS.value
    CUSTOMER_FACING_CONTENT = Area.CUSTOMER_FACING_CONTENT.value
    THEME = "theme"
    REPORTS = "reports"

    @property
    def label(self) -> str:
        """As the form shows it."""
        return self.area.label if self.area else self.value.capitalize()

    @property
    def area(self) -> Area | None:
        """The sensitive area, if it is one."""
        return Area(self.value) if self.value in set(Area) else None


class Result(StrEnum):
    """How a check went."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    NOT_APPLICABLE = "n.a."


class Check(NamedTuple):
    """One item: its key in what is stored, and what it asks."""

    key: str
    asks: str


# fmt: off
FOR_ALL = (
    Check("purpose",     "The purpose is clear, and so is who asked"),
    Check("tested",      "It is known where it was tested"),
    Check("rollback",    "The rollback plan would work tonight"),
    Check("owner",       "Somebody owns it after the release"),
    Check("window",      "The window suits those who work with it"),
)
CHECKLIST: dict[Touch, tuple[Check, ...]] = {
    Touch.ROUTING: (
        Check("branches",    "Sample tickets went through every branch"),
        Check("catch_all",   "The catch-all takes what fits nowhere"),
        Check("sla_trigger", "The response-target trigger still fires"),
        Check("loops",       "Nothing goes round in a loop"),
    ),
    Touch.PERMISSIONS: (
        Check("least",       "Nobody gets more than they need"),
        Check("before_after", "Roles before and after are listed"),
        Check("negative",    "One thing that must not work was tried"),
        Check("audit",       "The audit log was exported"),
    ),
    Touch.INTEGRATIONS: (
        Check("credentials", "Credentials reach only what is needed"),
        Check("rate_limit",  "It keeps within the rate limit"),
        Check("retry",       "It survives a failure and tries again"),
        Check("duplicates",  "The same delivery twice does it once"),
        Check("monitoring",  "Somebody hears of it if it stops"),
    ),
    Touch.CUSTOMER_FACING_CONTENT: (
        Check("proof_read",  "A second person has read it"),
        Check("languages",   "Every language is there"),
        Check("links",       "Every link works"),
        Check("mobile",      "It reads well on a phone"),
        Check("accessible",  "It works without sight or mouse"),
        Check("brand",       "It sounds and looks like them"),
    ),
    Touch.THEME: (
        Check("browsers",    "It was looked at in the usual browsers"),
        Check("preview",     "The preview was approved"),
        Check("backup",      "The old assets are kept"),
    ),
    Touch.REPORTS: (
        Check("totals",      "Totals agree with the old report"),
    ),
}
# fmt: on


def checks_for(touches: Collection[Touch]) -> list[Check]:
    """What has to be answered, in order: for all, then for each thing it touches."""
    return [*FOR_ALL, *(check for touch in Touch if touch in touches for check in CHECKLIST[touch])]
