"""Whatever anybody at Acme or of the staff sends, in the moment they send it: nothing in it is of use to others.

The stories of tests/handlers are told again with a ghost in the house. Before a payload reaches the app, the ghost
sends it as Rex (Umbrella's contact) and as Zed (nobody's), and as itself with each number in it exchanged: for one
of Umbrella's, and for nobody's. Slow: every story of the house; else one week of it.
"""

import enum
import importlib
import inspect
import os
import pkgutil
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from bot import domain, embedded
from bot.handlers import ROUTES
from tests.handlers import test_a_week
from tests.house import House, running
from tests.probes.forging import all_exchanged, exchanges, named_in, route_of, sender_of, sent_by, without
from tests.probes.ghost import Ghost, Seen, Tap, haunting
from tests.probes.guests import NO_TS, NOBODYS, NUMBER, TS
from tests.probes.stories import told
from tests.table_of_faults import PROBED

Json = dict[str, Any]
Story = Callable[[House], Any]
STAFF = {"U0BO", "U0EVE", "U0MAYA", "U0SAM"}
ACME = {"U0ANA", "U0CLEO", "U0NORA"}
UMBRELLAS = {"number": str(NUMBER), "channel": "C0UMBRELLA", "ts": TS}
NOBODYS_ = {"number": str(NOBODYS), "channel": "C0NOWHERE", "ts": NO_TS}


# Routes that no story takes which needs a house alone: their tests have rows to choose from, or more rooms.
NOT_SENT = {
    ("event", "channel_id_changed"),  # Slack's own word, and nobody's
    *(("action", f"ticket.{move}") for move in ("back_to_triage", "note", "reject", "send_to_client")),
    *(("action", f"{room}.open") for room in ("away", "hours", "rota")),
    *(("action", name) for name in ("bypass.confirm", "bypass.decline", "channel.choose")),
    *(("options", "account"), ("options", "for_account"), ("options", "absentee"), ("options", "on_call")),
    *(("options", name) for name in ("reviewer", "stand_in", "takes_over", "triage", "whom")),
    *(("view", "channel.account"), ("view", "search.window")),
}
# Where what the staff sent means something to Rex, who may know it: he is not answered as if it did not exist.
HIS_TOO = {
    ("view", "away.form"): "it names one of the staff, whom every client knows",
    ("view", "rota.changed"): "it names the staff",
    ("view", "recurring.keep"): "it is for his own account",
    ("action", "request.reveal"): "it is for his own account, or shows his own ticket",
    ("action", "queue.account"): "it chooses his own account",
    ("action", "search.clear"): "its number only counts how often the filters were cleared",
}


