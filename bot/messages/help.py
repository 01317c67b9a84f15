"""Help: what each command does, how it is typed, and where to start. One table, for either side.

`/request help` and its like, `/steward`, the manifest's hints and docs/reference.md all read HELP.
To add a command: its row.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum
from typing import NamedTuple

from bot.domain.people import Person
from bot.domain.roles import Role
from bot.messages import blocks, doors
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, line, say

Said = tuple[Mrkdwn, list[Block]]
SHOWN_NAMES = 6
START = "/steward"


class Side(StrEnum):
    """Who reads it."""

    CLIENT = "clients"
    STAFF = "the team"

    @classmethod
    def of(cls, actor: Person) -> "Side":
        """The side this person is on."""
        return cls.STAFF if actor.is_staff else cls.CLIENT


class Topic(NamedTuple):
    """What one side reads of a command: what it does, examples as they are typed, and what else is near."""

    does: str
    examples: tuple[tuple[str, str], ...]
    near: tuple[str, ...] = ()


class Command(NamedTuple):
    """A command as Slack's own list shows it, and what each side reads; a side without it may not use it."""

    description: str
    hint: str
    topics: dict[Side, Topic]


# fmt: off
HELP: dict[str, Command] = {
    "/request": Command("File a request", "[short description] | help", {
        Side.CLIENT: Topic(
            "Ask for something. A form opens; each request gets one thread in your channel that follows it to the end.",
            (("/request", "the empty form"),
             ("/request The monthly report is empty", "the form with that as its short description"),
             ("/request Please add Kim to the support team", "access is asked for in the same way")),
            ("/queue mine", "/ticket T-102")),
        Side.STAFF: Topic(
            "File a request for a client: choose the account, and say where it came from.",
            (("/request", "the empty form"),
             ("/request Search finds nothing since noon", "the form with that as its short description")),
            ("/queue unowned", "/ticket T-102")),
    }),
    "/ticket": Command("Open a ticket, or search", "T-102 | search words | help", {
        Side.CLIENT: Topic(
            "Open one request: how it stands, what happened, and what you can do.",
            (("/ticket T-102", "as it is called"),
             ("/ticket search invoice export", "what was asked before, and what was done")),
            ("/queue mine", "/request")),
        Side.STAFF: Topic(
            "Open one ticket: everything about it, with the moves that are yours to make.",
            (("/ticket T-102", "as it is called"),
             ("/ticket search invoice export", "what was seen before, and what was done"),
             ("/ticket recurring", "work that opens its tickets by itself"),
             ("/ticket agenda", "what waits for a planning meeting")),
            ("/queue mine", "/time T-102 45m what you did")),
    }),
    "/change": Command("Plan a change to production", "CH-3 | new | templates | figures | delegate | help", {
        Side.CLIENT: Topic(
            "See what we plan to change, and what your approver decided. When we need your yes, you get a card.",
            (("/change", "what concerns you"),
             ("/change CH-3", "one of them: what changes, when, and how it is undone"),
             ("/change delegate", "somebody who decides for you while you are away")),
            ("/queue mine", "/request")),
        Side.STAFF: Topic(
            "Plan a change to production: the form shows its risk as you fill it in, and who will decide.",
            (("/change", "what is open"),
             ("/change new Routing for billing tickets", "the form with that as its title"),
             ("/change CH-3", "one of them, with everything that was decided"),
             ("/change templates", "proven steps that need no approval"),
             ("/change figures", "how changes went: success, emergencies, lead time"),
             ("/change delegate", "somebody who decides for you while you are away")),
            ("/ticket T-102", "/queue mine")),
    }),
    "/queue": Command("See what is open", "mine | unowned | waiting | stalled | acme | P1 | help", {
        Side.CLIENT: Topic(
            "See what is open, the most urgent first.",
            (("/queue", "everything your organisation has open"),
             ("/queue mine", "what you asked for"),
             ("/queue waiting", "what waits for your answer or your confirmation")),
            ("/ticket T-102", "/request")),
        Side.STAFF: Topic(
            "See what is open, the most urgent and the longest standing first. Words combine, in any order.",
            (("/queue", "everything open"),
             ("/queue mine", "yours to do or to check; also `unowned`, `waiting`, `stalled`, `check`, `review`"),
             ("/queue acme", "one account’s"),
             ("/queue mine acme P1", "all of it in one line")),
            ("/ticket T-102", "/time today")),
    }),
    "/time": Command("Log time on a ticket",
                     "T-102 45m what you did | start T-102 | stop | today | week | report | help", {
        Side.STAFF: Topic(
            "Log time. It reads as 45m, 1h30, 1:30, 1.5h or 90; without a ticket, the last one you logged on is taken.",
            (("/time T-102 45m rebuilt the index", "in one line"),
             ("/time 1h30 call with the client", "on the last ticket"),
             ("/time yesterday T-102 45m rebuilt the index", "for an earlier day; also `Monday` or `12 Oct`"),
             ("/time Acme 45m explained the renewal offer", "without a ticket: the note is the reason"),
             ("/time today", "your day, to edit or take back; also `yesterday`, `Monday` or `12 Oct`"),
             ("/time start T-102", "a timer; `/time stop what you did` logs it, `/time discard` drops it"),
             ("/time week", "the week against your working hours, and what is missing"),
             ("/time report", "where hours went: by account, code, system and more; `/time report acme` is one client"),
             ("/time", "the form")),
            ("/queue mine", "/ticket T-102")),
    }),
    "/release": Command("See what goes out, and when", "R-1 | new | freeze | help", {
        Side.STAFF: Topic(
            "See what is planned, and run a release: what goes out, when, who approved it, and who is told.",
            (("/release", "the calendar"),
             ("/release R-1", "one release, with what you may do"),
             ("/release new", "package changes for a window"),
             ("/release freeze", "days on which nothing goes out")),
            ("/ticket T-102",)),
    }),
    "/review": Command("Agreements, billing and invoices", "agreements | billing | invoices | help", {
        Side.STAFF: Topic(
            "See what each account has bought, how much of it is used, and what is billed.",
            (("/review agreements", "every account’s agreement; whoever may makes a new version there"),
             ("/review agreements Acme", "one account’s, with its month so far"),
             ("/review billing", "the month before it is billed: what needs a look, and who signs"),
             ("/review invoices", "drafts, numbers and exports"),
             ("/review invoices Acme 2026-11", "of one client or month; `/review billing` takes them too")),
            ("/time week", "/queue acme")),
    }),
    START: Command("Where to start, and help", "away 24 Dec - 2 Jan | back | rota | hours | help", {
        Side.CLIENT: Topic(
            "Where to start. `help` after any command tells more of it.",
            (("/steward", "where to start"),
             ("/steward hours", "when we count time for you"),
             ("/queue help", "more of one command")),
            ("/queue mine", "/request")),
        Side.STAFF: Topic(
            "Where to start, who is on duty, and who is away. `help` after any command tells more of it.",
            (("/steward", "where to start"),
             ("/steward away 24 Dec - 2 Jan", "you are out of office; `/steward back` ends it"),
             ("/steward rota", "who has triage and on call"),
             ("/steward hours Acme", "a client’s business hours; without a name, ours too")),
            ("/queue mine", "/request")),
    }),
}
FIRST_STEPS: dict[Role | None, str] = {  # None: the clients
    None:
        "*Ask for something* with *New request* or `/request`: one thread in your channel follows it to the end.\n"
        "*See how it stands* with `/queue mine`, or on the Home tab of this app.\n"
        "*Urgent?* Choose *Now* in the form, and say what happens if it waits.",
    Role.ENGINEER:
        "*As an engineer,* begin with `/queue mine`, take something of `/queue unowned`, "
        "and log as you go: `/time T-102 45m what you did`.",
    Role.LEAD:
        "*As a lead,* begin with `/queue unowned` and `/queue stalled`. The Home tab shows who has how much.",
    Role.SERVICE_OWNER:
        "*As a service owner,* begin with `/queue stalled` and `/queue waiting`.",
    Role.APPROVER:
        "*As an approver,* begin with `/queue review`: what waits for a check.",
    Role.ACCOUNT_MANAGER:
        "*As an account manager,* begin on the Home tab: how each account stands. `/queue acme` shows one of them, "
        "`/review billing` the months to sign.",
    Role.FINANCE:
        "*In finance,* begin with `/review billing`: each month to sign. `/review invoices` has what comes of it, with "
        "its files.",
    Role.EXECUTIVE:
        "*As an executive,* begin on the Home tab: how each account stands.",
    Role.ADMIN:
        "*As an admin,* begin on the Home tab: what there is to mend. People, accounts and channels come with "
        "`steward apply` on the command line.",
}
# fmt: on
NOT_YOURS = "`{command}` is for our team. To ask for something, write `/request`; `/queue mine` shows how it stands."


