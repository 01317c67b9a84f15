"""The demo's changes and releases: verified, rolled back, waiting for somebody, planned, and one emergency.

As in seeding.py every step is a verb of the domain's, taken by the person who would have taken it, at its time.
To add one: a row in sample/changes.yaml with one of PATHS.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from sqlalchemy.orm import Session, sessionmaker

from bot.domain import accounts, approvals, changes, deciding, people, provider, releases
from bot.domain.approvals import Purpose
from bot.domain.business_time import DAY_NAMES, Calendar
from bot.domain.changes import Change, Content, Result, Rollback, Touch
from bot.domain.date_ranges import Days
from bot.domain.people import Person
from bot.domain.releases import Package, Release
from bot.domain.reviews import previous_working_day
from bot.domain.risk import Blast, Tested, Undo
from bot.domain.seats import Verdict
from bot.playbook import of as playbook_of

CHANGES = Path(__file__).parent / "sample" / "changes.yaml"
LEAD, OTHER_LEAD, COLLEAGUES = "U0MAYA", "U0LEA", {"U0BO": "U0EVE", "U0EVE": "U0BO"}
EVENING = time(18)
WINDOW = timedelta(hours=2)
EVIDENCE = {"tested": "Sandbox, with last week’s requests", "owner": "In the team’s list", "proof_read": "Read by Maya"}


class Scene(NamedTuple):
    """One change of the sample, and when things happen to it."""

    session: Session
    told: dict[str, Any]
    change: Change
    began: datetime
    now: datetime
    calendar: Calendar

    def by(self, slack_id: str) -> Person:
        """Enter as somebody."""
        person = people.enter(self.session, slack_id)
        if person is None:
            raise LookupError(f"{slack_id} is missing: apply demo.yaml first")
        return person


def seed(sessions: sessionmaker[Session], *, now: datetime) -> None:
    """Play every change up to `now`, the oldest first, and set the winter's freeze."""
    told = yaml.safe_load(CHANGES.read_text(encoding="utf-8"))
    for one in sorted(told, key=lambda change: -change["days"]):
        with sessions.begin() as session:
            _play(session, one, now)
    with sessions.begin() as session:
        _freeze_the_winter(session, now)


def _play(session: Session, told: dict[str, Any], now: datetime) -> None:
    author = people.enter(session, told["author"])
    if author is None:
        raise LookupError(f"{told['author']} is missing: apply demo.yaml first")
    calendar = provider.get(session).calendar
    began = min(_morning(calendar, now, told["days"]), now - timedelta(hours=1))
    account = accounts.by_name(session, told["account"])
    change = changes.draft(session, _content(told, author), account, by=author, now=began)
    PATHS[told["path"]](Scene(session, told, change, began, now, calendar))


def _morning(calendar: Calendar, now: datetime, days: int) -> datetime:
    day = calendar.local_date(now)
    for _ in range(days):
        day = previous_working_day(calendar, day)
    return calendar.window(day)[0] + timedelta(minutes=40)


def _content(told: dict[str, Any], author: Person) -> Content:
    rollback = Rollback(*told["rollback"]) if "rollback" in told else Rollback()
    return Content(
        title=told["title"], purpose=told["purpose"], plan=told["plan"], component=told["component"],
        touches=tuple(Touch(name) for name in told.get("touches", ())), blast=Blast(told["blast"]),
        undo=Undo(told.get("undo", "toggle")), tested=Tested(told["tested"]), rollback=rollback,
        emergency_reason=told.get("emergency", ""), implementer_id=author.id,
        evidence="Tried in the sandbox" if told["tested"] != "none" else "",
    )  # fmt: skip


def _half_checked(scene: Scene) -> None:
    """Some of the checks are answered, and the way back is still missing."""
    _checked(scene, scene.change.checks[:3])


def _checked(scene: Scene, checks: list[changes.Check]) -> None:
    answers = {check.key: (Result.PASS, EVIDENCE.get(check.key, "")) for check in checks}
    by = scene.by(scene.told["author"])
    changes.answer_checks(scene.session, scene.change, answers, by=by, now=scene.began, seen=scene.change.version)


def _asked(scene: Scene) -> None:
    _checked(scene, scene.change.checks)
    by = scene.by(scene.told["author"])
    changes.ask(scene.session, scene.change, by=by, now=scene.began, seen=scene.change.version)


def _lead_said_yes(scene: Scene) -> None:
    _asked(scene)
    _approves(scene, LEAD, Purpose.CHANGE, scene.change.id, scene.began + timedelta(minutes=25))


