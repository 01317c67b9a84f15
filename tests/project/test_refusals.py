"""Every refusal says what to do next: the sentences in the code are read, none by hand."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "bot"
SAYING_NO = {"Refused", "NotFound"}
# What to do is a second sentence, or the first one tells it.
WHAT_TO_DO = re.compile(
    r"[.?!] \S|\b(press|write|choose|ask|open|look|file|pick|check|try|say|give|send|name|log)\b", re.IGNORECASE
)
# Sentences that are made elsewhere; each is held by tests of its own.
MADE_ELSEWHERE = {
    "_too_late": "domain/approvals: how it ended, and where to look",
    "unknown": "messages/help.py: the words a command knows",
    "_who_was_first": "who was faster, and to look again",
    "_decided_already": "who decided about a bypass, and how it goes on",
    "too_late": "domain/approvals/approval.py: why nobody decides any more, and where to look",
    "FOR_STAFF": "domain/absences.py: whom to tell instead",
}


def literal(node: ast.expr, constants: dict[str, str]) -> str | None:
    """What a call says, with … for what is filled in; None where it is no literal."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    return None


def constants_of(tree: ast.Module) -> dict[str, str]:
    found = {}
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            said = literal(statement.value, {})
            found |= {statement.targets[0].id: said} if said else {}
    return found


def refusals() -> Iterator[tuple[str, ast.expr, str | None]]:
    for path in sorted(ROOT.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = constants_of(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING_NO:
                where = f"{path.relative_to(ROOT)}:{node.lineno}"
                for said in (
                    [node.args[0].body, node.args[0].orelse] if isinstance(node.args[0], ast.IfExp) else [node.args[0]]
                ):
                    yield where, said, literal(said, constants)


def name_of(node: ast.expr) -> str:
    called = node.func if isinstance(node, ast.Call) else node
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", ast.dump(called))


FOUND = list(refusals())


def says_what_to_do(sentence: str) -> bool:
    return bool(WHAT_TO_DO.search(sentence))


@pytest.mark.parametrize(("where", "node", "said"), FOUND, ids=[where for where, _, _ in FOUND])
def test_a_refusal_says_what_to_do_next(where: str, node: ast.expr, said: str | None):
    if said is None:
        assert name_of(node) in MADE_ELSEWHERE or name_of(node) in {"format"}, f"{where}: {ast.dump(node)[:200]}"
    else:
        assert says_what_to_do(said), f"{where} says no, and not what to do instead: {said}"


def test_the_list_is_not_empty_and_the_measure_can_fail():
    assert len(FOUND) > 40
    assert not says_what_to_do("That is not possible.")