def where_to_start(actor: Person) -> Said:
    """First steps by role, every command in a line, and the ways in as buttons: outsiders can use no commands."""
    steps = [FIRST_STEPS[role] for role in FIRST_STEPS if _fits(role, actor)]
    side = Side.of(actor)
    told = [
        f"*{command.description}:* " + ", ".join(f"`{example}`" for example, _ in command.topics[side].examples)
        for name, command in HELP.items()
        if side in command.topics and name != START
    ]
    last = "More of one command: `/queue help`, and so with each."
    text = Mrkdwn("\n".join([*steps, "", *told, last]))
    body = [blocks.section(Mrkdwn("\n".join(steps)))] if steps else []
    body += blocks.actions(doors.buttons(actor, doors.HELP))
    return text, [*body, blocks.section(Mrkdwn("\n".join(told))), blocks.context(Mrkdwn(last))]


def make_it_a_request(actor: Person, words: str, value: str) -> tuple[Mrkdwn, list[Block]]:
    """To words that were said to Steward: an offer, with the other doors beside it."""
    asked = "Shall I make this a request?"
    quoted = say("{{ asked }}{% if words %}\n>{{ words }}{% endif %}", asked=asked, words=line(words, 200))
    offer = blocks.button("Make it a request", "request.from_words", value, style="primary")
    return Mrkdwn(asked), [blocks.section(quoted), *blocks.actions([offer, *doors.others(actor, doors.HELP)])]