def _approved(scene: Scene) -> None:
    """By everybody who is asked."""
    _asked(scene)
    contacts = {"Acme": "U0CLEO", "Globex": "U0GIL", "Umbrella": "U0REX"}
    who = {"peer": COLLEAGUES[scene.told["author"]], "lead": LEAD, "client": contacts[scene.told["account"]]}
    for wait, seat in enumerate((seat for step in scene.change.steps for seat in step), start=1):
        at = scene.began + timedelta(minutes=25 * wait)
        _approves(scene, who[seat.value], Purpose.CHANGE, scene.change.id, at)


def _approves(scene: Scene, slack_id: str, purpose: Purpose, subject_id: int, at: datetime) -> None:
    by = scene.by(slack_id)
    approval = approvals.pending_of(scene.session, purpose, subject_id)
    if approval is None:
        raise LookupError(f"nothing is asked about {purpose} {subject_id}")
    deciding.decide(scene.session, by, approval.id, Verdict.APPROVE, now=at)


def _scheduled(scene: Scene, day: date | None = None) -> Release:
    """Approved, packaged for the evening of a release day, approved again and scheduled."""
    _approved(scene)
    calendar, session = scene.calendar, scene.session
    day = day or _release_day(scene, calendar.local_date(scene.now) + timedelta(days=1))
    starts = datetime.combine(day, EVENING, calendar.tz)
    author, asked = scene.by(scene.told["author"]), scene.began + timedelta(hours=2)
    package = Package(scene.told["title"][:60], starts, starts + WINDOW, (scene.change.id,))
    release = releases.make(session, package, by=author, now=asked)
    releases.ask(session, release, by=author, now=asked, seen=release.version)
    _approves(scene, OTHER_LEAD, Purpose.RELEASE, release.id, asked + timedelta(minutes=30))
    author = scene.by(scene.told["author"])
    releases.schedule(session, release, by=author, now=asked + timedelta(minutes=45), seen=release.version)
    return release


def _release_day(scene: Scene, day: date) -> date:
    days = playbook_of(scene.session).release_days
    while DAY_NAMES[day.weekday()] not in days or not scene.calendar.is_working_day(day):
        day += timedelta(days=1)
    return day


def _gone(scene: Scene) -> Release:
    release = _scheduled(scene, _release_day(scene, scene.calendar.local_date(scene.began)))
    by = scene.by(scene.told["author"])
    releases.send_due(scene.session, release.starts)
    releases.go(scene.session, release, by=by, now=release.starts + timedelta(minutes=5), seen=release.version)
    return release


def _verified(scene: Scene) -> None:
    release = _gone(scene)
    by, at = scene.by(OTHER_LEAD), release.starts + timedelta(minutes=50)
    releases.verify(scene.session, release, by=by, now=at, seen=release.version)


def _rolled_back(scene: Scene) -> None:
    release = _gone(scene)
    by, at = scene.by(scene.told["author"]), release.starts + timedelta(minutes=70)
    releases.roll_back(scene.session, release, scene.told["reason"], by=by, now=at, seen=release.version)


def _emergency(scene: Scene) -> None:
    """The lead on call says yes, it goes out, and two colleagues still have to look at it."""
    by = scene.by(scene.told["author"])
    changes.ask(scene.session, scene.change, by=by, now=scene.began, seen=scene.change.version)
    approval = approvals.pending_of(scene.session, Purpose.CHANGE, scene.change.id)
    may = next(
        lead
        for lead in (OTHER_LEAD, LEAD)
        if approval in approvals.waiting_for(scene.session, scene.by(lead), scene.began)
    )
    _approves(scene, may, Purpose.CHANGE, scene.change.id, scene.began + timedelta(minutes=6))
    by, at = scene.by(scene.told["author"]), scene.began + timedelta(minutes=9)
    release = releases.release_now(scene.session, scene.change, by=by, now=at, seen=scene.change.version)
    by = scene.by(may)
    releases.verify(scene.session, release, by=by, now=at + timedelta(minutes=20), seen=release.version)


PATHS: dict[str, Callable[[Scene], Any]] = {
    "draft": _half_checked,
    "peer asked": _asked,
    "client asked": _lead_said_yes,
    "scheduled": _scheduled,
    "verified": _verified,
    "rolled back": _rolled_back,
    "emergency": _emergency,
}


def _freeze_the_winter(session: Session, now: datetime) -> None:
    lead = people.enter(session, LEAD)
    if lead is None:
        raise LookupError(f"{LEAD} is missing: apply demo.yaml first")
    today = provider.get(session).calendar.local_date(now)
    year = today.year if (today.month, today.day) < (12, 10) else today.year + 1
    days = Days(date(year, 12, 21), date(year + 1, 1, 3))
    releases.freeze(session, None, days, "Holidays: nobody is here to roll back", by=lead, now=now)
