"""What the demo shows before anybody has clicked: two weeks of work for three clients, and one client's month before.

Every step goes through the domain's own verbs, as the person who would have taken it, in the order
of time. So history, ageing, digests and posts come about as they do in life, and no rule is bent.
Which stories stands in seeding_stories.py; what the month before still needs before it is billed, in seeding_month.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import yaml
from sqlalchemy.orm import Session, sessionmaker

from bot.domain import accounts, intakes, people, provider, quotes, time
from bot.domain.business_time import Calendar, add_days, add_minutes, minutes_between
from bot.domain.codes import Code
from bot.domain.months import Month
from bot.domain.people import Person
from bot.domain.priority import Effect, Timing, Users
from bot.domain.reviews import previous_working_day
from bot.domain.routing import RequestType
from bot.domain.tickets import CameFrom, ClosureNote, Door, Filing, Inputs, QueueFilter, Ticket, page, visible_to
from bot.domain.workflow import Action, CloseReason, Status
from bot.playground.seeding_stories import LAST_MONTH, LEAD, PATHS, STORIES, Story

REQUESTS = Path(__file__).parent / "sample" / "requests.yaml"
ADMIN, DELIVERY_LEAD, ACCOUNT_MANAGER = "U0ADA", "U0MAYA", "U0SAM"
REQUESTERS = {"Acme": ("U0ANA", "U0CLEO"), "Globex": ("U0GIL",), "Umbrella": ("U0REX",)}
# When each client writes, by the provider's clock: two of them live far east and west of it.
HOURS = {"Acme": 10, "Globex": 13, "Umbrella": 7}
ESTIMATES = (30, 60, 90, 120, 180, 240, 480)
LOOKED_INTO_IT = (
    "Reproduced it with the client's own example",
    "Read the logs, found where it begins",
    "Compared the settings with the week before",
    "Asked the vendor's status page and forum",
)
LOGGED = {  # minutes, from and to, that an action's work took
    Action.START: (15, 60),
    Action.ASK_CLIENT: (10, 30),
    Action.SEND_TO_REVIEW: (30, 180),
    Action.SEND_TO_CLIENT: (20, 60),
    Action.APPROVE: (10, 25),
}
LONGER = {"Acme": 2.5}  # their work takes more of what they bought than anybody thought: their hours run low


class Step(NamedTuple):
    """One thing that happens: a story's request is filed (no action), or its ticket is moved."""

    at: datetime
    story: Story
    action: Action | None = None


@dataclass(frozen=True)
class Scene:
    """What a move needs to know of where it happens."""

    session: Session
    ticket: Ticket
    story: Story
    request: dict[str, Any]
    by: Person
    planned: date
    minutes: int


def seed(sessions: sessionmaker[Session], *, now: datetime) -> None:
    """Play every story up to `now`. A workspace that has tickets already is left as it is."""
    with sessions.begin() as session:
        admin = people.enter(session, ADMIN)
        if admin is None or page(session, admin, QueueFilter.ALL, stalled_since=now).total:
            return
        calendar = provider.get(session).calendar
    requests = {request["id"]: request for request in yaml.safe_load(REQUESTS.read_text(encoding="utf-8"))}
    dice = Random(11)  # noqa: S311  the same two weeks every time
    numbers: dict[str, int] = {}
    for step in _plan(calendar, now, requests, dice):
        request, name = requests[step.story.request], step.story.request
        with sessions.begin() as session:
            if step.action is None:
                ticket = _file(session, request, step.at, dice)
                numbers |= {name: ticket.id} if ticket else {}
            else:
                planned = add_days(calendar, calendar.local_date(now), 1 + numbers[name] % 4)
                _move(session, step, step.action, request, numbers[name], planned, dice)


def _plan(calendar: Calendar, now: datetime, requests: dict[str, Any], dice: Random) -> list[Step]:
    """Every step of every story, in the order of time: numbers rise as the days go by."""
    today, steps = calendar.local_date(now), []
    for end, stories in ((today, STORIES), (Month.of(today).before.last, LAST_MONTH)):
        days = [end]
        while len(days) <= max(story.filed for story in stories):
            days.append(previous_working_day(calendar, days[-1]))
        for story in stories:
            filed = _clock(calendar, days[story.filed], HOURS[requests[story.request]["account"]], dice)
            last = _clock(calendar, days[story.moved], 15, dice)
            steps += [Step(filed, story), *_moves(calendar, story, filed, last, dice)]
    return sorted(steps, key=lambda step: step.at)


def _clock(calendar: Calendar, day: date, hour: int, dice: Random) -> datetime:
    opens, _ = calendar.window(day)
    return opens + timedelta(hours=hour - calendar.opens.hour, minutes=dice.randint(5, 80))


def _moves(calendar: Calendar, story: Story, filed: datetime, last: datetime, dice: Random) -> list[Step]:
    """Somebody looks at it soon; the rest is spread over the working time that it took."""
    actions = PATHS[story.path]
    first = min(add_minutes(calendar, filed, dice.randint(15, 75)), last)
    share = minutes_between(calendar, first, last) / max(len(actions) - 1, 1)
    return [Step(add_minutes(calendar, first, share * place), story, action) for place, action in enumerate(actions)]


