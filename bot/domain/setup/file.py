"""The file's shape, checked before anything is touched; every mistake is named with its line."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import yaml
from pydantic import (
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from bot.domain.roles import ContactRole, Permission, Role, allows, who_may
from bot.domain.setup.agreement_part import AgreementPart, OpeningPart
from bot.domain.setup.hours import HoursPart, Zone
from bot.domain.setup.parts import Amount, BadFile, ChannelId, Name, Strict, TeamId, UserId
from bot.domain.turns import Duty

PLAIN_TAG = "tag:yaml.org,2002:"
PYTHON_TAG = PLAIN_TAG + "python"


class BillingPart(Strict):
    """Who a party is on an invoice."""

    legal_name: str | None = None
    address: list[str] = []
    city: str | None = None
    postal_code: str | None = None
    country: str | None = Field(None, pattern="^[A-Z]{2}$")
    vat_id: str | None = None
    registration: str | None = None
    email: str | None = Field(None, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    endpoint: str | None = Field(None, pattern=r"^\d{4}:\S+$")  # Peppol: scheme and number, as in 0088:5790000435944
    reference: str | None = None  # the buyer's, on every invoice


class SellerPart(BillingPart):
    """The provider on its invoices: also how it is paid, and how they are numbered."""

    iban: str | None = None
    bic: str | None = None
    series: str = Field("INV", pattern=r"^[A-Z0-9][A-Z0-9-]{0,11}$")
    xero: dict[str, str] = {}  # billing code (or default): account code
    xero_tax: str | None = None  # as Xero names the tax type


class ProviderPart(HoursPart, Strict):
    """The firm that runs Steward."""

    team: TeamId
    channels: dict[str, ChannelId]
    billing: SellerPart | None = None

    @field_validator("channels")
    @classmethod
    def _has_triage(cls, channels: dict[str, str]) -> dict[str, str]:
        unknown = channels.keys() - {"triage", "releases", "billing", "leadership"}
        if unknown:
            raise ValueError(
                f"unknown channel {', '.join(sorted(unknown))}; there are triage, releases, billing, leadership"
            )
        if "triage" not in channels:
            raise ValueError("needs triage: that is where cards and digests stand")
        return channels


class StaffPart(Strict):
    """One of the provider's people."""

    slack: UserId
    name: Name
    roles: list[Role] = Field(min_length=1)
    skills: list[str] = []
    weekly_hours: float = Field(40, gt=0, le=80, allow_inf_nan=False)
    timezone: Zone | None = None


class ContactPart(Strict):
    """One of an account's people, by Slack id or by e-mail."""

    name: Name
    slack: UserId | None = None
    email: str | None = Field(None, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    roles: list[ContactRole] = Field(default=[ContactRole.REQUESTER], min_length=1)
    active: bool = True

    @model_validator(mode="after")
    def _can_be_recognised(self) -> "ContactPart":
        if not (self.slack or self.email):
            raise ValueError("needs a slack id or an email, or nobody will be recognised")
        return self


class AccountPart(HoursPart, Strict):
    """One client organisation."""

    name: Name
    channel: ChannelId | None = None  # without one it is chosen in Slack, where Steward is invited
    team: TeamId | None = None
    arr: Amount | None = None
    renews: date | None = None
    contacts: list[ContactPart] = []
    agreement: AgreementPart | None = None
    opening: OpeningPart | None = None
    billing: BillingPart | None = None


class SetupFile(Strict):
    """The whole file."""

    provider: ProviderPart
    people: list[StaffPart] = Field(min_length=1)
    rota: dict[Duty, list[UserId]] = {}
    accounts: list[AccountPart] = []


def read(text: str, name: str = "the file") -> SetupFile:
    """Read and check a file's text; raises BadFile with every mistake and its line."""
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        # Everything as text: the model knows what is a date, and that NO is Norway.
        content = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  makes nothing but text, lists and mappings
    except (yaml.YAMLError, TypeError) as error:
        raise BadFile(f"{name} is not YAML: {str(error).replace(chr(10), ' ')}") from error
    if not isinstance(content, dict):
        raise BadFile(f"{name}: line 1: write provider:, people: and accounts: at the top level")
    if oddities := list(_oddities(tree)):
        raise BadFile("\n".join(f"{name}: line {line}: {what}" for line, what in oddities))
    try:
        found = SetupFile(**content)
    except ValidationError as error:
        lines = [
            f"{name}: line {_line(tree, item['loc'])}: {_path(item['loc'])}: {_words(dict(item))}"
            for item in error.errors()
        ]
        raise BadFile("\n".join(lines)) from error
    if mistakes := [*_named_twice(found, tree, name), *_not_for_the_rota(found, tree, name)]:
        raise BadFile("\n".join(mistakes))
    return found


def _oddities(node: yaml.Node | None) -> Iterator[tuple[int, str]]:
    """What YAML allows and nobody means: a word twice in one place, keys that are no words, tags."""
    if node and (not node.tag.startswith(PLAIN_TAG) or node.tag.startswith(PYTHON_TAG)):
        yield node.start_mark.line + 1, f"{node.tag} is not YAML that is understood here"
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _oddities(item)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.start_mark.line + 1, f"{key.value} stands twice; put both together"
            seen.add(key.value)
            yield from _oddities(value)


def _line(node: yaml.Node | None, loc: tuple[int | str, ...]) -> int:
    """The line of the value at a path, or of the nearest thing around it."""
    line = 1
    for step in loc:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(step)), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = node.value[step]
            line, node = found.start_mark.line + 1, found
        else:
            return line
    return line


