"""What is done once the answer is on its way: nobody waits for it, and its failure is not theirs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Step = Callable[[], None]
_steps: ContextVar[list[Step] | None] = ContextVar("steps", default=None)


@contextmanager
def collected() -> Iterator[list[Step]]:
    """The list gets each step that is put off within."""
    steps: list[Step] = []
    token = _steps.set(steps)
    try:
        yield steps
    finally:
        _steps.reset(token)


def put_off(step: Step) -> None:
    """Until the answer is on its way; at once, where nobody collects."""
    steps = _steps.get()
    if steps is None:
        step()
    else:
        steps.append(step)
