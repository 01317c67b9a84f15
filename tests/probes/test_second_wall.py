"""Row security is a wall of its own: with every filter of the code torn down, another account still sees nothing."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from bot import database
from bot.app import build_bolt
from bot.domain.people import Person
from bot.handlers.arrival import Arrivals
from bot.settings import Settings
from tests.house import House
from tests.probes.forging import sender_of, sent_by
from tests.probes.ghost import Ghost, Tap
from tests.probes.stories import a_day, a_week, told
from tests.probes.test_cross_account import Prober

Json = dict[str, Any]
Story = Callable[[House], Any]
REX = "U0REX"


@pytest.fixture
def no_filters(monkeypatch: pytest.MonkeyPatch) -> None:
    """The code takes Rex for a lead of the staff, so that it keeps nothing from him."""
    may, is_staff = Person.may, Person.is_staff
    monkeypatch.setattr(Person, "may", lambda person, what: person.slack_id == REX or may(person, what))
    monkeypatch.setattr(Person, "is_staff", property(lambda person: person.slack_id == REX or is_staff.fget(person)))


def what_rex_gets(house: House, ghost: Ghost, story: Story) -> list[str]:
    prober = Prober(house, ghost, as_staff=True)
    Tap(house, prober)
    story(house)
    return prober.found


@told
def test_without_any_filter_row_security_still_hides_other_accounts(
    house: House, ghost: Ghost, no_filters: None, story: Story
):
    assert what_rex_gets(house, ghost, story) == []


@pytest.mark.faults
def test_with_both_walls_down_the_same_probes_see_it(house: House, ghost: Ghost, no_filters: None):
    ghost.role = "none"
    found = what_rex_gets(house, ghost, a_week)
    assert any("was told" in what for what in found)
    assert any("changed" in what for what in found)


# --- one connection after another


@contextmanager
def crowded(house: House, url: str, chance: Random) -> Iterator[tuple[Arrivals, list[Any]]]:
    """The app over two connections, which notes what each holds when it is handed out; one statement in ten fails."""
    engine = database.app_engine(url, pool_size=2)
    left: list[Any] = []
    watch(engine, left)

    @event.listens_for(engine, "before_cursor_execute")
    def fail(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "steward_enter" not in statement and chance.random() < 0.1:
            raise OperationalError(statement, {}, Exception("made to fail"))

    settings = Settings(
        database_url=url, slack_bot_token=SecretStr(house.slack.token), slack_api_url=house.slack.api_url,
        slack_signing_secret=SecretStr("none"),
    )  # fmt: skip
    arrivals = Arrivals(build_bolt(settings, database.sessions(engine), house.clock), "none", threads=8)
    yield arrivals, left
    arrivals.close()
    engine.dispose()


def watch(engine: Engine, left: list[Any]) -> None:
    @event.listens_for(engine, "checkout")
    def look(driver: Any, *_: Any) -> None:
        left.append(driver.execute("select coalesce(current_setting('steward.accounts', true), '')").fetchone()[0])
        driver.rollback()


def interleaved(house: House, arrivals: Arrivals, payloads: list[Json], chance: Random) -> None:
    """Everything at once, some of it given up on halfway, with connections that are cut."""

    async def all_of_it() -> None:
        def send(number: int, payload: Json) -> Any:
            if number % 40 == 7:
                cut(house)
            arrivals._seconds = chance.choice([2.5, 2.5, 0.21])  # a deadline that lets nothing be stored
            return arrivals.dispatch_within(payload, {})

        for start in range(0, len(payloads), 8):
            eight = payloads[start : start + 8]
            await asyncio.gather(*(send(start + index, payload) for index, payload in enumerate(eight)))

    asyncio.run(all_of_it())


def cut(house: House) -> None:
    house.rows(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'steward'"
        " and datname = current_database() and state = 'idle in transaction' limit 1"
    )


@pytest.fixture
def payloads(house: House, story: Story) -> list[Json]:
    """A story's, from Acme's people, from the staff, from Rex and from Zed, one after the other."""
    heard: list[Json] = []
    Tap(house, heard.append)
    story(house)
    theirs = [payload for payload in heard if sender_of(payload)]
    rexs = [sent_by(payload, REX, "C0UMBRELLA") for payload in theirs]
    zeds = [sent_by(payload, "U0ZED", "C0GENERAL") for payload in theirs]
    return [payload for three in zip(theirs, rexs, zeds, strict=True) for payload in three]


@pytest.mark.faults  # tests/domain/test_row_security.py has the plain case
@pytest.mark.parametrize("story", [a_day])
def test_no_connection_carries_anybodys_accounts_to_the_next(house: House, house_url: str, payloads: list[Json]):
    chance = Random(7)
    with crowded(house, house_url, chance) as (arrivals, left):
        interleaved(house, arrivals, payloads, chance)
    assert len(left) > len(payloads) / 2
    assert set(left) == {""}


@pytest.mark.faults
@pytest.mark.parametrize("story", [a_day])
def test_a_setting_that_outlives_its_transaction_is_noticed(house: House, house_url: str, payloads: list[Json]):
    with house.owner.begin() as owner:
        made = owner.scalar(text("select pg_get_functiondef('steward_enter'::regproc)"))
        owner.execute(text(made.replace(", true)", ", false)").replace(":", "\\:")))
    chance = Random(7)
    with crowded(house, house_url, chance) as (arrivals, left):
        interleaved(house, arrivals, payloads, chance)
    assert set(left) != {""}
