"""run.py on a small project of its own: the real pip, from a wheel made here, without a network."""

import ast
import base64
import hashlib
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Not the Python of .venv, which has no pip, but the one it was made with.
PYTHON = getattr(sys, "_base_executable", sys.executable)
BOT = """
import os, sys
print("bot was given", sys.argv[1:], "in", os.getcwd())
sys.exit(7 if "fail" in sys.argv else 0)
"""


class Project:
    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "bot").mkdir(parents=True)
        (root / "bot" / "__main__.py").write_text(BOT)
        (root / "run.py").write_bytes((ROOT / "run.py").read_bytes())
        self.lock("requirements.txt", "first")
        self.lock("requirements-embedded.txt", "second")

    def lock(self, name: str, package: str, version: str = "1.0") -> None:
        wheel = make_wheel(self.root / "wheels", package, version)
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        line = f"{package}=={version} \\\n    --hash=sha256:{digest}\n"
        (self.root / name).write_text(f"# A comment about first==0.1\n{line}")

    def start(self, *args: str, **environment: str) -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        wheels = (self.root / "wheels").as_uri()
        offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": wheels, "PIP_CONFIG_FILE": os.devnull}
        return subprocess.Popen(
            [PYTHON, str(self.root / "run.py"), *args],
            cwd=self.root / "bot",
            env=kept | offline | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=heed_ctrl_c,
        )

    def run(self, *args: str, **environment: str) -> tuple[int, str, str]:
        process = self.start(*args, **environment)
        said, aside = process.communicate()
        return process.returncode, said, aside

    def installed(self) -> set[str]:
        return {path.stem for path in self.root.glob(".venv/lib/*/site-packages/*.py")}


def heed_ctrl_c() -> None:
    """What a shell starts in the background would not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def make_wheel(directory: Path, package: str, version: str) -> Path:
    """The smallest that pip accepts."""
    directory.mkdir(exist_ok=True)
    wheel = directory / f"{package}-{version}-py3-none-any.whl"
    info = f"{package}-{version}.dist-info"
    files = {
        f"{package}.py": f"version = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        records = [f"{info}/RECORD,,"]
        for name, content in files.items():
            archive.writestr(name, content)
            checksum = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()
            records.append(f"{name},sha256={checksum},{len(content)}")
        archive.writestr(f"{info}/RECORD", "\n".join(records) + "\n")
    return wheel


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "a project")


def test_the_first_run_installs_and_the_second_starts_at_once(project: Project) -> None:
    code, said, aside = project.run("demo", "--port", "1")
    assert (code, project.installed()) == (0, {"first", "second"}), aside
    assert said.startswith("bot was given ['demo', '--port', '1'] in " + str(project.root / "bot")), "his own directory"
    assert "Installing" in aside
    assert "2 packages" in aside

    assert project.run("demo")[2] == "", "nothing to say the second time"


def test_the_exit_code_is_the_commands_own(project: Project) -> None:
    assert project.run("fail")[0] == 7


def test_with_a_database_of_ones_own_the_embedded_one_is_not_installed(project: Project) -> None:
    project.run("web", DATABASE_URL="postgresql://db/steward")
    assert project.installed() == {"first"}

    project.run("demo")
    assert project.installed() == {"first", "second"}, "it is added when it is wanted"


def test_a_changed_lock_makes_the_environment_anew(project: Project) -> None:
    project.run("demo")
    project.lock("requirements.txt", "third")
    assert project.run("demo")[0] == 0
    assert project.installed() == {"third", "second"}


def test_two_at_once_take_turns(project: Project) -> None:
    both = [project.start("demo"), project.start("demo")]
    heard = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], heard
    assert sorted("Installing" in aside for _, aside in heard) == [False, True]
    assert project.installed() == {"first", "second"}


@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_after_an_interruption_it_starts_over(project: Project, blow: signal.Signals) -> None:
    process = project.start("demo")
    while not (project.root / ".venv" / "lib").exists():
        time.sleep(0.01)
    process.send_signal(blow)
    process.communicate()
    assert process.returncode != 0
    (project.root / ".venv" / "half.done").touch()

    assert project.run("demo")[0] == 0
    assert project.installed() == {"first", "second"}
    assert not (project.root / ".venv" / "half.done").exists()


def test_a_download_that_is_not_what_was_locked_is_refused(project: Project) -> None:
    make_wheel(project.root / "wheels", "first", "1.0").open("ab").write(b"and more")
    code, said, aside = project.run("demo")
    assert (code, said) == (1, "")
    assert "DO NOT MATCH THE HASHES" in aside
    assert "Running this again starts over" in aside.splitlines()[-1]


def test_it_installs_here_even_where_pip_is_told_to_install_elsewhere(project: Project, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "first-1.0.dist-info").mkdir(parents=True)
    (elsewhere / "first-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: first\nVersion: 1.0\n")

    code, _, aside = project.run("demo", PIP_USER="1", PIP_TARGET=str(elsewhere), PYTHONPATH=str(elsewhere))
    assert (code, project.installed()) == (0, {"first", "second"}), aside


def test_without_a_command_it_says_what_there_is(project: Project) -> None:
    code, said, _ = project.run()
    assert code == 0
    assert "run.py demo" in said
    assert "run.py test" in said
    assert not (project.root / ".venv").exists()


def test_an_older_python_gets_as_far_as_the_sentence() -> None:
    source = (ROOT / "run.py").read_text()
    ast.parse(source, feature_version=(3, 6))
    assert "from __future__ import annotations" not in source, "3.6 has none"
