"""The write paths of billing: what stood before each, and who presses what. It is November, so October is billed."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import billing, invoices, people, tickets
from bot.domain.agreements import AgreementType
from bot.domain.billing import BillingReview
from bot.domain.invoices import Invoice, InvoiceAction
from bot.domain.months import Month
from tests.domain.billed import bought, quoted, reviewed, signed, worked
from tests.domain.desk import person
from tests.driver import Person
from tests.faults.scene import Scene
from tests.slack.desk import does, files

OCTOBER, A_DAY = Month(2026, 10), date(2026, 10, 20)
CONTACTS = {"Acme": "Ana", "Umbrella": "Rex"}
MONTH, QUOTE = "Billing review: Acme, October 2026", "T-101 costs extra"
INVOICES = {account: f"{account}, October 2026" for account in CONTACTS}


def lives(scene: Scene, what: Callable[[Session], Any]) -> Any:
    """Something of the domain happens."""
    with scene.house.sessions.begin() as session:
        people.enter_as_system(session)
        return what(session)


def in_finance(scene: Scene) -> None:
    """Eve and Maya are, and read what is posted about bills."""
    does(scene.house, "update person set roles = '{finance}' where name in ('Eve', 'Maya')")


def a_month(scene: Scene, account: str) -> None:
    """Two entries in October of somebody who pays by the hour."""
    number = files(scene.house, account=account, by=CONTACTS[account])
    does(scene.house, "alter table account disable trigger user")
    does(scene.house, f"update account set billed_through = '{OCTOBER.before.last}' where name = '{account}'")
    does(scene.house, "alter table account enable trigger user")

    def is_worked(session: Session) -> None:
        bought(session, account, starts=OCTOBER.first, type=AgreementType.TIME_AND_MATERIALS)
        ticket = tickets.visible_to(session, person(session, "Bo"), number)
        worked(session, ticket, 60, day=A_DAY)
        worked(session, ticket, 45, day=A_DAY, note="tried it with their words")

    lives(scene, is_worked)


def signed_once(scene: Scene) -> None:
    """Sam signed it for the account; finance has yet to."""
    in_finance(scene)
    a_month(scene, "Acme")

    def sam_signs(session: Session) -> None:
        billing.sign(session, _october(session, scene, "Acme"), by=person(session, "Sam"), now=scene.house.now)

    lives(scene, sam_signs)
    scene.house.delivers()


def two_invoices_reviewed(scene: Scene) -> None:
    """One of each client, in one series: the next step gives each its number."""
    in_finance(scene)
    for account in CONTACTS:
        a_month(scene, account)
        lives(scene, lambda session, account=account: _reviewed(session, scene, account))
    scene.house.delivers()


def _october(session: Session, scene: Scene, account: str) -> BillingReview:
    return reviewed(session, OCTOBER, account, scene.house.now)


def _reviewed(session: Session, scene: Scene, account: str) -> None:
    (drafted,) = signed(session, _october(session, scene, account), scene.house.now)
    _moves(session, scene, drafted)


def _moves(session: Session, scene: Scene, drafted: Invoice) -> None:
    eve = person(session, "Eve")
    invoices.act(session, drafted, InvoiceAction.REVIEW, by=eve, now=scene.house.now, seen=drafted.version)


def quote_asked(scene: Scene) -> None:
    """Two hours outside the agreement wait for the client's approver."""
    number = files(scene.house)
    does(scene.house, "update ticket set related_system = 'Salesforce', status = 'Triage',"
         " assignee_id = (select id from person where name = 'Bo')")  # fmt: skip
    lives(scene, lambda session: quoted(session, tickets.visible_to(session, person(session, "Bo"), number, lock=True)))
    scene.house.delivers()


def signs(who: Person) -> None:
    who.clicks("Sign", on=MONTH, channel="C0BILLING")


def approves(who: Person, account: str) -> None:
    who.clicks("Approve", on=INVOICES[account], channel="C0BILLING")


def approves_both(who: Person) -> None:
    """The other client's invoice, and then the very one that somebody else is at."""
    approves(who, "Umbrella")
    approves(who, "Acme")


def the_month_is_signed(scene: Scene) -> None:
    signs(scene.house.eve)


def acmes_is_approved(scene: Scene) -> None:
    approves(scene.house.eve, "Acme")


def the_quote_is_approved(scene: Scene) -> None:
    scene.house.cleo.clicks("Approve", on=QUOTE)
