"""Nothing that needs a decision goes out without it, whatever people do, in whatever order.

People of every kind try everything, over the real verbs on real rows. What went out is then judged from the raw rows
alone, by a table and a count of this file's own: whoever loosens a rule in `bot/` has to loosen it here as well.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from bot.domain import approvals, changes, deciding, people, releases, risk
from bot.domain.approvals import Approval
from bot.domain.changes import Change, ChangeState, Content, Result, Rollback, Touch
from bot.domain.date_ranges import Days
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.releases import Package, Release, ReleaseState
from bot.domain.risk import Blast, Undo
from bot.domain.seats import Verdict
from tests.cast import by_name
from tests.domain.desk import MONDAY, person

# fmt: off
STAFF = {"Bo": ["engineer"], "Eve": ["engineer"], "Maya": ["lead", "approver"], "Sam": ["service_owner", "approver"],
         "Lou": ["lead", "service_owner"], "Fin": ["finance"]}
CONTACTS = {"Ana": "Acme", "Cleo": "Acme", "Rex": "Umbrella"}
EVERYBODY = st.sampled_from([*STAFF, *CONTACTS])
ROLES = ["engineer", "lead", "approver", "service_owner", "finance"]

# The table once more, in its own words.
STEPS = {
    ("routine", "low"): [["peer"]], ("routine", "medium"): [["lead"]], ("routine", "high"): [["lead", "service_owner"]],
    ("sensitive", "low"): [["lead"]], ("sensitive", "medium"): [["lead"], ["client"]],
    ("sensitive", "high"): [["lead", "service_owner"], ["client"]],
}
HOLDS = {"peer": {"engineer", "lead", "service_owner"}, "lead": {"lead"}, "service_owner": {"service_owner"},
         "client": {"approver"}, "oncall_lead": {"lead", "service_owner"}, "release_approver": {"approver"}}
AREAS = {"routing": 3, "permissions": 4, "integrations": 4, "customer_facing_content": 2}
POINTS = {"one": 0, "team": 1, "all_agents": 2, "end_customers": 3, "toggle": 0, "tested_plan": 1, "manual_restore": 2,
          "irreversible": 4, "full": 0, "partial": 1, "none": 3}
OUT = ("released", "verified", "rolled back")
CONTENT = ("account_id", "title", "purpose", "touches", "component", "blast", "undo", "tested", "at_peak", "plan",
           "evidence", "emergency_reason", "rollback", "qa", "implementer_id", "template_id")
# fmt: on
ROLLBACK = Rollback("It fails", "Switch it off", 15, "Bo", "None is lost", "A test ticket")
REASON = "It went wrong for everybody"

CONTENTS = st.builds(
    Content,
    title=st.just("A better view"), purpose=st.just("They look in three places."), rollback=st.just(ROLLBACK),
    touches=st.sampled_from([(), (), (Touch.ROUTING,), (Touch.PERMISSIONS, Touch.ROUTING), (Touch.THEME,)]),
    component=st.sampled_from(["Zendesk", ""]), blast=st.sampled_from(Blast), undo=st.sampled_from(Undo),
    tested=st.sampled_from(risk.Tested), plan=st.sampled_from(["As always", "In one go"]),
    emergency_reason=st.sampled_from(["", "", "", "Everything is down"]),
)  # fmt: skip
ORDERS = st.permutations([*STAFF, *CONTACTS])
MEDDLINGS = st.sampled_from(["nothing", "nothing", "edits", "checks", "lends", "waits"])


class Seen(NamedTuple):
    """A decision, with what was true when it was taken."""

    row: dict[str, Any]
    about: Any
    roles: set[str]
    account: int | None
    lent: bool


class Anything(RuleBasedStateMachine):
    """Everybody tries everything."""

    def __init__(self, engine: Engine, released: Counter[str]):
        super().__init__()
        self.released, self.now = released, MONDAY
        self.connection = engine.connect()
        self.transaction = self.connection.begin()
        self.session = Session(
            self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False, autoflush=True
        )
        self.decided: dict[int, Seen] = {}
        self.out: set[int] = set()
        people.enter_as_system(self.session)
        self._furnish()

    def teardown(self) -> None:
        self.session.close()
        self.transaction.rollback()
        self.connection.close()

    def _furnish(self) -> None:
        for name, roles in STAFF.items():
            found = self.session.scalar(select(Person).where(Person.name == name))
            self.session.add(found or Person(name=name, slack_id=f"U0{name.upper()}"))
            self.session.flush()
            person(self.session, name).roles = roles
        acme, bo, maya = by_name(self.session, "Acme"), self.who("Bo"), self.who("Maya")
        self.proven = Content(
            "A text", "They asked for it.", (Touch.CUSTOMER_FACING_CONTENT,), plan="As always", implementer_id=bo.id
        )
        done = changes.draft(self.session, self.proven, acme, by=bo, now=MONDAY)
        done.state = ChangeState.VERIFIED
        self.session.flush()
        template = changes.make_template(self.session, done, "A text", by=maya, now=MONDAY)
        self.proven, self.out = replace(self.proven, template_id=template.id), {done.id}

    # --- who does what

    def who(self, name: str) -> Person:
        return person(self.session, name)

    def does(self, name: str, verb: Callable[[Person], object]) -> bool:
        """As a handler does it: the person enters, one verb, stored or taken back; then everything is judged."""
        self.now += timedelta(minutes=1)
        actor = people.enter(self.session, f"U0{name.upper()}")
        assert actor
        try:
            with self.session.begin_nested():
                verb(actor)
        except Refused:
            went = False
        else:
            went = True
        people.enter_as_system(self.session)
        if went:
            self.judge()
        return went

    def held(self, subject: Change | Release, verb: Callable[..., object], *words: object) -> Callable[[Person], None]:
        """A verb on what its person can load, as that stands then."""
        door, number = (changes if isinstance(subject, Change) else releases).visible_to, subject.id

        def run(by: Person) -> None:
            found = door(self.session, by, number, lock=True)
            verb(self.session, found, *words, by=by, now=self.now, seen=found.version)

        return run

    def one(self, entity: type[Any], pick: int, *states: str) -> Any:
        """One of those there are; the newest more often than not."""
        query = select(entity).order_by(entity.id.desc()).execution_options(populate_existing=True)
        query = query.where(entity.state.in_(states)) if states else query
        found = self.session.scalars(query).all()
        return found[pick % len(found)] if found else None

    @rule(name=EVERYBODY, account=st.sampled_from(["Acme", "Acme", "Umbrella"]), content=CONTENTS,
          doer=st.sampled_from([*STAFF]), proven=st.integers(0, 5))  # fmt: skip
    def drafts(self, name: str, account: str, content: Content, doer: str, proven: int) -> None:
        whole = self.proven if proven == 0 else replace(content, implementer_id=self.who(doer).id)
        owner = by_name(self.session, account)
        self.does(name, lambda actor: changes.draft(self.session, whole, owner, by=actor, now=self.now))

    def _edited(self, change: Change, verb: Callable[..., object], forgets: bool) -> Callable[[Person], None]:
        """A handler that forgets the release has to be caught at Go."""

        number = change.id

        def run(actor: Person) -> None:
            held = changes.visible_to(self.session, actor, number, lock=True)
            verb(held, by=actor, now=self.now, seen=held.version)
            if not forgets:
                releases.after_edit(self.session, held, by=actor, now=self.now)

        return run

    @rule(name=EVERYBODY, pick=st.integers(0, 3), doer=st.sampled_from([*STAFF]), plan=st.sampled_from("ABC"),
          touches=st.sampled_from([(), (Touch.ROUTING,)]), forgets=st.booleans())  # fmt: skip
    def edits(self, name: str, pick: int, doer: str, plan: str, touches: tuple[Touch, ...], forgets: bool) -> None:
        if change := self.one(Change, pick, "draft", "waiting for approval", "approved", "scheduled", "rejected"):
            other = replace(change.content, plan=plan, touches=touches, implementer_id=self.who(doer).id)
            verb = partial(changes.edit, self.session)
            self.does(name, self._edited(change, lambda held, **by: verb(held, other, **by), forgets))

    @rule(name=EVERYBODY, pick=st.integers(0, 3), evidence=st.sampled_from(["looked", "looked again"]),
          forgets=st.booleans())  # fmt: skip
    def checks(self, name: str, pick: int, evidence: str, forgets: bool) -> None:
        if change := self.one(Change, pick, "draft", "waiting for approval", "approved", "scheduled", "rejected"):
            self.does(name, self._checking(change, evidence, forgets))

    def _checking(self, change: Change, evidence: str, forgets: bool) -> Callable[[Person], None]:
        answers = {check.key: (Result.PASS, evidence) for check in change.checks}
        verb = partial(changes.answer_checks, self.session)
        return self._edited(change, lambda held, **by: verb(held, answers, **by), forgets)

    @rule(name=EVERYBODY, pick=st.integers(0, 3), forgets=st.booleans())
    def withdraws(self, name: str, pick: int, forgets: bool) -> None:
        if change := self.one(Change, pick):
            verb = partial(changes.withdraw, self.session)
            self.does(name, self._edited(change, lambda held, **by: verb(held, REASON, **by), forgets))

    @rule(name=EVERYBODY, pick=st.integers(0, 3))
    def asks(self, name: str, pick: int) -> None:
        if change := self.one(Change, pick):
            self.does(name, self.held(change, changes.ask))

    @rule(name=EVERYBODY, pick=st.integers(0, 3), verdict=st.sampled_from([*Verdict, Verdict.APPROVE]))
    def decides(self, name: str, pick: int, verdict: Verdict) -> None:
        if approval := self.one(Approval, pick):
            decide, number = partial(deciding.decide, self.session), approval.id
            self.does(name, lambda by: decide(by, number, verdict, now=self.now, reason=REASON))

    @rule(name=EVERYBODY, to=EVERYBODY, days=st.integers(0, 9))
    def delegates(self, name: str, to: str, days: int) -> None:
        first = self.now.date()
        span, other = Days(first, first + timedelta(days=days)), self.who(to)
        self.does(name, lambda by: approvals.delegate(self.session, other, span, by=by, now=self.now))

    @rule(name=EVERYBODY)
    def takes_back(self, name: str) -> None:
        number = self.session.scalar(text("select max(id) from delegation")) or 0
        self.does(name, lambda by: approvals.end_delegation(self.session, number, by=by, now=self.now))

    @rule(name=st.sampled_from([*STAFF]), roles=st.sets(st.sampled_from(ROLES), min_size=1))
    def changes_jobs(self, name: str, roles: set[str]) -> None:
        self.who(name).roles = sorted(roles)
        self.session.flush()

    def _package(self, ids: list[int], wait: int, exception: str) -> Package:
        starts = self.now + timedelta(hours=wait)
        return Package("Tuesday", starts, starts + timedelta(hours=20), tuple(ids), exception)

    @rule(name=EVERYBODY, picks=st.sets(st.integers(0, 3), min_size=1, max_size=2), wait=st.integers(0, 30),
          exception=st.sampled_from(["", "It can't wait"]), again=st.booleans())  # fmt: skip
    def packages(self, name: str, picks: set[int], wait: int, exception: str, again: bool) -> None:
        found = [self.one(Change, pick, "draft", "waiting for approval", "approved") for pick in picks]
        package = self._package(sorted({change.id for change in found if change}), wait, exception)
        release = self.one(Release, 0)
        if release and again:
            self.does(name, self.held(release, releases.repackage, package))
        else:
            self.does(name, lambda by: releases.make(self.session, package, by=by, now=self.now))

    @rule(name=EVERYBODY, pick=st.integers(0, 2), step=st.sampled_from(["ask", "schedule", "go", "verify"]))
    def moves(self, name: str, pick: int, step: str) -> None:
        if release := self.one(Release, pick):
            self.does(name, self.held(release, getattr(releases, step)))

    @rule(name=EVERYBODY, pick=st.integers(0, 2), step=st.sampled_from(["withdraw", "roll_back"]))
    def takes_off(self, name: str, pick: int, step: str) -> None:
        if release := self.one(Release, pick):
            self.does(name, self.held(release, getattr(releases, step), REASON))

    @rule(name=EVERYBODY, pick=st.integers(0, 3))
    def goes_at_once(self, name: str, pick: int) -> None:
        if change := self.one(Change, pick):
            self.does(name, self.held(change, releases.release_now))

    @rule(hours=st.sampled_from([1, 8, 24, 72, 24 * 8, 24 * 15]))
    def waits(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def sweeps(self) -> None:
        deciding.sweep(self.session, self.now)
        self.judge()

    @rule(pick=st.integers(0, 1), order=ORDERS, meddling=MEDDLINGS, step=st.integers(1, 8))
    def hurries(self, pick: int, order: list[str], meddling: str, step: int) -> None:
        """What those who want it out would do next, so that something goes out at all; and something in between."""
        if change := self.one(Change, pick, "draft", "waiting for approval", "approved", "scheduled"):
            for number in range(9):
                if number == step:
                    self._meddle(change, meddling)
                self._next_step(change, order)
                self.session.refresh(change)

    @initialize(order=ORDERS, content=CONTENTS, meddling=MEDDLINGS, step=st.integers(1, 8))
    def begins(self, order: list[str], content: Content, meddling: str, step: int) -> None:
        self.drafts("Bo", "Acme", content, "Bo", 1)
        self.hurries(0, order, meddling, step)

    @rule(order=ORDERS, content=CONTENTS, doer=st.sampled_from(["Bo", "Eve"]), meddling=MEDDLINGS,
          step=st.integers(1, 8))  # fmt: skip
    def hurries_anew(self, order: list[str], content: Content, doer: str, meddling: str, step: int) -> None:
        self.drafts(doer, "Acme", content, doer, 1)
        self.hurries(0, order, meddling, step)

    def _meddle(self, change: Change, how: str) -> None:
        """Exactly what an approval must not survive."""
        author = self.session.get_one(Person, change.author_id).name
        if how == "edits":
            other, verb = replace(change.content, plan="D"), partial(changes.edit, self.session)
            self.does(author, self._edited(change, lambda held, **by: verb(held, other, **by), forgets=True))
        elif how == "checks":
            self.does(author, self._checking(change, "looked away", forgets=True))
        elif how == "lends":
            for name in ("Maya", "Lou", "Sam", "Cleo"):
                self.delegates(name, "Fin" if name != "Cleo" else "Ana", 9)
        elif how == "waits":
            self.now += timedelta(days=15)

    def _next_step(self, change: Change, order: list[str]) -> None:
        release = self.session.get(Release, change.release_id or 0, populate_existing=True)
        if change.state is ChangeState.DRAFT:
            self._anybody(order, self._checking(change, "looked", forgets=False))
            self._anybody(order, self.held(change, changes.ask))
        elif change.state is ChangeState.ASKED:
            self._decide(approvals.Purpose.CHANGE, change.id, order)
        elif change.state is ChangeState.APPROVED and release is None:
            package = self._package([change.id], 1, "It can't wait")
            packed = partial(releases.make, self.session, package, now=self.now)
            at_once = self.held(change, releases.release_now)
            self._anybody(order, at_once if change.emergency_reason else lambda by: packed(by=by))
        elif release is not None:
            self._next_step_of(release, order)

    def _next_step_of(self, release: Release, order: list[str]) -> None:
        if release.state is ReleaseState.ASKED:
            self._decide(approvals.Purpose.RELEASE, release.id, order)
        if release.state is ReleaseState.SCHEDULED:
            self.now = max(self.now, release.starts)
        if name := {"draft": "ask", "approved": "schedule", "scheduled": "go"}.get(release.state.value):
            self._anybody(order, self.held(release, getattr(releases, name)))

    def _anybody(self, order: list[str], verb: Callable[[Person], object]) -> None:
        any(self.does(name, verb) for name in order)

    def _decide(self, purpose: approvals.Purpose, subject_id: int, order: list[str]) -> None:
        approval = approvals.pending_of(self.session, purpose, subject_id)
        if approval:
            decide, number = partial(deciding.decide, self.session), approval.id
            for name in order:
                self.does(name, lambda by: decide(by, number, Verdict.APPROVE, now=self.now))

    # --- what is judged, from raw rows

    def rows(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in self.session.execute(text(statement), values).mappings()]

    def judge(self) -> None:
        self.session.flush()
        for row in self.rows("select d.*, a.purpose, a.subject_id, a.asked_at from decision d"
                             " join approval a on a.id = approval_id order by d.id"):  # fmt: skip
            if row["id"] not in self.decided:
                self.decided[row["id"]] = self._seen(row)
        for change in self.rows("select * from change where state = any (:out)", out=list(OUT)):
            if change["id"] not in self.out:
                self.out.add(change["id"])
                self.released[self._class(change)] += 1
                self._judge_change(change)

    def _seen(self, row: dict[str, Any]) -> Seen:
        """Who they were, and whether they could answer for whom they say, at that moment."""
        (holder,) = self.rows("select roles, account_id, active from person where id = :id", id=row["authority_id"])
        lent = self.rows(
            "select 1 from delegation where person_id = :a and delegate_id = :p and starts <= :day and ends >= :day"
            " and ended_at is null and named_at <= :asked",
            a=row["authority_id"], p=row["person_id"], day=self._day(), asked=row["asked_at"],
        )  # fmt: skip
        return Seen(row, self._about(row), set(holder["roles"]), holder["account_id"], bool(lent))

    def _day(self) -> date:
        return self.now.date()  # London in winter

    def _about(self, row: dict[str, Any]) -> Any:
        return self._package_of(row["subject_id"]) if row["purpose"] == "release" else self._content(row["subject_id"])

    def _content(self, number: int) -> dict[str, Any]:
        (row,) = self.rows("select * from change where id = :id", id=number)
        return {name: row[name] for name in CONTENT}

    def _package_of(self, number: int) -> Any:
        (row,) = self.rows("select name, starts, ends, exception from release where id = :id", id=number)
        inside = self.rows("select id from change where release_id = :id order by id", id=number)
        return row, [(one["id"], self._content(one["id"])) for one in inside]

    def _class(self, change: dict[str, Any]) -> str:
        if change["emergency_reason"]:
            return "emergency"
        if change["template_id"]:
            (template,) = self.rows("select * from change_template where id = :id", id=change["template_id"])
            same = template["steps"] == {
                "touches": sorted(change["touches"]), "component": change["component"].strip().lower(),
                "blast": change["blast"], "undo": change["undo"], "plan": change["plan"].strip(),
            }  # fmt: skip
            if template["suspended_at"] is None and template["account_id"] == change["account_id"] and same:
                return "standard"
        return "sensitive" if AREAS.keys() & set(change["touches"]) else "routine"

    def _level(self, change: dict[str, Any]) -> str:
        areas = sorted(AREAS[name] for name in change["touches"] if name in AREAS)
        score = min(areas[-1] + len(areas) - 1, 6) if areas else 0
        score += sum(POINTS[change[name]] for name in ("blast", "undo", "tested"))
        score += 2 * change["at_peak"] + 2 * change["failed_lately"]
        return "low" if score <= 4 else "medium" if score <= 9 else "high"

    def _judge_change(self, change: dict[str, Any]) -> None:
        kind = self._class(change)
        steps = [] if kind == "standard" else [["oncall_lead"]]
        steps = STEPS[kind, self._level(change)] if kind in {"routine", "sensitive"} else steps
        at, barred = change["released_at"], {*change["author_ids"], change["implementer_id"]}
        content = {name: change[name] for name in CONTENT}
        self._require("change", change["id"], steps, barred, content, at, change["account_id"])
        inside = self.rows("select * from change where release_id = :id", id=change["release_id"])
        self._judge_release(change["release_id"], inside, at)
        authors = {one["author_ids"][0] for one in inside}
        late = self.rows("select subject_id from approval where purpose = 'emergency_review' and state = 'pending'"
                         " and expires_at < :at", at=at)  # fmt: skip
        for one in late:
            (other,) = self.rows("select author_ids from change where id = :id", id=one["subject_id"])
            assert other["author_ids"][0] not in authors, "their emergency is still to be reviewed"
        if kind == "emergency":
            query = "select steps from approval where purpose = 'emergency_review' and subject_id = :id"
            assert [["peer", "peer"]] in [row["steps"] for row in self.rows(query, id=change["id"])]

    def _judge_release(self, number: int, inside: list[dict[str, Any]], at: datetime) -> None:
        if all(one["emergency_reason"] for one in inside):
            return
        barred = {who for one in inside for who in (*one["author_ids"], one["implementer_id"])}
        package = self._package_of(number)
        seats = ["release_approver", "service_owner"] if package[0]["exception"] else ["release_approver"]
        self._require("release", number, [seats], barred, package, at, None)

    def _require(
        self, purpose: str, number: int, steps: list[list[str]], barred: set[int], about: Any, at: datetime,
        account: int | None,
    ) -> None:  # fmt: skip
        """One round of decisions on exactly this fills every seat, in order."""
        rounds: dict[int, list[Seen]] = {}
        for seen in self.decided.values():
            if (seen.row["purpose"], seen.row["subject_id"]) == (purpose, number):
                rounds.setdefault(seen.row["approval_id"], []).append(seen)
        found = [self._why_not(seen, steps, barred, about, at, account) for seen in rounds.values()]
        assert not steps or None in found, f"{purpose} {number} went out at {at} without {steps}: {found}"

    def _why_not(
        self, seen: list[Seen], steps: list[list[str]], barred: set[int], about: Any, at: datetime, account: int | None
    ) -> str | None:  # fmt: skip
        if any(one.row["verdict"] == "reject" for one in seen):
            return "rejected"
        for one in seen:
            row, own = one.row, one.row["person_id"] == one.row["authority_id"]
            if {row["person_id"], row["authority_id"]} & barred:
                return "author or implementer"
            if one.account != (account if row["seat"] == "client" else None) or not HOLDS[row["seat"]] & one.roles:
                return f"no {row['seat']}"
            if not (own or one.lent):
                return "nobody's delegate"
            if one.about != about:
                return "other content"
            if at - row["at"] > timedelta(days=14):
                return "too old"
        for name in ("person_id", "authority_id"):
            if len({one.row[name] for one in seen}) != len(seen):
                return "one person twice"
        return None if self._in_order([one.row["seat"] for one in seen], steps) else "not the seats that are asked for"

    @staticmethod
    def _in_order(given: list[str], steps: list[list[str]]) -> bool:
        there: Iterator[str] = iter(given)
        return all(sorted(next(there, "") for _ in step) == sorted(step) for step in steps)


def test_nothing_goes_out_unasked(shared_engine: Engine, request: pytest.FixtureRequest):
    slow = request.config.getoption("--slow")
    released: Counter[str] = Counter()
    run_state_machine_as_test(
        partial(Anything, shared_engine, released),
        settings=settings(
            max_examples=60 if slow else 10, stateful_step_count=25 if slow else 10, deadline=None,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate, *([Phase.shrink] if slow else [])],
        ),
    )  # fmt: skip
    print(f"went out: {dict(released)}")
    assert released.total() > (10 if slow else 1), "too little went out to prove anything"
