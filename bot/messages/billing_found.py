"""Entries of a billing review on a line, and what was found about them in words."""

from sqlalchemy.orm import Session

from bot.domain import people, projects, tickets
from bot.domain.billing import Finding, Found
from bot.domain.durations import show
from bot.domain.people import Person
from bot.domain.time import TimeEntry
from bot.messages.mrkdwn import Mrkdwn, clip, day, escape, line, say

# fmt: off
TITLES: dict[Finding, tuple[str, str]] = {
    Finding.VAGUE:      ("Says too little", "No ticket and hardly a word: the client could not tell what it was."),
    Finding.CODE:       ("No price", "The agreement has no rate for this code."),
    Finding.MISMATCH:   ("Category and code do not match", "Our own affairs charged to the client, or the client’s work charged to nobody."),
    Finding.LONG_DAY:   ("More than 12 hours on a day", "Of one person, for all accounts together."),
    Finding.LONG_ENTRY: ("More than 8 hours in one entry", "Perhaps a slip, perhaps a long night."),
    Finding.DUPLICATE:  ("Logged twice?", "The same person, work, day and minutes again."),
    Finding.WAITING:    ("Not approved", "Kept, and off the invoice until it is approved. It holds nothing up."),
    Finding.NO_TICKET:  ("On no ticket", "No ticket tells what it was for; where it is charged, its note does. It holds nothing up."),
    Finding.STRAGGLER:  ("From an earlier month", "That month is locked, so it counts in this one. It holds nothing up."),
    Finding.LATE:       ("Logged late", "More than a business day after it was done."),
    Finding.UNENTERED:  ("Days that look short", "Less than half of a working day, for all accounts together, and not called complete. Ask whether something is missing."),
    Finding.ENTRY:      ("Entry", ""),
    Finding.OFF:        ("Written off", "It stays in the hours and off the invoices."),
}
BECAUSE = {"approval": "the client has not approved it", "budget": "over the project’s budget"}
# fmt: on


class Known:
    """Whom and what entries name, read once for all of them."""

    def __init__(self, session: Session, actor: Person, entries: list[TimeEntry]):
        self._people = people.by_ids(session, {one.person_id for one in entries})
        self._tickets = tickets.several(session, actor, {one.ticket_id for one in entries if one.ticket_id})
        self._projects = projects.several(session, actor, {one.project_id for one in entries if one.project_id})

    def told(self, one: Found) -> Mrkdwn:
        """Who, when, how long, on what, with which words."""
        if one.entry is None:
            days = int(one.because or 1)
            who = one.person.name if one.person else "Somebody"
            first = f", from {day(one.day)} on" if one.day else ""
            return escape(f"{who}: {show(one.minutes)} missing on {days} {'days' if days > 1 else 'day'}{first}")
        return self.entry(one.entry, one)

    def entry(self, entry: TimeEntry, one: Found | None = None, *, work: bool = True) -> Mrkdwn:
        """An entry on one line, with what was found about it; without its `work` below a heading that says it."""
        who = self._people.get(entry.person_id)
        why = BECAUSE.get(one.because) if one else None
        in_all = f"{show(one.minutes)} on that day" if one and one.finding is Finding.LONG_DAY else None
        return say(
            "*{{ who }}* · {{ day }} · *{{ spent }}*{% if in_all %}, {{ in_all }}{% endif %}{% if work %} · {{ work }}{% endif %} · "
            "{{ category }}, {{ code }}{% if why %} · {{ why }}{% endif %}{% if note %}\n“{{ note }}”{% endif %}",
            who=who.name if who else "Somebody", day=day(entry.work_date), spent=show(entry.minutes),
            work=self.work(entry) if work else None, category=entry.category.label, code=entry.code.label, why=why,
            note=line(entry.note, 300), in_all=in_all,
        )  # fmt: skip

    def work(self, entry: TimeEntry) -> str:
        """What it was for."""
        work = self._tickets.get(entry.ticket_id or 0) or self._projects.get(entry.project_id or 0)
        if work is None:
            return "no ticket" if not (entry.ticket_id or entry.project_id) else f"T-{entry.ticket_id}"
        return f"{work.key} {clip(work.title, 60)}"


def told(session: Session, actor: Person, found: Found) -> Mrkdwn:
    """One finding, above the form that puts it right."""
    title, _ = TITLES[found.finding]
    return Mrkdwn(f"*{title}*\n{Known(session, actor, [found.entry] if found.entry else []).told(found)}")
