"""The ways in, as buttons: each stands on the Home, in the help, or both, for those it is for.

To add one: a row in DOORS.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.messages import blocks

HOME, HELP = "home", "help"


def everyone(_person: Person) -> bool:
    """For all."""
    return True


def staff(person: Person) -> bool:
    """For the team."""
    return person.is_staff


def contact(person: Person) -> bool:
    """For the clients' people."""
    return not person.is_staff


def money(person: Person) -> bool:
    """For those who see rates or make agreements."""
    return person.may(Permission.SEE_MONEY) or person.may(Permission.MAKE_AGREEMENTS)


class Doorway(NamedTuple):
    """A button that leads somewhere: its word, its action, for whom, and where it stands."""

    label: str
    action_id: str
    who: Callable[[Person], bool]
    where: tuple[str, ...]


# fmt: off
DOORS: tuple[Doorway, ...] = (
    Doorway("New request", "request.open", everyone, (HOME, HELP)),
    Doorway("My requests", "queue.mine",   contact,  (HELP,)),
    Doorway("My queue",    "queue.mine",   staff,    (HOME, HELP)),
    Doorway("Search",      "search.open",  everyone, (HOME, HELP)),
    Doorway("Log time",    "time.open",    staff,    (HELP,)),
    Doorway("I'm away",    "away.open",    staff,    (HOME,)),
    Doorway("Rota",        "rota.open",    staff,    (HOME,)),
    Doorway("Agreements",  "agreement.list", money,  (HOME,)),
    Doorway("Business hours", "hours.open", contact, (HOME, HELP)),
    Doorway("Help",        "help.open",    everyone, (HOME,)),
    Doorway("Refresh",     "home.refresh", everyone, (HOME,)),
)
# fmt: on


def buttons(actor: Person, where: str) -> list[dict[str, Any]]:
    """Those that stand there for this person; the first is the one most come for."""
    made = others(actor, where)
    return [{**made[0], "style": "primary"}, *made[1:]]


def others(actor: Person, where: str) -> list[dict[str, Any]]:
    """The same beside something that people come for more."""
    return [blocks.button(door.label, door.action_id) for door in DOORS if where in door.where and door.who(actor)]
