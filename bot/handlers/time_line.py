"""One line of `/time`: what it was for, how long, and the note; and finding what somebody named."""

import re
from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot.domain import accounts, projects, tickets
from bot.domain.date_ranges import read_past_day
from bot.domain.durations import parse_minutes
from bot.domain.errors import NotFound, Refused
from bot.domain.people import Person
from bot.domain.time import Work
from bot.messages import help
from bot.modals.time import account_number

LONGEST_DURATION_WORDS = 4  # 2 h 15 min
LONGEST_SHOWN = 40
LONGEST_DAY_WORDS = 4  # Mon 12 Oct 2026
_KEY = re.compile(r"(?:T|PR)-?\d+", re.IGNORECASE)
_TIME = re.compile(r"[-−+]?\d[\d.,:]*(?:(?:h|hrs?|hours?|std|m|mins?|minutes?)(?:\d{1,2}m?)?)?", re.IGNORECASE)
_TICKET = re.compile(r"(?:T-?)?\d+", re.IGNORECASE)
_AFTER_HOURS = re.compile(r"after[\s-]hours\b[\s:,]*", re.IGNORECASE)  # where the note begins with it
_NEAR = re.compile(r"today|yesterday|\d{4}-\d\d-\d\d", re.IGNORECASE)
HOW = "Write it as yesterday, Monday, 12 Oct or 2026-11-20, before the ticket."
SOME_DAY = date(2099, 12, 31)  # to tell whether words are a day; which one depends on who writes
_QUOTED = re.compile(r"[\"“”„]\s*([^\"“”„]+?)\s*[\"“”](?:\s+|$)(.*)", re.DOTALL)


class Line(NamedTuple):
    """One line of `/time`, read. `work` is a key, or the name of an account."""

    work: str | None
    minutes: int
    note: str
    after_hours: bool = False
    day: str = ""  # as it was typed; none: today
    is_beside: bool = False  # whether that stood after the time, where a note may begin with a day

    def on(self, today: date) -> tuple["Line", date]:
        """When it was, for whom today is that day; a day to come, with which the note begins, is part of the note."""
        if not self.day:
            return self, today
        if found := read_past_day(self.day, today):
            return self, found
        if self.is_beside:
            return self._replace(day="", note=f"{self.day} {self.note}".strip()), today
        raise Refused(f"{self.day} is no day that is over, nor today. {HOW}")

    @property
    def is_ticket(self) -> bool:
        """Whether a ticket is named, by its key."""
        return bool(self.work and _KEY.fullmatch(self.work) and not projects.is_key(self.work))


def read(text: str) -> Line:
    """`T-102 1h30 note`, `Acme 45m note`, `“Big Shop” 45m note`; without either, what was logged on last.

    The time may be several words (`1h 30m`, `2 h 15 min`) if it ends in a unit. `after hours` before the note is no
    part of it: so the time is priced. A day may stand at the beginning (`yesterday`, `Monday`, `12 Oct`), or one that
    is no word of a note beside the time (`yesterday`, `2026-10-12`).
    """
    day, text = _day_at_the_beginning(text)
    work, words = _what_for(text)
    line = _read(work, words)
    if day:
        return line._replace(day=day)
    first, _, rest = line.note.partition(" ")
    if line.day or not _NEAR.fullmatch(first):
        return line
    return line._replace(day=first, note=rest, is_beside=True)


def _day_at_the_beginning(text: str) -> tuple[str, str]:
    """It, and the line without it; both words of `12 Oct`."""
    words = text.split()
    if len(words) > 1 and words[0].lower() == "tomorrow":
        raise Refused("Tomorrow has not come yet. Log it when it is done.")
    for count in range(min(LONGEST_DAY_WORDS, len(words) - 1), 0, -1):
        day = " ".join(words[:count]).rstrip(",:;")
        if read_past_day(day, SOME_DAY):
            _refuse_what_looks_like_one(words[count:], day)
            return day, " ".join(words[count:])
    _refuse_what_looks_like_one(words)
    return "", text


