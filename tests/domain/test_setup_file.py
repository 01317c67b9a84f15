"""A setup file is checked before anything is touched; every mistake is named with its line."""

from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.setup import BadFile, read
from bot.domain.setup.agreement_part import AgreementPart, OpeningPart
from tests import cast

LINES = cast.SETUP.splitlines()
DOCS = Path(__file__).parents[2] / "docs"


def line_of(words: str) -> int:
    (number,) = [number for number, line in enumerate(LINES, 1) if words in line]
    return number


# fmt: off
MISTAKES = [  # what stands there, what is written instead, what the sentence says after the line
    ("team: T0PROVIDER", "team: PROVIDER", "provider.team: PROVIDER is not a Slack workspace id"),
    ("  timezone: Europe/London", "  timezone: Europe/Londn", "provider.timezone: Europe/Londn is not a time zone"),
    ("  timezone: Europe/London", "  timezone: ../../etc/passwd", "is not a time zone"),
    ("holidays: GB", "holidays: XX", "provider.holidays: no holidays are known for XX"),
    ("triage: C0TRIAGE, ", "", "channels: needs triage"),
    ("holidays: GB", "hours: 18:00-09:00", "provider.hours: 18:00-09:00 closes before it opens"),
    ("holidays: GB", "hours: 09:00-09:00", "provider.hours: 09:00-09:00 closes before it opens"),
    ("holidays: GB", "hours: 9 to 5", "provider.hours: write when the day begins and ends, as in 08:30-18:00"),
    ("holidays: GB", "hours: 09:00-24:00", "provider.hours: write when the day begins and ends"),
    ("holidays: GB", "hours: [09:00, 17:00]", "provider.hours: write when the day begins and ends"),
    ("holidays: GB", "working_days: []", "provider.working_days: needs at least one day"),
    ("holidays: GB", "working_days: [Mon, Fry]", "provider.working_days[2]: Fry is not a day of the week"),
    ("holidays: GB", "working_days: Mon", "provider.working_days: Input should be a valid list"),
    ("holidays: GB", "closed: [2026-12-24, Xmas]", "provider.closed[2]: Input should be a valid date"),
    ("holidays: GB", "open: [2026-12-24]", "provider.open: is not known here"),
    ("holidays: DE", "hours: 18:00-08:00", "accounts[1].hours: 18:00-08:00 closes before it opens"),
    ("accounts:", "rota: {triage: [U0BO, U0NOBODY]}\naccounts:", "rota.triage[2]: U0NOBODY is not among people"),
    ("accounts:", "rota: {on_call: [U0SAM]}\naccounts:", "rota.on_call[1]: U0SAM works no tickets; turns are for"),
    ("accounts:", "rota: {on_call: [U0BO, U0BO]}\naccounts:", "rota.on_call[2]: U0BO stands at rota.on_call[1]"),
    ("accounts:", "rota: {tea: [U0BO]}\naccounts:", "rota.tea"),
    ("billing: C0BILLING", "biling: C0BILLING", "unknown channel biling"),
    ("releases: C0RELEASES", "releases: '#releases'", "#releases is not a Slack channel id"),
    ("{slack: U0BO, ", "{slack: bo, ", "people[1].slack: bo is not a Slack user id"),
    ("name: Eve,  roles: [engineer]", "name: Eve,  roles: [enginer]", "people[2].roles[1]: Input should be 'engineer'"),
    ("name: Eve,  roles: [engineer]", "name: Eve,  roles: []", "people[2].roles: List should have at least 1"),
    ("weekly_hours: 32", "weekly_hours: 200", "people[1].weekly_hours: Input should be less than"),
    ("weekly_hours: 32", "weekly_hours: .nan", "people[1].weekly_hours"),
    ("weekly_hours: 32", "weakly_hours: 32", "people[1].weakly_hours: is not known here"),
    ("name: Sam,  ", "", "people[4].name: is missing"),
    ("arr: 120000 EUR", "arr: 120000", "accounts[1].arr: write an amount and a currency"),
    ("arr: 120000 EUR", "arr: 120.000 EUR", "accounts[1].arr: write an amount and a currency"),
    ("renews: 2027-03-31", "renews: soon", "accounts[1].renews: Input should be a valid date"),
    ("renews: 2027-03-31", "renews: 2027-02-29", "accounts[1].renews: Input should be a valid date"),
    ("{email: nora@acme.example, name: Nora", "{name: Nora", "accounts[1].contacts[3]: needs a slack id or an email"),
    ("{email: nora@acme.example, name: Nora", "{email: nora, name: Nora", "accounts[1].contacts[3].email"),
    ("name: Cleo, roles: [requester, approver]", "name: Cleo, roles: [boss]", "accounts[1].contacts[2].roles[1]"),
    ("type: retainer", "type: retained", "accounts[1].agreement.type: Input should be"),
    ("rollover_cap: 0.5", "rollover_cap: 50", "accounts[1].agreement.rollover_cap"),
    ("included_hours: 40", "included_hours: -1", "accounts[1].agreement.included_hours"),
    ("included_hours: 40", "included_hours: 10001", "accounts[1].agreement.included_hours"),
    ("arr: 120000 EUR", "opening: {billed_through: 2026-10-30}", "accounts[1].opening: billed_through is the last day"),
    ("arr: 120000 EUR", "opening: {billed_through: 2026-10-31, carried_hours: 1, carried_amount: 5 EUR}",
     "accounts[1].opening: what came over is hours or an amount; keep one of the two"),
    ("rate: 150 EUR", "rate: 150 ERU", "accounts[1].agreement.rate: ERU is no currency of today; write its three"),
    ("rate: 150 EUR", "rate: -150 EUR", "accounts[1].agreement.rate: write an amount and a currency, as in 150 EUR"),
    ("rate: 150 EUR", "rate: 9999999999 EUR", "accounts[1].agreement.rate: is more than can be charged; check the"),
    ("      starts: 2026-01-01", "      starts: 2026-02-30", "accounts[1].agreement.starts: Input should be a"),
    ("included_hours: 40", "included_hours: .inf", "accounts[1].agreement.included_hours"),
    ("unit: 15, mode: up", "unit: 15, mode: upwards", "accounts[1].agreement.rounding.mode"),
    ("channel: C0UMBRELLA", "channel: C0ACME", "accounts[2].channel: C0ACME stands at accounts[1].channel already"),
    ("channel: C0UMBRELLA", "channel: C0TRIAGE", "C0TRIAGE stands at provider.channels.triage already"),
    ("- name: Umbrella", "- name: ACME", "accounts[2].name: acme stands at accounts[1].name already"),
    ("{slack: U0REX, name: Rex", "{slack: U0BO, name: Rex", "contacts[1].slack: U0BO stands at people[1].slack"),
    ("{slack: U0REX, name: Rex", "{slack: U0REX, email: Nora@Acme.example, name: Rex", "nora@acme.example stands at"),
]
# fmt: on


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES, ids=[f"{old} → {new}" for old, new, _ in MISTAKES])
def test_a_mistake_is_named_with_its_line(old, new, said):
    with pytest.raises(BadFile) as bad:
        read(cast.SETUP.replace(old, new, 1), "firm.yaml")
    assert f"line {line_of(old)}" in str(bad.value)
    assert said in str(bad.value)
    assert str(bad.value).startswith("firm.yaml")
    assert "http" not in str(bad.value)


