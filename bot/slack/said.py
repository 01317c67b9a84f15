"""What somebody said in Slack, read as plain words: a form is begun with it.

Slack's own markup (`<@U1>`, `<https://…|label>`, `&amp;`) is for Slack to read; what people type in a form,
and what a title shows, is words.
"""

import re
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from slack_sdk import WebClient

from bot.domain.intakes import LONGEST_TITLE, SHORTEST_TITLE
from bot.slack.unanswered import NO_ANSWER

BY_PEOPLE = {None, "file_share", "thread_broadcast", "me_message"}
# The form carries the files along, in the 3,000 characters that Slack gives it for everything.
MOST_FILES, LONGEST_FILE_NAME, LONGEST_PERMALINKS = 10, 40, 1000
SECONDS_TO_ASK = 0.5  # for the names of all files of a message: somebody waits for the rest
SMALL_TALK = frozenset({
    "a", "afternoon", "all", "bot", "can", "cheers", "day", "do", "evening", "good", "hello", "help", "hey", "hi",
    "how", "i", "is", "lot", "many", "me", "morning", "ok", "okay", "ping", "please", "steward", "test", "thank",
    "thanks", "there", "this", "use", "what", "who", "work", "you",
})  # fmt: skip


class Said(NamedTuple):
    """One message: who wrote it (None: an app), its text as Slack has it, and its files."""

    channel: str
    ts: str
    thread_ts: str | None
    author: str | None
    text: str
    files: list[dict[str, str]]


def said(channel: str, message: dict[str, Any]) -> Said:
    """A message as Slack sends it."""
    by_a_person = not message.get("bot_id") and message.get("subtype") in BY_PEOPLE
    return Said(
        channel=channel,
        ts=message["ts"],
        thread_ts=message.get("thread_ts"),
        author=message.get("user") if by_a_person else None,
        text=message.get("text") or "",
        files=_files(message.get("files") or []),
    )


def _files(sent: list[dict[str, Any]]) -> list[dict[str, str]]:
    kept, room = [], LONGEST_PERMALINKS
    for each in [each for each in sent if each.get("id")][:MOST_FILES]:
        link = each.get("permalink") or ""
        link = link if len(link) <= room else ""
        room -= len(link)
        kept.append({"id": each["id"], "name": (each.get("name") or each["id"])[:LONGEST_FILE_NAME], "permalink": link})
    return kept


def with_files(client: WebClient, message: dict[str, Any]) -> dict[str, Any]:
    """The same message, with what Slack keeps back of files that come from another workspace (Slack Connect)."""
    until = time.monotonic() + SECONDS_TO_ASK
    files = [
        _asked_for(client, each) if time.monotonic() < until else each
        for each in (message.get("files") or [])[:MOST_FILES]
    ]
    return {**message, "files": files} if files else message


def _asked_for(client: WebClient, file: dict[str, Any]) -> dict[str, Any]:
    if file.get("file_access") != "check_file_info":
        return file
    try:
        return client.files_info(file=file["id"]).get("file") or file
    except NO_ANSWER:
        return file  # without its name and its link, but not forgotten


def look_up(client: WebClient, channel: str, ts: str, thread_ts: str | None) -> Said | None:
    """The message as it stands now; None where it was deleted, or Slack does not show it."""
    try:
        page = client.conversations_replies(
            channel=channel, ts=thread_ts or ts, oldest=ts, latest=ts, inclusive=True, limit=2
        )
    except NO_ANSWER:
        return None
    found = [each for each in page.get("messages") or [] if each.get("ts") == ts]
    return said(channel, with_files(client, found[0])) if found and found[0].get("subtype") != "tombstone" else None


_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|([^>]*))?>")
_CHANNEL = re.compile(r"<#[CG][A-Z0-9]+(?:\|([^>]*))?>")
_SPECIAL = re.compile(r"<!(?:subteam\^[A-Z0-9]+|date\^[^|>]*|([a-z]+))(?:\|([^>]*))?>")
_LINK = re.compile(r"<([a-z][a-z0-9+.-]*:[^|>\s]+)(?:\|([^>]*))?>", re.IGNORECASE)


def mentioned(text: str) -> set[str]:
    """The Slack ids of the people whom a text mentions."""
    return {match[1] for match in _PERSON.finditer(text)}


def plain(text: str, names: Mapping[str, str], bot: str | None = None) -> str:
    """A text as people read it: names for mentions, addresses for links, Steward's own mention left out."""
    text = re.sub(rf"[^\S\n]*<@{bot}(?:\|[^>]*)?>[^\S\n]*[,:]?[^\S\n]*", " ", text) if bot else text
    text = _PERSON.sub(lambda m: f"@{names.get(m[1]) or m[2] or 'somebody'}", text)
    text = _CHANNEL.sub(lambda m: f"#{m[1]}" if m[1] else "a channel", text)
    text = _SPECIAL.sub(lambda m: m[2] or (f"@{m[1]}" if m[1] else "a group"), text)
    text = _LINK.sub(lambda m: _address(m[1], m[2]), text)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("\x00", "")
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _address(url: str, label: str | None) -> str:
    bare = url.removeprefix("mailto:").removeprefix("tel:")
    return bare if not label or label in bare else f"{label} ({bare})"


_STYLED = re.compile(r"(?<![\w*_~`])([*_~]|`{1,3})(?=\S)(.+?)(?<=\S)\1(?![\w*_~`])")
_LIST_SIGN = re.compile(r"^(?:>+|[•◦▪]|[-*]|\d{1,2}[.)])\s+|^>+")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?…])\s+(?=[^\sa-z])|(?<=[。！？])")


def title_and_details(words: str) -> tuple[str, str]:
    """What a form begins with: the first line or sentence as a title; whatever that leaves out as details.

    Nothing is lost: where the title is cut, or a greeting stands before it, the details hold it all.
    """
    lines = [line for line in words.splitlines() if line.strip()]
    if not lines:
        return "", ""
    first = next((line for line in lines if len(_unstyled(line)) >= SHORTEST_TITLE), lines[0])
    sentence = _first_sentence(first)
    title = _unstyled(sentence)
    whole = title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + "…"
    if whole != title or first is not lines[0]:
        return whole, words
    rest = words.partition(sentence)[2].strip()
    return title, rest


def _first_sentence(line: str) -> str:
    for end in _SENTENCE_ENDS.finditer(line):
        if len(_unstyled(line[: end.start()])) >= SHORTEST_TITLE:
            return line[: end.start()]
    return line


def _unstyled(line: str) -> str:
    """Without the signs that Slack makes bold, lists and quotes of."""
    line = _LIST_SIGN.sub("", line.strip())
    while (bare := _STYLED.sub(r"\2", line)) != line:
        line = bare
    return " ".join(line.split())


def is_small_talk(words: str) -> bool:
    """A greeting, thanks, or a call for help: nothing to make a request of."""
    return set(re.findall(r"[^\W\d_]+", re.sub(r":[\w+-]+:", "", words.casefold()))) <= SMALL_TALK
