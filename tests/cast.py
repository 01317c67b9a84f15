"""The people of every test: staff, the contacts of one account, and an outsider of another who must see nothing."""

from pathlib import Path

from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from bot.domain.accounts import Account

SETUP = """
provider:
  team: T0PROVIDER
  timezone: Europe/London
  holidays: GB
  channels: {triage: C0TRIAGE, releases: C0RELEASES, billing: C0BILLING, leadership: C0LEADERS}
  billing: {legal_name: Northwind Support Ltd, country: GB, vat_id: GB123456789}
people:
  - {slack: U0BO,   name: Bo,   roles: [engineer], skills: [zendesk, routing], weekly_hours: 32}
  - {slack: U0EVE,  name: Eve,  roles: [engineer]}
  - {slack: U0MAYA, name: Maya, roles: [lead, approver]}
  - {slack: U0SAM,  name: Sam,  roles: [account_manager]}
accounts:
  - name: Acme
    channel: C0ACME
    timezone: Europe/Berlin
    holidays: DE
    arr: 120000 EUR
    renews: 2027-03-31
    contacts:
      - {slack: U0ANA, name: Ana, roles: [requester]}
      - {slack: U0CLEO, name: Cleo, roles: [requester, approver]}
      - {email: nora@acme.example, name: Nora, roles: [requester]}
    agreement:
      type: retainer
      starts: 2026-01-01
      included_hours: 40
      rollover_cap: 0.5
      rate: 150 EUR
      rounding: {unit: 15, mode: up, scope: ticket_day}
      scope: [Zendesk, Help centre]
      excluded: [Salesforce]
  - name: Umbrella
    channel: C0UMBRELLA
    timezone: Asia/Tokyo
    contacts:
      - {slack: U0REX, name: Rex, roles: [requester]}
    agreement: {type: time_and_materials, starts: 2026-01-01, rate: 15000 JPY}
"""
STAFF = ["U0BO", "U0EVE", "U0MAYA", "U0SAM"]


def _person(slack_id: str, name: str, *, guest: bool = False, **more: object) -> dict[str, object]:
    return {
        "id": slack_id, "name": name.lower(), "real_name": name, "email": f"{name.lower()}@example.com",
        "tz": "Europe/London", "team": "T0PROVIDER", "guest": guest, **more,
    }  # fmt: skip


PEOPLE = [
    _person("U0BO", "Bo"),
    _person("U0EVE", "Eve"),
    _person("U0MAYA", "Maya"),
    _person("U0SAM", "Sam"),
    _person("U0ANA", "Ana", guest=True, email="ana@acme.example"),
    _person("U0CLEO", "Cleo", guest=True, email="cleo@acme.example"),
    _person("U0NORA", "Nora", guest=True, email="nora@acme.example"),
    _person("U0NEWT", "Newt", guest=True),
    _person("U0REX", "Rex", guest=True),
    _person("U0ZED", "Zed", guest=True),  # in no account's channel: unknown to everybody
]
CHANNELS = [
    {"id": "C0TRIAGE", "name": "triage", "private": True, "members": STAFF, "bot_member": True},
    {"id": "C0ACME", "name": "acme", "private": True, "bot_member": True,
     "members": [*STAFF, "U0ANA", "U0CLEO", "U0NORA", "U0NEWT"]},
    {"id": "C0UMBRELLA", "name": "umbrella", "private": True, "members": [*STAFF, "U0REX"], "bot_member": True},
    {"id": "C0RELEASES", "name": "releases", "private": True, "members": STAFF, "bot_member": True},
    {"id": "C0BILLING", "name": "billing", "private": True, "members": ["U0MAYA", "U0SAM", "U0EVE"],
     "bot_member": True},
    {"id": "C0LEADERS", "name": "leaders", "private": True, "members": ["U0MAYA", "U0SAM"], "bot_member": True},
    {"id": "C0GENERAL", "name": "general", "members": [*STAFF, "U0ZED"], "bot_member": True},
]  # fmt: skip
MANIFEST = Path(__file__).parent.parent / "manifest.json"


def before_the_welcome(url: str) -> None:
    """The cast's accounts are of a release that had no welcome: the next apply, or an invitation, brings it."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("delete from outbox"))
        connection.execute(text("delete from post"))
    engine.dispose()


def by_name(session: Session, name: str) -> Account:
    """An account of the cast."""
    return session.scalars(select(Account).where(Account.name == name)).one()


def is_billed_elsewhere_until_november(session: Session, *, left_over: int = 0) -> None:
    """So that November is the first month that is signed here; so many minutes of Acme's October are left over."""
    session.execute(text("update account set billed_through = '2026-10-31'"))
    session.execute(text("update account set billed_carry = :left where name = 'Acme'"), {"left": left_over})