@pytest.mark.parametrize(("more", "said"), [
    ("rate: 150 EUR, fee: 3000 USD", "all its amounts are in one currency; make them the same"),
    ("rate: 150 EUR, rates: [{code: advisory, amount: 210 USD}]", "all its amounts are in one currency"),
    ("type: usage, prices: {incident: 40 EUR, question: 40 USD}", "all its amounts are in one currency"),
    ("rate: 0 EUR", "an amount is more than 0; leave out what costs nothing"),
    ("type: usage, prices: {incident: 0 EUR}", "an amount is more than 0"),
    ("ends: 2025-12-31", "ends before it starts; swap the two"),
    ("prices: {incident: 40 EUR}", "prices are for the type usage"),
    ("rates: [{code: advisory, amount: 1 EUR}, {code: advisory, amount: 2 EUR}]", "a rate stands there twice"),
])  # fmt: skip
def test_what_does_not_go_together_in_an_agreement_is_named(more, said):
    kind = "" if "type:" in more else "type: retainer, "
    agreement = f"{{{kind}starts: 2026-01-01, {more}}}"
    account = f"- {{name: Globex, channel: C0GLOBEX, agreement: {agreement}}}"
    with pytest.raises(BadFile) as bad:
        read(f"{cast.SETUP.rstrip()}\n  {account}\n")
    assert f"line {len(LINES) + 1}: accounts[3].agreement: " in str(bad.value)
    assert said in str(bad.value)


