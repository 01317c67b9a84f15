"""Structured logs: one JSON object a line, without texts and without tokens."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog


def configure(level: str = "info") -> None:
    """Once, at the start of a process."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)
    logging.getLogger("slack_sdk").setLevel(logging.CRITICAL)  # what it calls an error it raises too: told once, by us
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_where_it_happened,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper(), logging.INFO)),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # asked each time: it may be redirected
    )


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
