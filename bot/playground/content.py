"""What a message may hold, whichever way it comes: posted, edited, scheduled, or given in answer."""

import json
from typing import Any

from .errors import ApiError
from .modals import fill_ids
from .records import Json
from .references import problems_with_references
from .validation import limits, problems_in_attachments, problems_in_message
from .validation.rules import length
from .workspace import Workspace

TEXT_LIMIT = 40_000  # characters; what is longer is cut
BLOCKS_LIMIT = 11_000  # undocumented; reports start at 11,000 characters over all blocks, at 13,000 with markdown
BLOCKS_AND_MARKDOWN_LIMIT = 13_000
METADATA_LIMIT = 16_000  # assumed: Slack does not publish it
ATTACHMENTS = 100
TABULAR = {"table", "data_table", "data_visualization"}  # these have limits of their own


def shortened(text: str) -> str:
    """Slack cuts a text that is far too long, and warns."""
    return text[:TEXT_LIMIT]


def checked_blocks(ws: Workspace, blocks: Any) -> list[Json] | None:
    """The blocks with their ids filled in, or Slack's complaint about them; None stays None."""
    if blocks is None:
        return None
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    problems = problems_in_message(blocks) or problems_with_references(ws, blocks)
    if problems:
        told = [problem.text() for problem in problems]
        raise ApiError("invalid_blocks", told, errors=told)
    blocks = [dict(block) for block in blocks]
    fill_ids(blocks)
    return blocks


def checked_attachments(attachments: Any) -> list[Json] | None:
    if isinstance(attachments, list) and len(attachments) > ATTACHMENTS:
        raise ApiError("too_many_attachments")
    problems = problems_in_attachments(attachments)
    if problems:
        told = [problem.text() for problem in problems]
        raise ApiError("invalid_blocks" if "/blocks" in told[0] else "invalid_attachments", told, errors=told)
    return attachments


def too_long_together(blocks: list[Json]) -> bool:
    written = [block for block in blocks if block["type"] not in TABULAR]
    without_markdown = [block for block in written if block["type"] != "markdown"]
    return _size(without_markdown) > BLOCKS_LIMIT or _size(written) > BLOCKS_AND_MARKDOWN_LIMIT


def _size(node: Any) -> int:
    if isinstance(node, list):
        return sum(_size(child) for child in node)
    if isinstance(node, dict):
        own = length(node["text"]) if isinstance(node.get("text"), str) else 0
        return own + sum(_size(child) for child in node.values() if not isinstance(child, str))
    return 0


def checked_metadata(metadata: Any) -> Json | None:
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str) or not metadata["event_type"]:
        raise ApiError("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise ApiError("invalid_metadata_format")
    if len(json.dumps(metadata)) > METADATA_LIMIT:
        raise ApiError("metadata_too_large")
    return metadata


def from_markdown(markdown: str, otherwise: Any) -> list[Json]:
    """`markdown_text` is a message of its own: nothing else may be said beside it."""
    if otherwise:
        raise ApiError("markdown_text_conflict")
    if length(markdown) > limits.MARKDOWN_TOTAL:
        raise ApiError("msg_too_long")
    return [{"type": "markdown", "text": markdown}]
