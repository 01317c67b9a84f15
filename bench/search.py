"""How much of what was asked before is found: `python -m bench.search HADOOP_FOLDER [MULTILINGUAL_CSV [EVENT_LOG]]`.

Duplicates: for each pair that Hadoop's own people marked, whether the one stands in the first five for the text of
the other, ours beside Postgres' full text alone in the same run; then what thresholds mean. Slips: titles in many
languages, shortened or with one slip in their longest word, looked for in the search window. Speed: over the tickets
of an event log, or of a synthetic one of 20,000 incidents.
"""

import csv
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bench.imports import synthetic
from bot import database, embedded, playbook
from bot.domain import imports, people, setup
from bot.domain.accounts import Account
from bot.domain.people import Person
from bot.domain.priority import Priority
from bot.domain.routing import RequestType
from bot.domain.tickets import Search, Ticket, find, similar
from bot.domain.tickets.similar import LIKELY, STRONG
from bot.domain.workflow import Status

SETUP = """
provider: {team: T0BENCH, timezone: Europe/London, channels: {triage: C0TRIAGE}}
people: [{slack: U0BO, name: Bo, roles: [engineer]}]
accounts: [{name: Hadoop, channel: C0HADOOP}, {name: Code, channel: C0CODE}, {name: Now, channel: C0NOW}]
"""
AT = datetime(2026, 1, 5, tzinfo=UTC)
FIRST = 5
STRANGERS = 300
TITLES_A_LANGUAGE = 40
SPACELESS = {"zh-CN", "zh-TW", "ja"}
# What Postgres has by itself: its rank over any of the words, and over all of the title's.
PLAIN = "create temp table plain on commit drop as select id, to_tsvector('english', title || ' ' || details) as words"
ANY_WORD = """
select id from plain, (select string_agg(quote_literal(lexeme), ' | ')::tsquery as query
  from unnest(to_tsvector('english', :text))) as asked
where id <> :own and words @@ query order by ts_rank(words, query) desc limit :first
"""
ALL_WORDS = """
select id from plain, plainto_tsquery('english', :title) as query
where id <> :own and words @@ query order by ts_rank(words, query) desc limit :first
"""


class Issue(NamedTuple):
    """A text with its number in the file."""

    key: str
    title: str
    details: str
    language: str = "en"


def main(hadoop: Path, multilingual: Path | None, log: Path | None) -> None:
    """Print the figures."""
    csv.field_size_limit(sys.maxsize)
    with tempfile.TemporaryDirectory() as scratch, embedded.server(Path(scratch) / "pg") as server:
        url = embedded.create_database(server, "bench_search")
        database.migrate(url)
        engine = database.owner_engine(url)
        with Session(engine) as session, session.begin():
            playbook.seed(session, playbook.from_file())
            setup.apply(session, setup.read(SETUP), now=AT)
        sessions = database.sessions(database.app_engine(url, statement_timeout_ms=None))
        with sessions.begin() as session:
            bo = people.enter(session, "U0BO")
            assert bo
            duplicates(session, bo, hadoop)
        if multilingual:
            with sessions.begin() as session:
                people.enter(session, "U0BO")
                slips(session, bo, multilingual)
        imports.import_tickets(
            url, log or synthetic(Path(scratch) / "log.csv.gz"), account="Now", progress=lambda _done, _total: None
        )
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("vacuum analyze"))
        with sessions.begin() as session:
            people.enter(session, "U0BO")
            speed(session, bo)
        engine.dispose()


def account(session: Session, name: str) -> int:
    return session.scalars(select(Account.id).where(Account.name == name)).one()


def write(session: Session, name: str, issues: list[Issue]) -> dict[str, int]:
    """The issues as closed tickets; their numbers by their keys."""
    made = {
        issue.key: Ticket(
            account_id=account(session, name), title=issue.title, details=issue.details, status=Status.CLOSED,
            request_type=RequestType.INCIDENT, priority=Priority.P3, computed_priority=Priority.P3, priority_why="",
            created_at=AT, status_since=AT, closed_at=AT, source=name, source_key=issue.key,
        )
        for issue in issues
    }  # fmt: skip
    session.add_all(made.values())
    session.flush()
    return {key: ticket.id for key, ticket in made.items()}


