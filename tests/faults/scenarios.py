"""What is going on when something breaks: one row for each write path, and which process is hit in it."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.codes import Code
from bot.domain.workflow import Action
from tests.driver import Person
from tests.faults import billing
from tests.faults.scene import Scene
from tests.slack.desk import asks_for_a_file, does, files, moves

SEARCH = "Help centre search"
REQUEST = {
    "Request type": "Incident", "Short description": "Help centre search is empty", "Business impact": "Degraded",
    "Who is affected": "Many or a team", "Desired timing": "This week",
}  # fmt: skip
NOTE = {
    "Summary": "Search finds articles again", "Actions taken": "Rebuilt the index",
    "Systems or files affected": "Help centre", "Decisions made": "none", "Follow-up items": "none",
}  # fmt: skip


@dataclass(frozen=True)
class Scenario:
    """`before` happens undisturbed; then somebody `acts` and web answers, or a process `runs` by itself."""

    name: str
    process: str
    before: Callable[[Scene], None]
    acts: Callable[[Scene], None] | None = None
    runs: str | None = None

    def plays(self, scene: Scene) -> None:
        scene.worker = "worker" if self.process == "worker" else None
        self.before(scene)
        scene.breaks(scene)
        if self.acts:
            scene.acts(self.acts)
            scene.web_ends()
        if self.runs:
            while scene.runs(self.runs):  # a host starts it again when it died
                pass
            scene.runs(self.runs)  # and a schedule looks again in a few seconds
        scene.delivers()


def nothing(scene: Scene) -> None:
    pass


def filed(scene: Scene) -> None:
    files(scene.house)
    scene.house.delivers()


def taken(scene: Scene) -> None:
    files(scene.house)
    moves(scene.house, 101, Action.TAKE)
    scene.house.delivers()


def waiting(scene: Scene) -> None:
    files(scene.house)
    moves(scene.house, 101, Action.TAKE)
    moves(scene.house, 101, Action.ASK_CLIENT, reason="The words you searched for")
    scene.house.delivers()


def in_progress(scene: Scene) -> None:
    """Light work, which closes without a review."""
    files(scene.house)
    does(scene.house, "update ticket set request_type = 'question'")
    moves(scene.house, 101, Action.TAKE)
    moves(scene.house, 101, Action.START, estimate_minutes=15, code=Code.INCLUDED)
    scene.house.delivers()


def much_to_bring(scene: Scene) -> None:
    """A card to edit with replies below it, and a new card."""
    filed(scene)
    moves(scene.house, 101, Action.TAKE)
    moves(scene.house, 101, Action.ASK_CLIENT, reason="The words you searched for")
    files(scene.house, "Routing sends everything to Bo", account="Umbrella", by="Rex")


def a_file_to_bring(scene: Scene) -> None:
    """The PDF of an invoice, for somebody Steward never wrote to."""
    asks_for_a_file(scene.house)


def reads_why(person: Person) -> None:
    """A window that only says what did not work is closed before the next try."""
    while (window := person.modal()) and window["title"]["text"] == "Not done":
        person.closes()


def requests(scene: Scene) -> None:
    ana = scene.house.ana
    reads_why(ana)
    if not ana.modal():
        ana.opens("/request")
    ana.fills(REQUEST).submits()


def takes(scene: Scene) -> None:
    scene.house.bo.clicks("Take it", on=SEARCH)


def asks_the_client(scene: Scene) -> None:
    bo = scene.house.bo
    reads_why(bo)
    if not bo.modal():
        bo.clicks("Ask client", on=SEARCH)
    bo.fills({"What do you need?": "The words you searched for."}).submits()


def answers_in_the_thread(scene: Scene) -> None:
    """Whoever writes does so once; an event that was not acknowledged Slack sends again."""
    if scene.remembered.setdefault("wrote", False):
        return scene.slack.advance(301)
    scene.remembered["wrote"] = True
    (card,) = scene.house.ana.messages("C0ACME")
    scene.house.ana.types("C0ACME", "Empty for every word", thread=card["ts"])


def logs_time(scene: Scene) -> None:
    scene.house.bo.opens("/time T-101 45m looked into it")


def closes_with_a_note(scene: Scene) -> None:
    bo = scene.house.bo
    reads_why(bo)
    if not bo.modal():
        bo.clicks("Close", on=SEARCH)
    bo.fills(NOTE).submits()


SCENARIOS = {
    one.name: one
    for one in (
        Scenario("/request is filed", "web", nothing, requests),
        Scenario("Take it is pressed", "web", filed, takes),
        Scenario("the client is asked", "web", taken, asks_the_client),
        Scenario("the client answers in the thread", "web", waiting, answers_in_the_thread),
        Scenario("a line of /time", "web", filed, logs_time),
        Scenario("it is closed with a note", "web", in_progress, closes_with_a_note),
        Scenario("the month is signed", "web", billing.signed_once, billing.the_month_is_signed),
        Scenario("an invoice is approved", "web", billing.two_invoices_reviewed, billing.acmes_is_approved),
        Scenario("a quote is approved", "web", billing.quote_asked, billing.the_quote_is_approved),
        Scenario("the daily digest", "tick", filed, runs="tick"),
        Scenario("a card, replies and an edit", "worker", much_to_bring),
        Scenario("an invoice's file", "worker", a_file_to_bring),
    )
}