def _path(loc: tuple[int | str, ...]) -> str:
    return "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in loc).lstrip(".") or "file"


def _words(item: dict[str, Any]) -> str:
    sentences = {"missing": "is missing", "extra_forbidden": "is not known here; check the spelling"}
    return sentences.get(item["type"], str(item["msg"]).removeprefix("Value error, "))


def _named_twice(found: SetupFile, tree: yaml.Node | None, name: str) -> list[str]:
    mistakes: list[str] = []
    seen: dict[str, str] = {}
    for path, key in _identities(found):
        if key in seen:
            mistakes.append(
                f"{name}: line {_line(tree, path)}: {_path(path)}: {key.split(' ', 1)[1]} stands at {seen[key]} already"
            )
        seen[key] = _path(path)
    return mistakes


def _identities(found: SetupFile) -> list[tuple[tuple[int | str, ...], str]]:
    """Everything that may stand only once, with where it stands."""
    marks: list[tuple[tuple[int | str, ...], str]] = []
    for place, channel in found.provider.channels.items():
        marks.append((("provider", "channels", place), f"channel {channel}"))
    for i, person in enumerate(found.people):
        marks.append((("people", i, "slack"), f"person {person.slack}"))
    for duty, turns in found.rota.items():
        marks += [(("rota", duty, i), f"{duty} {slack}") for i, slack in enumerate(turns)]
    for i, account in enumerate(found.accounts):
        marks.append((("accounts", i, "name"), f"account {account.name.casefold()}"))
        if account.channel:
            marks.append((("accounts", i, "channel"), f"channel {account.channel}"))
        for j, contact in enumerate(account.contacts):
            where = ("accounts", i, "contacts", j)
            if contact.slack:
                marks.append(((*where, "slack"), f"person {contact.slack}"))
            if contact.email:
                marks.append(((*where, "email"), f"e-mail {contact.email.casefold()}"))
    return marks


def _not_for_the_rota(found: SetupFile, tree: yaml.Node | None, name: str) -> Iterator[str]:
    """Turns go to the firm's own people who work tickets."""
    roles = {person.slack: person.roles for person in found.people}
    for duty, turns in found.rota.items():
        for i, slack in enumerate(turns):
            where = ("rota", duty, i)
            if slack not in roles:
                wrong = f"{slack} is not among people"
            elif not allows(roles[slack], Permission.WORK):
                wrong = f"{slack} works no tickets; turns are for {who_may(Permission.WORK)}"
            else:
                continue
            yield f"{name}: line {_line(tree, where)}: {_path(where)}: {wrong}"