def duplicates(session: Session, actor: Person, folder: Path) -> None:
    """Recall in the first five, ours and full text alone, and what the thresholds let through."""
    issues = {row["Issue id"]: Issue(row["Issue id"], row["Summary"].replace("\x00", ""),
                                     (row["Description"] or "").replace("\x00", ""))
              for row in rows_of(folder / "hadoop_bugs.csv")}  # fmt: skip
    number = write(session, "Hadoop", list(issues.values()))
    pairs = pairs_of(folder / "hadoop_bugs-combined.csv", issues)
    where = account(session, "Hadoop")
    session.execute(text(f"{PLAIN} from ticket where account_id = :account"), {"account": where})

    def ours(one: Issue, limit: int = FIRST, least: float = 0) -> list[tuple[int, float]]:
        said = f"{one.title}\n{one.details}"
        found = similar(session, actor, said, account_id=where, limit=limit, exclude=number[one.key], least=least)
        return [(hit.ticket.id, hit.score) for hit in found]

    def full_text(sql: str) -> Callable[[Issue], list[int]]:
        return lambda one: list(session.scalars(text(sql), {
            "text": f"{one.title} {one.details}", "title": one.title, "own": number[one.key],
            "first": FIRST,
        }))  # fmt: skip

    ways: dict[str, Callable[[Issue], list[int]]] = {
        "ours": lambda one: [found for found, _ in ours(one)],
        "ours, title alone": lambda one: [found for found, _ in ours(one._replace(details=""))],
        "full text, any word, ts_rank": full_text(ANY_WORD),
        "full text, all words of the title": full_text(ALL_WORDS),
    }
    print(f"{len(issues):,} issues, {len(pairs)} duplicates; found in the first {FIRST}:")
    for name, way in ways.items():
        hits = sum(number[other] in way(issues[one]) for one, other in pairs)
        print(f"  {name:36} {hits:>4}  {hits / len(pairs):.1%}")
    marked = {key for pair in pairs for key in pair}
    strangers = random.Random(3).sample(sorted(issues.keys() - marked), STRANGERS)
    best = {one: dict(ours(issues[one], 50)) for one, _ in pairs}
    shown = [ours(issues[key], 1, 0) for key in strangers]
    for least in (0.2, LIKELY, 0.4, STRONG):
        found = sum(best[one].get(number[other], 0) >= least for one, other in pairs) / len(pairs)
        strange = sum(bool(top) and top[0][1] >= least for top in shown) / STRANGERS
        print(f"  from {least:.2f} on: {found:.0%} of the duplicates; {strange:.0%} of others are shown something")


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", errors="replace", newline="") as opened:
        return list(csv.DictReader(opened))


def pairs_of(file: Path, issues: dict[str, Issue]) -> list[tuple[str, str]]:
    """A cell may hold several numbers."""
    found = []
    for row in rows_of(file):
        ones, others = (row[name].replace(";", " ").replace(",", " ").split() for name in ("Issue id", "Duplicate id"))
        found += [(one, other) for one in ones for other in others]
    return [(one, other) for one, other in found if one != other and {one, other} <= issues.keys()]


def slips(session: Session, actor: Person, file: Path) -> None:
    """Titles by language: in the first ten when shortened, with a slip, and one word of them with a slip."""
    issues = [Issue(row["number"], row["title"].replace("\x00", ""), "", row["src_lang"] or "unknown")
              for row in rows_of(file)]  # fmt: skip
    number = write(session, "Code", issues)
    dice = random.Random(5)
    by_language = defaultdict(list)
    for issue in issues:
        if len(issue.title.strip()) >= 8:
            by_language[issue.language].append(issue)
    print(f"\n{len(issues):,} titles, in the first ten: shortened; shortened, with a slip; one word, with a slip")
    for language, titles in sorted(by_language.items(), key=lambda item: -len(item[1])):
        if len(titles) < 10:
            continue
        sample = dice.sample(titles, min(TITLES_A_LANGUAGE, len(titles)))
        told = []
        for bend in (shortened, lambda title: slipped(shortened(title), dice), lambda title: one_word(title, dice)):
            if language in SPACELESS and bend is not shortened and bend("a bcdefgh")[0] == "b":
                continue
            hits = sum(
                number[issue.key] in {hit.ticket.id for hit in find(session, actor, Search(bend(issue.title))).hits}
                for issue in sample
            )
            told.append(f"{hits / len(sample):>5.0%}")
        print(f"  {language:8} {len(sample):>3}  {'  '.join(told)}")


def shortened(title: str) -> str:
    """The first half of its words, or of its characters where there are no words."""
    words = title.split()
    return " ".join(words[: max(2, len(words) // 2)]) if len(words) >= 4 else title[: max(4, len(title) * 6 // 10)]


def slipped(words: str, dice: random.Random) -> str:
    """Two letters changed over, one left out or one doubled, in the longest word."""
    longest = max(words.split(), key=len)
    place, how = dice.randrange(1, max(2, len(longest) - 1)), dice.choice("sdi")
    before, letter, after = longest[:place], longest[place : place + 1], longest[place + 1 :]
    bent = {"s": before + after[:1] + letter + after[1:], "d": before + after, "i": before + letter * 2 + after}[how]
    return " ".join(bent if word == longest else word for word in words.split())


def one_word(title: str, dice: random.Random) -> str:
    return slipped(max(title.split(), key=len), dice)


def speed(session: Session, actor: Person) -> None:
    """The likeness and the search of twenty tickets' own texts among all of them."""
    where = account(session, "Now")
    total = session.execute(text("select count(*) from ticket")).scalar_one()
    sample = session.scalars(
        select(Ticket).where(Ticket.account_id == where).order_by(text("md5(ticket.id::text)")).limit(20)
    ).all()
    ways: dict[str, Callable[[Ticket], object]] = {
        "similar": lambda one: similar(session, actor, one.title, account_id=where, exclude=one.id),
        "search, all words": lambda one: find(session, actor, Search(one.title)),
        "search, nearest": lambda one: find(session, actor, Search(f"{one.title} qqqqq")),
    }
    print(f"\n{total:,} tickets in all:")
    for name, way in ways.items():
        times = []
        for one in sample:
            started = time.perf_counter()
            way(one)
            times.append(1000 * (time.perf_counter() - started))
        print(f"  {name:20} median {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms")


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit(__doc__)
    given = [Path(argument) for argument in sys.argv[1:]] + [None, None]
    main(Path(sys.argv[1]), given[1], given[2])
