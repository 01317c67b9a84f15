"""The house rules that programs can check: style, types, who may import whom, what is declared."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Called as modules: a script in .venv/bin stops working when the project is moved.
GATES = {
    "ruff": ["-m", "ruff", "check", "."],
    "pyright": ["-m", "pyright", "--pythonpath", sys.executable],
    "import-linter": ["-c", "from importlinter.cli import lint_imports_command as lint; lint()"],
    "deptry": ["-m", "deptry", "."],
}


@pytest.mark.parametrize("gate", GATES)
def test_gate_is_clean(gate: str) -> None:
    quietly = os.environ | {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1", "NO_COLOR": "1"}
    verdict = subprocess.run(
        [sys.executable, *GATES[gate]], cwd=ROOT, env=quietly, capture_output=True, text=True, check=False
    )
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