def test_all_mistakes_are_named_at_once():
    text = cast.SETUP.replace("Europe/London", "Nowhere").replace("type: retainer", "type: x").replace("U0REX", "rex")
    with pytest.raises(BadFile) as bad:
        read(text)
    named = str(bad.value).splitlines()
    assert [line.split(": ")[1] for line in named] == [
        f"line {line_of(words)}" for words in ("  timezone: Europe/London", "type: retainer", "U0REX")
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "write provider:, people: and accounts: at the top level"),
        ("- a\n- b\n", "write provider:, people: and accounts: at the top level"),
        ("just words", "write provider:, people: and accounts: at the top level"),
        ("provider: {team: [\n", "is not YAML"),
        ("a: 1\n---\nb: 2\n", "is not YAML"),
        ("provider: !!python/object/apply:os.system ['true']\n", "is not YAML"),
        ("people: []\n", "provider: is missing"),
        ("provider: {}\npeople: []\n", "people: List should have at least 1"),
        ("yes: 1\n", "line 1"),
        ("1: 1\n", "line 1"),
        ("? [a, b]\n: 1\n", "the file"),
        ("peple: []\n", "line 1: peple: is not known here; check the spelling"),
    ],
)
def test_what_is_no_setup_at_all_says_what_is_wanted(text, said):
    with pytest.raises(BadFile) as bad:
        read(text)
    assert said in str(bad.value)


def test_a_word_that_stands_twice_is_a_mistake_and_not_the_last_one_wins():
    with pytest.raises(BadFile, match="accounts"):
        read(cast.SETUP + "accounts: []\n")


def test_norway_is_a_country():
    """YAML reads a bare NO as false."""
    assert read(cast.SETUP.replace("holidays: DE", "holidays: NO")).accounts[0].holidays == "NO"


def test_what_may_be_left_out_has_an_answer():
    found = read(
        "provider: {team: T0FIRM, channels: {triage: C0TRIAGE}}\n"
        "people: [{slack: U0BO, name: Bo, roles: [admin]}]\n"
        "accounts: [{name: Acme, channel: C0ACME, agreement: {type: fixed, starts: 2026-01-01}}]\n"
    )
    (acme,), (bo,) = found.accounts, found.people
    assert (found.provider.timezone, found.provider.holidays, bo.weekly_hours) == ("UTC", None, 40)
    assert (acme.contacts, acme.agreement.rounding.unit, acme.agreement.included_hours) == ([], 15, 0)


def test_a_week_may_be_written_in_full_and_in_any_order():
    """Also the hours, with one digit, and days that stand twice."""
    written = (
        "hours: 8:30 – 18:00\n  working_days: [thursday, Sun, Monday, tue, Wed]\n  closed: [2027-01-02, 2026-12-24]"
    )
    calendar = read(cast.SETUP.replace("holidays: GB", written)).provider.calendar
    assert (calendar.opens, calendar.closes) == (time(8, 30), time(18))
    assert calendar.weekdays == {6, 0, 1, 2, 3}
    assert calendar.days_off == {date(2026, 12, 24), date(2027, 1, 2)}


def test_hours_left_out_are_nine_to_five_from_monday_to_friday():
    calendar = read(cast.SETUP).accounts[0].calendar
    assert (calendar.opens, calendar.closes, calendar.weekdays) == (time(9), time(17), {0, 1, 2, 3, 4})


def test_the_agreement_in_the_docs_can_be_read_and_names_every_term():
    """What the guide shows is all there is, but for what stands in place of something else."""
    blocks = (DOCS / "agreements.md").read_text(encoding="utf-8").split("```yaml\n")[1:]
    shown = "".join(block.split("```")[0] for block in blocks)
    text = "provider: {team: T0FIRM, timezone: Europe/London, channels: {triage: C0TRIAGE}}\n"
    text += "people: [{slack: U0SAM, name: Sam, roles: [account_manager]}]\naccounts:\n  - name: Acme\n" + "".join(
        f"    {line}\n" for line in shown.splitlines()
    )
    (acme,) = read(text).accounts
    assert acme.agreement.after_hours_multiplier == Decimal("1.5")
    assert set(AgreementPart.model_fields) - acme.agreement.model_fields_set == {"prices", "included_amount"}
    assert set(OpeningPart.model_fields) - acme.opening.model_fields_set == {"carried_amount"}


@pytest.mark.parametrize(("terms", "sentence"), [
    ("included_amount: 40 USD", "all its amounts are in one currency"),
    ("included_amount: 40 EUR\n      overage: 9 EUR", "leave out overage"),
    ("included_hours: 4\n      included_amount: 40 EUR", "in place of included_hours"),
])  # fmt: skip
def test_a_retainer_of_money_says_only_what_it_can(terms: str, sentence: str):
    with pytest.raises(BadFile, match=sentence):
        read(cast.SETUP.replace("included_hours: 40", terms))