def _refuse_what_looks_like_one(words: list[str], day: str = "") -> None:
    """`31 Nov T-101 45m`, `Fri 20 T-101 45m`: a bare number before the key would be taken for the minutes."""
    at = next((place for place, word in enumerate(words) if _KEY.fullmatch(word)), 0)
    before, after = words[:at], words[at + 1 :]
    if not after or not any(word.rstrip(".,:;").isdecimal() for word in before):
        return
    if after[0][-1].isalpha() and _minutes_or_none(after[0]):
        typed = " ".join(filter(None, (day, *before)))[:LONGEST_SHOWN]
        raise Refused(f"I can’t read “{typed}” as a day. {HOW}")


def _read(work: str | None, words: list[str]) -> Line:
    if work and words and _NEAR.fullmatch(words[0]):
        return _read(work, words[1:])._replace(day=words[0])
    if not work and len(words) > 1 and words[0].isdecimal() and _minutes_or_none(words[1]):
        raise Refused(
            f"Is {words[0]} a ticket or minutes? Write T-{words[0]} for the ticket, {words[0]}m for the time."
        )
    if work and not _KEY.fullmatch(work) and len(words) > 1 and words[0].isdecimal() and _minutes_or_none(words[1]):
        raise Refused(f"Is {words[0]} part of the name? Put the name in quotes: /time “{work} {words[0]}” {words[1]}.")
    if not words:
        raise Refused("How long was it? Write it as /time T-102 45m what you did.")
    for count in range(min(LONGEST_DURATION_WORDS, len(words)), 1, -1):
        if words[count - 1][-1].isalpha() and (minutes := _minutes_or_none(" ".join(words[:count]))):
            return _line(work, minutes, words[count:])
    if len(words) > 1 and words[1][0].isdecimal() and words[0][-1].isalpha() and not _NEAR.fullmatch(words[1]):
        raise Refused(
            f"Is “{words[1]}” part of the time? Write it in one word, as 1h30, or begin the note with a word."
        )
    return _line(work, parse_minutes(words[0]), words[1:])


def _line(work: str | None, minutes: int, words: list[str]) -> Line:
    note = " ".join(words)
    said = _AFTER_HOURS.match(note)
    return Line(work, minutes, note[said.end() :] if said else note, after_hours=bool(said))


def _what_for(text: str) -> tuple[str | None, list[str]]:
    """What the line names, and its other words."""
    if quoted := _QUOTED.fullmatch(text.strip()):
        return quoted[1], quoted[2].split()
    words = text.split()
    if words and _KEY.fullmatch(words[0]):
        return words[0], words[1:]
    began = next((at for at, word in enumerate(words) if _TIME.fullmatch(word)), 0)
    keys = [word for word in words if _KEY.fullmatch(word)]
    if began and not set(keys) & set(words[:began]):
        return " ".join(words[:began]), words[began:]  # a name: what follows the time is the note, keys and all
    if len(keys) == 1:
        words.remove(keys[0])
        return keys[0], words
    return None, words


def is_key(word: str) -> bool:
    """Whether it is a ticket's or a project's."""
    return bool(_KEY.fullmatch(word))


def _minutes_or_none(text: str) -> int | None:
    try:
        return parse_minutes(text)
    except Refused:
        return None


def find_work(session: Session, actor: Person, named: str) -> Work:
    """T-102, PR-1, or an account by its name or how that begins, as this person may know of it."""
    named = named.replace("\x00", "").strip()  # Postgres knows no NUL
    if not named:
        raise NotFound("On which ticket? Write /time T-102 45m what you did.")
    if projects.is_key(named):
        return projects.visible_to(session, actor, named)
    if number := account_number(named):
        return accounts.by_id(session, number)
    if _TICKET.fullmatch(named):
        return tickets.visible_to(session, actor, named)
    found = accounts.begins_with(session, named, limit=help.SHOWN_NAMES + 1)
    if len(found) == 1:
        return found[0]
    if found:
        raise Refused(f"Which account: {help.some([one.name for one in found])}? Write more of its name.")
    there = help.some([one.name for one in accounts.all_of_them(session)]) or "none yet"
    raise NotFound(
        f"I know no ticket and no account “{named[:LONGEST_SHOWN]}”. Tickets look like T-102; the accounts are {there}."
    )
