"""The embedded Postgres, with real processes and real kill -9: nobody is asked to remember process ids."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from bot import embedded

A_USER = """
import sys
from pathlib import Path
from bot import embedded

with embedded.server(Path(sys.argv[1]), durable=sys.argv[2] == "durable") as url:
    print(url, flush=True)
    sys.stdin.readline()
"""


@contextmanager
def open_directory() -> Iterator[Path]:
    """Not `tmp_path`: pytest closes that to others, and root's Postgres runs as another user."""
    directory = Path(tempfile.mkdtemp(prefix="steward test ", dir="/tmp"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def made_before() -> Iterator[Path]:
    with open_directory() as directory:
        with embedded.server(directory / "pg", durable=False):
            pass
        yield directory / "pg"


@pytest.fixture
def empty() -> Iterator[Path]:
    with open_directory() as directory:
        yield directory / "with a space"


@pytest.fixture
def home(empty: Path, made_before: Path) -> Path:
    """A cluster that was used before: copying it takes a quarter of the time that initdb does."""
    subprocess.run(["cp", "-a", made_before, empty], check=True)
    return empty


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def tell(url: str, statement: str) -> None:
    with connect(url) as connection:
        connection.execute(statement.encode())


def answer(url: str, question: str) -> object:
    with connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def postmaster(url: str) -> int:
    status = answer(url, "SELECT pg_read_file('postmaster.pid')")
    return int(str(status).split()[0])


def start_user(home: Path, how: str = "forgetful") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", A_USER, str(home), how]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=embedded.ROOT)


def url_of(user: subprocess.Popen[str]) -> str:
    assert user.stdout is not None
    return user.stdout.readline().strip()


@contextmanager
def another_user(home: Path, how: str = "forgetful") -> Iterator[tuple[subprocess.Popen[str], str]]:
    with start_user(home, how) as user:
        yield user, url_of(user)
        user.communicate("leave\n")


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)


def lives(home: Path) -> bool:
    """Asked of the lock that every process of the server holds."""
    with (embedded.cluster_for(home).home / "server.lock").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def test_whoever_comes_second_finds_the_same_rows_and_the_last_one_stops_the_server(home: Path) -> None:
    with embedded.server(home, durable=False) as url:
        tell(url, "CREATE TABLE notes AS SELECT 1 AS n")
        with another_user(home) as (_, same_url):
            assert same_url == url
        assert lives(home), "somebody still uses it"
        assert answer(url, "SELECT n FROM notes") == 1
    assert not lives(home)
    assert not embedded.cluster_for(home).socket_dir.exists()

    with embedded.server(home, durable=False) as url:
        assert answer(url, "SELECT n FROM notes") == 1


def test_processes_that_race_for_a_cold_start_share_one_server(empty: Path) -> None:
    users = [start_user(empty) for _ in range(3)]
    masters = {postmaster(url_of(user)) for user in users}
    for user in users:
        user.communicate("leave\n")

    assert len(masters) == 1
    assert not lives(empty)


def test_a_killed_user_leaves_nothing_that_keeps_the_server_alive(home: Path) -> None:
    with start_user(home) as user:
        url = url_of(user)
        user.kill()
    assert lives(home), "nobody was left to stop it"

    with embedded.server(home, durable=False) as adopted:
        assert adopted == url
    assert not lives(home)


def test_a_killed_server_is_recovered_with_its_rows(home: Path) -> None:
    with start_user(home, "durable") as bystander:
        url = url_of(bystander)
        tell(url, "CREATE TABLE notes AS SELECT generate_series(1, 1000) AS n")
        kill(postmaster(url))

        with embedded.server(home) as again:
            assert again == url, "whoever had it open needs only a new connection"
            assert answer(again, "SELECT count(*) FROM notes") == 1000
        assert lives(home), "the bystander still uses it"
        bystander.communicate("leave\n")
    assert not lives(home)


def test_a_process_id_that_is_somebody_elses_by_now_is_not_believed(home: Path) -> None:
    with embedded.server(home, durable=False) as url:
        master = postmaster(url)
        pid_file = embedded.cluster_for(home).home / "data" / "postmaster.pid"
        left_behind = pid_file.read_text()
        kill(master)
    pid_file.write_text(left_behind.replace(str(master), str(os.getppid()), 1))

    with embedded.server(home, durable=False) as url:
        assert answer(url, "SELECT 1") == 1


def test_an_initdb_cut_short_is_thrown_away(empty: Path) -> None:
    cluster = embedded.cluster_for(empty)
    (cluster.home / "data.new" / "base").mkdir(parents=True)
    (cluster.home / "data.new" / "PG_VERSION").write_text("18\n")

    with embedded.server(empty, durable=False) as url:
        assert answer(url, "SELECT 1") == 1
    assert not (cluster.home / "data.new").exists()


def test_two_directories_are_two_servers_and_only_one_for_tests_gives_up_durability(home: Path) -> None:
    names = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")
    with embedded.server(home) as durable, embedded.server(home.parent / "two", durable=False) as forgetful:
        assert [answer(durable, f"SHOW {name}") for name in names] == ["on"] * 4
        assert [answer(forgetful, f"SHOW {name}") for name in names] == ["off"] * 4


def test_text_sorts_and_changes_case_alike_on_every_system(home: Path) -> None:
    with embedded.server(home, durable=False) as url:
        assert answer(url, "SELECT upper('é')") == "É"
        assert answer(url, "SELECT string_agg(w, '' ORDER BY w) FROM unnest('{b,B,a,ä}'::text[]) w") == "Babä"


def test_databases_are_made_copied_and_dropped(home: Path) -> None:
    with embedded.server(home, durable=False) as url:
        template = embedded.create_database(url, "template_of_ours")
        tell(template, "CREATE TABLE notes AS SELECT 7 AS n")
        copy = embedded.create_database(url, "copy", template="template_of_ours")
        assert answer(copy, "SELECT n FROM notes") == 7

        with connect(copy):
            embedded.drop_database(url, "copy")
        assert answer(url, "SELECT count(*) FROM pg_database WHERE datname = 'copy'") == 0


def test_only_its_owner_gets_at_the_server(home: Path) -> None:
    with embedded.server(home, durable=False) as url:
        cluster = embedded.cluster_for(home)
        for directory in (cluster.home, cluster.socket_dir):
            assert (directory.stat().st_mode & 0o777, directory.stat().st_uid) == (0o700, cluster.uid)
        assert answer(url, "SHOW listen_addresses") == ""


def test_a_closed_directory_above_it_stays_closed(empty: Path) -> None:
    empty.mkdir(mode=0o700)
    with embedded.server(empty / "pg", durable=False) as url:
        assert answer(url, "SELECT 1") == 1
    assert empty.stat().st_mode & 0o777 == 0o700
    shutil.rmtree(embedded.cluster_for(empty / "pg").home)


def test_a_directory_that_somebody_else_made_first_is_refused(empty: Path) -> None:
    elsewhere = empty.parent / "elsewhere"
    elsewhere.mkdir()
    empty.symlink_to(elsewhere)
    with pytest.raises(embedded.Unavailable, match="belongs to somebody else"), embedded.server(empty):
        pass


def test_deleting_the_directory_of_a_running_server_upsets_nobody(home: Path) -> None:
    with embedded.server(home, durable=False) as url:
        master = postmaster(url)
        shutil.rmtree(home)
    kill(master)  # it would have noticed within a minute

    with embedded.server(home, durable=False) as url:
        assert answer(url, "SELECT 1") == 1


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    with embedded.server(home, durable=False):
        pass
    (embedded.cluster_for(home).home / "data" / "postgresql.conf").write_text("shared_buffers = lots\n")
    with pytest.raises(embedded.Unavailable, match=r"did not start.*postgresql\.conf"), embedded.server(home):
        pass


def test_where_there_is_no_wheel_it_asks_for_a_database(monkeypatch: pytest.MonkeyPatch, empty: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(embedded.Unavailable, match="set DATABASE_URL"), embedded.server(empty):
        pass