def _file(session: Session, request: dict[str, Any], at: datetime, dice: Random) -> Ticket | None:
    by_staff = dice.random() < 0.1  # now and then a client rings, and the account manager writes it down
    by = _enter(session, ACCOUNT_MANAGER if by_staff else dice.choice(REQUESTERS[request["account"]]))
    account = next(known for known in accounts.all_of_them(session) if known.name == request["account"])
    filing = Filing(
        request_type=RequestType(request.get("type", "question")),
        title=request["title"],
        details=request.get("details", ""),
        effect=Effect(request.get("effect", "Minor")),
        users=Users(request.get("users", "One person")),
        timing=Timing(request.get("timing", "Whenever")),
        blocks_revenue=request.get("revenue", False),
        consequence=request.get("consequence", ""),
        related_system=request.get("system"),
        door=Door.STAFF if by_staff else dice.choice([Door.COMMAND, Door.COMMAND, Door.BUTTON, Door.HOME]),
        came_from=CameFrom.CALL if by_staff else None,
    )
    firm, opened_at = provider.get(session), at - timedelta(seconds=dice.randint(40, 150))
    return intakes.submit(session, filing, by=by, account=account, provider=firm, now=at, opened_at=opened_at)


def _move(
    session: Session, step: Step, action: Action, request: dict[str, Any], number: int, planned: date, dice: Random
) -> None:
    by = _enter(session, _actor(step, request))
    ticket = visible_to(session, by, number, lock=True)
    minutes = int(dice.randint(*LOGGED.get(action, (15, 45))) * LONGER.get(request["account"], 1))
    if action in LOGGED or (action is Action.CLOSE and ticket.status is Status.IN_PROGRESS):
        _log(session, ticket, step, by, minutes, dice)
    scene = Scene(session, ticket, step.story, request, by, planned, dice.choice(ESTIMATES))
    if action is Action.ASK_CLIENT and "quoted" in request:
        _quote(scene, step.at)
        return
    inputs = INPUTS.get(action, lambda _: Inputs())(scene)
    ticket.act(session, action, by=by, now=step.at, inputs=inputs)


def _quote(scene: Scene, at: datetime) -> None:
    """It costs extra: the client's approver finds the price in the ticket's thread."""
    told = scene.request["quoted"]
    until = provider.get(scene.session).calendar.local_date(at) + timedelta(days=quotes.VALID_DAYS)
    quotes.propose(
        scene.session, scene.ticket, minutes=told["minutes"], cap_minutes=told["minutes"] + 60, valid_until=until,
        note=told["note"], by=scene.by, now=at,
    )  # fmt: skip


def _actor(step: Step, request: dict[str, Any]) -> str:
    """Reviewers check, leads hand over, clients confirm or dispute; all else is the owner's."""
    confirmed = step.action is Action.CLOSE and step.story.path in {"closed", "put right"}
    if confirmed or step.action is Action.REOPEN:
        return REQUESTERS[request["account"]][0]
    if step.action in {Action.APPROVE, Action.REJECT}:
        return DELIVERY_LEAD
    return LEAD if step.action is Action.ASSIGN else step.story.owner


def _enter(session: Session, slack_id: str) -> Person:
    person = people.enter(session, slack_id)
    if person is None:
        raise LookupError(f"{slack_id} is missing: apply demo.yaml first")
    return person


def _log(session: Session, ticket: Ticket, step: Step, by: Person, minutes: int, dice: Random) -> None:
    today = provider.get(session).calendar.local_date(step.at)
    note = dice.choice(LOOKED_INTO_IT) if step.action is Action.START else f"{ticket.title[:60]}: worked on it"
    time.log(session, ticket, by=by, minutes=minutes, work_date=today, now=step.at, today=today, note=note)


def _colleague(scene: Scene, slack_id: str) -> Person:
    return next(person for person in people.workers(scene.session) if person.slack_id == slack_id)


def _triaged(scene: Scene, **more: Any) -> Inputs:
    outside = scene.request.get("system") == "Salesforce"
    code = Code.OUT_OF_SCOPE if outside else Code.INCLUDED
    return Inputs(estimate_minutes=scene.minutes, code=code, **more)


def _asked(scene: Scene) -> Inputs:
    requester = people.by_id(scene.session, scene.ticket.requester_id)
    whom = requester.name if requester and not requester.is_staff else scene.request["account"]
    return Inputs(reason=scene.request["asked"], whom=whom)


def _closing(scene: Scene) -> Inputs:
    if scene.story.path == "not needed":
        return Inputs(close_reason=CloseReason.WITHDRAWN, reason="Found it on the website")
    return _noted(scene) if scene.by.is_staff else Inputs()


def _noted(scene: Scene) -> Inputs:
    spent = time.minutes_by_code(scene.session, scene.ticket.id)
    return Inputs(note=ClosureNote(**scene.request["done"], time_spent=spent))


INPUTS: dict[Action, Callable[[Scene], Inputs]] = {
    Action.ASSIGN: lambda scene: Inputs(assignee=_colleague(scene, scene.story.owner)),
    Action.START: _triaged,
    Action.SCHEDULE: lambda scene: _triaged(scene, planned_start=scene.planned),
    Action.ASK_CLIENT: _asked,
    Action.SEND_TO_REVIEW: lambda scene: Inputs(reviewer=_colleague(scene, DELIVERY_LEAD)),
    Action.SEND_TO_CLIENT: _noted,
    Action.REJECT: lambda _: Inputs(reason="The second example still fails: please look at it once more"),
    Action.APPROVE: _noted,
    Action.CLOSE: _closing,
    Action.REOPEN: lambda _: Inputs(reason="It is there again since this morning"),
}