class Prober:
    """Makes every probe of every payload, and keeps what it found wrong."""

    def __init__(
        self, house: House, ghost: Ghost, umbrella: str = "", probed: Counter | None = None, *, as_staff: bool = False
    ):
        self.house, self.ghost, self.umbrella, self.as_staff = house, ghost, umbrella, as_staff
        ids = {row["name"]: row["id"] for row in house.rows("select name, id from account")}
        self.accounts = ids
        self.routes: set[tuple[str, str]] = set()
        self.probed = probed if probed is not None else Counter()
        self.found: list[str] = []
        self.payloads = self.probes = 0

    def __call__(self, payload: Json) -> None:
        sender = sender_of(payload)
        if sender not in STAFF | ACME:
            return
        self.payloads += 1
        self.routes.add(route_of(payload))
        like = (route_of(payload), sender in STAFF, *(path for path, _ in exchanges(payload, to=NOBODYS_)))
        self.probed[like] += 1
        if self.probed[like] > ENOUGH:
            return
        self._sent_by_others(payload)
        if sender in ACME and self.umbrella:
            self._exchanged(payload)

    def _sent_by_others(self, payload: Json) -> None:
        words = self._words_of_acme()
        bare = without(payload, words)
        for who, channel, own in (("U0REX", "C0UMBRELLA", self.accounts["Umbrella"]), ("U0ZED", "C0GENERAL", None)):
            forged = sent_by(bare, who, channel)
            seen = self._sends(forged)
            allowed = {own, None} if self.as_staff else {own or 0}  # the staff's rows are nobody's secret
            wrong = {row for row in seen.wrote if row[1] not in allowed}
            self._expect(not wrong, payload, f"{who} changed {wrong}")
            told = [word for word in words if word in seen.said]
            self._expect(not told, payload, f"{who} was told {told}: {seen.said[:3000]}")
            if sender_of(payload) in STAFF and route_of(payload) in HIS_TOO:
                continue
            unknown = self._sends(all_exchanged(forged, to=NOBODYS_ | {"channel": channel}))
            self._same(payload, f"{who}, all ids", seen, unknown)

    def _exchanged(self, payload: Json) -> None:
        theirs, nobodys = exchanges(payload, to=UMBRELLAS), exchanges(payload, to=NOBODYS_)
        for (place, one), (_, other) in zip(theirs, nobodys, strict=True):
            self._compare(payload, place, one, other)
        self._compare(payload, "all", all_exchanged(payload, to=UMBRELLAS), all_exchanged(payload, to=NOBODYS_))

    def _compare(self, payload: Json, place: str, one: Json, other: Json) -> None:
        seen, unknown = (self._sends(forged, guests=self.umbrella) for forged in (one, other))
        touched = {row for row in seen.wrote if row[1] == self.accounts["Umbrella"]}
        self._expect(not touched, payload, f"{place}: Umbrella's rows were changed: {touched}")
        self._same(payload, place, seen, unknown)

    def _sends(self, payload: Json, *, guests: str = "") -> Seen:
        self.probes += 1
        return self.ghost.sends(payload, guests=guests)

    def _same(self, payload: Json, place: str, seen: Seen, unknown: Seen) -> None:
        one, other = (_without_ids(found.said, named_in(payload)) for found in (seen, unknown))
        self._expect(one == other, payload, f"{place}: {_where_they_part(one, other)}")
        self._expect(seen.wrote == unknown.wrote, payload, f"{place}: wrote {seen.wrote} and {unknown.wrote}")

    def _expect(self, holds: bool, payload: Json, complaint: str) -> None:
        if not holds:
            self.found.append(f"{route_of(payload)} of {sender_of(payload)}: {complaint}")

    def _words_of_acme(self) -> list[str]:
        """Everything that people wrote in Acme's rows, longest first; words of the form itself are everybody's."""
        columns = self.house.rows(
            "select table_name, column_name from information_schema.columns where table_schema = 'public' and data_type"
            " in ('text', 'character varying') and table_name in (select table_name from information_schema.columns"
            " where column_name = 'account_id') and table_name not in ('receipt', 'outbox')"
        )
        query = " union ".join(
            f"select {row['column_name']} as said from {row['table_name']} where account_id = :account"
            for row in columns
        )
        of_acme, of_umbrella = (
            {row["said"] for row in self.house.rows(query, account=self.accounts[name])}
            for name in ("Acme", "Umbrella")
        )
        said = {word for word in of_acme - of_umbrella - EVERYBODYS if word and " " in word and len(word) > 8}
        return sorted(said, key=len, reverse=True)


# What was sent is given back in quotes, where nothing is found by it.
ECHOED = re.compile(r"(?:“|\\u201c)\d+(?:”|\\u201d)")


def _without_ids(said: str, named: set[str]) -> str:
    for theirs, nobodys in ((TS, NO_TS), ("C0UMBRELLA", "C0NOWHERE"), (str(NUMBER), str(NOBODYS))):
        said = said.replace(theirs, "…").replace(nobodys, "…")
    said = ECHOED.sub("…", said)
    words = "|".join(re.escape(name) for name in sorted(named, key=len, reverse=True))
    return re.sub(rf"\b({words or '-'})\b", "…", said)


