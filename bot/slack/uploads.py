"""A file on its way: ask where to, send the bytes, complete. Until it is completed nobody sees that it is there.

Slack shares a completed file a moment after it said yes, and takes no metadata with it: whether an earlier try arrived
is asked of the upload itself, whose id is noted before it is completed.
"""

from typing import Any, NamedTuple
from urllib.request import Request, urlopen

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.errands import Errand
from bot.slack.unanswered import code_of

NOTED = "upload"  # in the post's snapshot
LOOKS = 8  # tries, some four minutes in all: then what Slack has but never shared is sent anew


class Shared(NamedTuple):
    """It arrived; its ts, where Slack still tells it."""

    ts: str | None


class NotSharedYet(OSError):
    """Slack has the file and is not done with it: to send it again now would be to send it twice."""


def bring(client: WebClient, name: str, content: bytes) -> str:
    """Slack has the bytes, and nobody sees them yet; the upload's id."""
    asked = client.files_getUploadURLExternal(filename=name, length=len(content))
    headers = {"Content-Type": "application/octet-stream"}
    request = Request(str(asked["upload_url"]), content, headers, method="POST")  # noqa: S310  Slack's own address
    with urlopen(request, timeout=client.timeout, context=client.ssl):  # noqa: S310
        return str(asked["file_id"])


def share(client: WebClient, errand: Errand, upload: str, name: str) -> str | None:
    """Complete it in its conversation; its ts, where Slack has shared it by then."""
    answer = client.files_completeUploadExternal(
        files=[{"id": upload, "title": name}],
        channel_id=errand.post.channel_slack_id,
        thread_ts=errand.parent_ts,
        initial_comment=errand.rendered.text,
    )
    return _ts(next(iter(answer.get("files") or []), {}), errand)


def shared_before(client: WebClient, errand: Errand) -> Shared | None:
    """Whether a first try arrived whose answer was lost."""
    upload = (errand.post.snapshot or {}).get(NOTED)
    if upload is None:
        return None  # nothing was completed
    try:
        file = client.files_info(file=upload).get("file") or {}
    except SlackApiError as error:
        match code_of(error):
            case "file_not_found":
                return None
            case "file_deleted":
                return Shared(None)
        raise
    ts = _ts(file, errand)
    if ts is None and errand.attempts < LOOKS:
        raise NotSharedYet(upload)
    return Shared(ts) if ts else None


def _ts(file: dict[str, Any], errand: Errand) -> str | None:
    for places in (file.get("shares") or {}).values():
        for share in places.get(errand.post.channel_slack_id) or []:
            return str(share["ts"])
    return None
