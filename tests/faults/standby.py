"""Two servers: what the primary has confirmed the standby has too, so it can take over at any moment."""

import itertools
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from bot import embedded
from bot.embedded.place import own_privately
from tests.faults.scene import PATIENCE

# What the guide asks of a primary: a commit is over when a standby has it on its disk.
CONFIRMED = "synchronous_standby_names = '*'"


class Pair:
    """A primary with data, and its standby; after a failover the standby is alone."""

    def __init__(self, primary: Path, standby: Path):
        self.primary, self.standby = embedded.cluster_for(primary), embedded.cluster_for(standby)
        self.failed_over = False
        self._frozen: list[int] = []

    @property
    def url(self) -> str:
        """Both addresses: libpq goes to whichever takes writes."""
        hosts = ",".join(str(one.socket_dir) for one in (self.primary, self.standby))
        ports = f"{embedded.PORT},{embedded.PORT}"
        return f"postgresql+psycopg://steward@/postgres?host={hosts}&port={ports}&target_session_attrs=read-write"

    def fails_over(self) -> None:
        """The primary is killed, and the standby promoted once nobody answers there."""
        for process in (int(self.primary._says()[0]), *self._frozen):  # the other children notice, and follow
            os.kill(process, signal.SIGKILL)
        until(lambda: not _lives(self.primary))
        says(self.standby, "select pg_promote(true, 60)")
        self.failed_over = True

    def hears_nothing(self) -> None:
        """The standby is cut off: what the primary writes from here on does not reach it."""
        ((sender,),) = says(self.primary, "select pid from pg_stat_replication")
        self._frozen = [int(str(sender))]
        os.kill(self._frozen[0], signal.SIGSTOP)


class Pairs:
    """One pair after another: whoever is alone after a failover is the next primary."""

    def __init__(self, folder: Path, primary: Path):
        self._homes = (folder / f"standby{number}" for number in itertools.count())
        self._primary = primary

    @contextmanager
    def one(self, *, confirmed: bool = True) -> Iterator[Pair]:
        standby = next(self._homes)
        with _running(self._primary, standby, confirmed) as both:
            yield both
        over = both.primary if both.failed_over else both.standby
        self._primary = standby if both.failed_over else self._primary
        shutil.rmtree(over.home)


def says(cluster: embedded.Cluster, sql: str) -> list[tuple[object, ...]]:
    """The answer of this very server, whatever the other is."""
    with psycopg.connect(f"host={cluster.socket_dir} user=steward dbname=postgres", autocommit=True) as connection:
        answer = connection.execute(sql.encode())
        return answer.fetchall() if answer.description else []


def until(so: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _lives(cluster: embedded.Cluster) -> bool:
    try:
        with cluster._lock_if_free("server"):
            return False
    except BlockingIOError:
        return True


@contextmanager
def _running(primary: Path, standby: Path, confirmed: bool) -> Iterator[Pair]:
    """`primary` stands there already, with data; `standby` becomes its copy. Both run until the end."""
    both = Pair(primary, standby)
    with ExitStack() as running:
        running.enter_context(both.primary.in_use(embedded.SETTINGS))
        _sets(both.primary, "reset synchronous_standby_names")  # or whoever is promoted waits for a standby of its own
        _copy(both.primary, both.standby)
        running.enter_context(both.standby.in_use(embedded.SETTINGS))
        until(lambda: says(both.primary, "select 1 from pg_stat_replication where state = 'streaming'"))
        if confirmed:
            _sets(both.primary, f"set {CONFIRMED}")
            until(lambda: says(both.primary, "select 1 from pg_stat_replication where sync_state = 'sync'"))
        yield both


def _sets(cluster: embedded.Cluster, setting: str) -> None:
    says(cluster, f"alter system {setting}")
    says(cluster, "select pg_reload_conf()")


def _copy(primary: embedded.Cluster, standby: embedded.Cluster) -> None:
    own_privately(standby.home, standby.uid, standby.gid)
    with standby._lock_if_free("server") as lock:
        standby._run(
            standby.binaries / "pg_basebackup", "--pgdata", standby.home / "data", "--write-recovery-conf",
            "--host", primary.socket_dir, "--username", "steward", "--checkpoint", "fast", "--no-sync",
            server_lock=lock,
        )  # fmt: skip
