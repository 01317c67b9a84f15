"""Structured logs: one JSON object a line, without texts and without tokens."""

import logging
import sys
import uuid
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog

# Names one interaction in every line it leaves, on its deliveries, and in what the person is told.
_reference: ContextVar[str | None] = ContextVar("reference", default=None)


def reference() -> str | None:
    """Of the interaction that is being answered; None outside of one."""
    return _reference.get()


def new_reference() -> str:
    """Short enough to be read out."""
    return uuid.uuid4().hex[:8]


@contextmanager
def referring_to(name: str | None) -> Iterator[None]:
    """Whatever is logged within carries the reference."""
    token = _reference.set(name)
    try:
        yield
    finally:
        _reference.reset(token)


def configure(level: str = "info") -> None:
    """Once, at the start of a process."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)
    logging.getLogger("slack_sdk").setLevel(logging.CRITICAL)  # what it calls an error it raises too: told once, by us
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_its_reference,
            _only_where_it_happened,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper(), logging.INFO)),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # asked each time: it may be redirected
    )


def _with_its_reference(_logger: object, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if name := _reference.get():
        entry.setdefault("reference", name)
    return entry


def _only_where_it_happened(_logger: object, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep an exception's class and places; its message may hold what people wrote."""
    error = entry.pop("exc_info", None)
    if isinstance(error, BaseException):
        frame, places = error.__traceback__, []
        while frame:
            code = frame.tb_frame.f_code
            places.append(f"{code.co_filename.rsplit('/', 2)[-1]}:{frame.tb_lineno} {code.co_name}")
            frame = frame.tb_next
        entry["where"] = places[-6:]
    return entry