def _fits(role: Role | None, actor: Person) -> bool:
    return role in actor.roles if actor.is_staff else role is None


def about(name: str, actor: Person) -> Said:
    """`/queue help`: what it does, how it is typed, what else is near."""
    topic = HELP[name].topics.get(Side.of(actor))
    if topic is None:
        text = Mrkdwn(NOT_YOURS.format(command=name))
        return text, [blocks.section(text)]
    examples = [f"`{example}`  {meaning}" for example, meaning in topic.examples]
    near = "Near: " + ", ".join(f"`{one}`" for one in (*topic.near, START))
    text = Mrkdwn("\n".join([f"*{name}*  {topic.does}", *examples, near]))
    lines = Mrkdwn("\n".join([f"*{name}*  {topic.does}", *examples]))
    return text, [blocks.section(lines), blocks.context(Mrkdwn(near))]


def unknown(name: str, word: str, known: Iterable[str], *, also: Iterable[str] = ()) -> str:
    """A refusal for a word that a command does not know: the nearest one it does, and all of them."""
    words = list(dict.fromkeys([*known, "help"]))
    by_folded = {one.casefold(): one for one in (*words, *also)}
    near = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    meant = f" Did you mean “{by_folded[near[0]]}”?" if near else ""
    return f"I don’t know “{word[:40]}”.{meant} {name} knows: {', '.join(words)}. Write {name} help for examples."


def some(names: list[str]) -> str:
    """A few names in a sentence."""
    rest = len(names) - SHOWN_NAMES
    return ", ".join(names[:SHOWN_NAMES]) + (f" or {rest} more" if rest > 0 else "")