def _where_they_part(one: str, other: str) -> str:
    """From a little before the first difference on."""
    common = next((index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return f"“{one[max(0, common - 80) : common + 160]}” but “{other[max(0, common - 80) : common + 160]}”"


def _words_of_the_forms() -> Iterator[str]:
    for module in pkgutil.walk_packages(domain.__path__, "bot.domain."):
        for found in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(found) and issubclass(found, enum.Enum):
                yield from (str(member.value) for member in found)


EVERYBODYS = set(_words_of_the_forms())


@told
def test_nothing_of_a_story_is_of_use_to_another_account(house: House, ghost: Ghost, umbrella: str, story: Story):
    prober = Prober(house, ghost, umbrella)
    Tap(house, prober)
    story(house)
    assert prober.found == []
    assert prober.probes > 50


def _stories() -> Iterator[Story]:
    """The tests of tests/handlers that need a house, or what a fixture beside them makes of one."""
    for path in sorted(Path(test_a_week.__file__).parent.glob("test_*.py")):
        module = vars(importlib.import_module(f"tests.handlers.{path.stem}"))
        always = [made for found in module.values() if (made := _of_every_test(found)) and _needs_a_house(made)]
        for test in [found for name, found in module.items() if name.startswith("test_") and name not in NOT_HERE]:
            if not inspect.isfunction(test) or AT_ONCE.search(inspect.getsource(test)):
                continue
            match [*inspect.signature(test).parameters]:
                case ["house"]:
                    yield _after(always, test)
                case [name] if (made := getattr(module.get(name), "__wrapped__", None)) and _needs_a_house(made):
                    yield _after([*always, made], test)


def _of_every_test(found: Any) -> Callable[..., Any] | None:
    """What a fixture does that no test asks for by its name; None for anything else."""
    marker = getattr(found, "_fixture_function_marker", None)
    return found.__wrapped__ if marker and marker.autouse else None


def _needs_a_house(fixture: Callable[..., Any]) -> bool:
    return [*inspect.signature(fixture).parameters] == ["house"] and not inspect.isgeneratorfunction(fixture)


def _after(fixtures: list[Story], test: Callable[[Any], None]) -> Story:
    """The last of them makes what the test is given, where that is not the house as it is."""

    @wraps(test)
    def story(house: House) -> None:
        made = [fixture(house) for fixture in fixtures]
        test(made[-1] if made and made[-1] is not None else house)

    return story


# Told their own way: a ghost between would be in it.
NOT_HERE = {
    "test_rubbish_is_not_acknowledged_and_changes_nothing": "it sends what is no payload",
}
AT_ONCE = re.compile(r"at_once\(|ThreadPool|Barrier")  # the probes would take turns, and give others' numbers back
# Probed so often in all, where a payload has the same route, sender and places for numbers.
ENOUGH = 3


@pytest.mark.faults
def test_nothing_of_any_story_is_of_use_to_another_account(
    server_url: str, furnished: str, umbrella: str, record_property: Callable[[str, object], None]
):
    found, routes, probed, made = [], set(), Counter(), Counter()
    name = f"steward_story_{os.getpid()}"
    for story in _stories():
        url = embedded.create_database(server_url, name, template=furnished)
        with running(url, seconds=30) as house, haunting(house, url) as ghost:
            prober = Prober(house, ghost, umbrella, probed)
            Tap(house, prober)
            story(house)
            routes |= prober.routes
            found += [f"{story.__name__}: {what}" for what in prober.found]
            print(*prober.found, sep="\n")
            made += Counter(stories=1, payloads=prober.payloads, probes=prober.probes)
        embedded.drop_database(server_url, name)
    exchanged = sum(len(like) - 2 for like in probed)
    record_property(PROBED, {**made, "routes": len(routes), "places for an id": exchanged})
    assert found == []
    answered = {key if key[0] != "command" else (key[0], key[1].split()[0]) for key in ROUTES}
    assert answered - routes == NOT_SENT
