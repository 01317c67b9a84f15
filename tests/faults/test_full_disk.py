"""A disk without room: people are told so in time, keep what they typed, and go on when there is room again."""

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from bot import embedded
from tests.faults.scenarios import REQUEST
from tests.house import House, running
from tests.test_embedded import open_directory

SIZE = "32m"
TOLD = "the database has no room left. Nothing was stored. Please tell an admin"
pytestmark = pytest.mark.faults


class Disk:
    """A small disk of its own for one database's tables."""

    def __init__(self, place: Path):
        self.place = place

    @contextmanager
    def full(self) -> Iterator[None]:
        """Somebody else has filled it, to the last byte."""
        rubbish = self.place / "rubbish"
        with rubbish.open("wb", buffering=0) as file:
            room = shutil.disk_usage(self.place).free
            os.posix_fallocate(file.fileno(), 0, room)
        assert shutil.disk_usage(self.place).free == 0
        try:
            yield
        finally:
            rubbish.unlink()


@pytest.fixture
def disk() -> Iterator[Disk]:
    with open_directory() as directory:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "steward", directory], check=False
        )
        if mounted.returncode:
            pytest.skip("nobody may mount a small disk here: it takes root")
        try:
            yield Disk(directory)
        finally:
            subprocess.run(["umount", "--lazy", directory], check=True)


@pytest.fixture
def house(disk: Disk, server_url: str, furnished: str, request: pytest.FixtureRequest) -> Iterator[House]:
    """In a database whose tables are on that disk; its log is elsewhere, for a full log ends the whole server."""
    cluster = embedded.cluster_for(request.config.rootpath / ".steward" / "test-pg18")
    tables = disk.place / "tables"
    tables.mkdir()
    os.chown(tables, cluster.uid, cluster.gid)
    name = f"small_{os.getpid()}"
    says(server_url, f"create tablespace {name} location '{tables}'")
    try:
        says(server_url, f"create database {name} template {furnished} tablespace {name}")
        with running(server_url.replace("/postgres?", f"/{name}?")) as house:
            yield house
    finally:
        embedded.drop_database(server_url, name)
        says(server_url, f"drop tablespace {name}")


def says(url: str, sql: str) -> None:
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        connection.execute(sql.encode())


def test_a_full_disk_is_said_in_words_and_what_was_typed_is_still_there(house: House, disk: Disk, tally):
    line = tally("disk full: /request and a line of /time")
    house.ana.opens("/request").fills(REQUEST)
    before = house.state_of_the_world()
    with disk.full():
        house.ana.submits(refused=TOLD)
        assert REQUEST["Short description"] in house.ana.modal_text()
        assert house.state_of_the_world() == before
    house.ana.submits().closes()  # the same window, nothing typed again
    house.delivers()
    assert [row["title"] for row in house.rows("select title from ticket")] == [REQUEST["Short description"]]
    before = house.state_of_the_world()
    with disk.full():
        house.bo.opens("/time T-101 45m looked into it").sees(TOLD).sees("/time T-101 45m looked into it")
        assert house.state_of_the_world() == before
    house.bo.opens("/time T-101 45m looked into it")
    stored = [row["minutes"] for row in house.rows("select minutes from time_entry")]
    sent = [one for one in house.slack.deliveries.kept if one.kind == "view_submission" or "/time" in one.summary]
    line.count("disk full", sent, [])
    line.judge("disk full", [Counter({"45": 1})], Counter(map(str, stored)))
    assert (line.sent, line.acknowledged) == (4, 2)
    assert line.clean, line.notes
