"""What blocks point at beyond themselves: files that have to be there, and scopes that some of them need."""

import re
from collections.abc import Iterator
from typing import Any

from .records import Json
from .validation import Problem
from .workspace import Workspace

FILE_ID = re.compile(r"F[A-Z0-9]{8,}")
PICTURES = {"image/png", "image/jpeg", "image/gif"}
# Nothing the manifest does not declare works, in blocks either.
SCOPE_OF = {"file_input": "files:read", "video": "links.embed:write"}


def problems_with_references(ws: Workspace, blocks: list[Json], at: str = "/blocks") -> list[Problem]:
    """Blocks that are well formed may still be refused for what they point at."""
    found = []
    for pointer, node in _objects(blocks, at):
        scope = SCOPE_OF.get(str(node.get("type")))
        if scope and not ws.manifest.has_scope(scope):
            found.append(Problem(pointer, f"requires the scope {scope}", "missing_scope"))
        if "slack_file" in node and not _is_picture(ws, node["slack_file"]):
            found.append(Problem(f"{pointer}/slack_file", "invalid slack file", "invalid_file"))
    return found


def _objects(node: Any, at: str) -> Iterator[tuple[str, Json]]:
    if isinstance(node, dict):
        yield at, node
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in pairs:
        yield from _objects(child, f"{at}/{key}")


def _is_picture(ws: Workspace, pointed: Json) -> bool:
    """Slack goes on working on an upload after it said yes; until it is done the file cannot be shown."""
    named = [pointed["id"]] if "id" in pointed else FILE_ID.findall(pointed["url"])
    stored = next((ws.files[file_id] for file_id in named if file_id in ws.files), None)
    return stored is not None and stored.is_ready(ws.clock.now()) and stored.mimetype in PICTURES
