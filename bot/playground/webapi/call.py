"""One Web API call: its arguments, read as leniently as Slack reads them, and what they point at."""

from typing import Any

from ..errors import ApiError
from ..json_in import read_json
from ..local import Local
from ..records import Channel, Json, Message, Person
from ..workspace import BOT_USER, Workspace

PAGE = 100


class Call:
    def __init__(self, local: Local, method: str, args: Json):
        self.local = local
        self.method = method
        self.args = args

    @property
    def workspace(self) -> Workspace:
        return self.local.workspace

    # --- arguments

    def text(self, name: str, default: str = "") -> str:
        value = self.args.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise ApiError("invalid_arguments", [f"missing required field: {name}"])
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.args.get(name)
        if value is None:
            return default
        return value if isinstance(value, bool) else str(value).lower() in ("1", "true")

    def number(self, name: str, default: int) -> int:
        value = self.args.get(name)
        if value in (None, ""):
            return default
        try:
            return int(str(value))
        except ValueError:
            raise ApiError("invalid_arguments", [f"must be an integer [json-pointer:/{name}]"]) from None

    def structure(self, name: str, error: str = "invalid_arguments") -> Any:
        """Objects and lists arrive as JSON bodies, or as JSON text in a form."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if value == "":
            return None
        try:
            return read_json(value)
        except ValueError:
            raise ApiError(error) from None

    # --- what arguments point at

    def channel(self, name: str = "channel") -> Channel:
        """A conversation the bot can see. Private ones it is not in do not exist for it."""
        found = self.workspace.channel(self.required(name))
        if found is None or (found.private and not found.bot_member):
            raise ApiError("channel_not_found")
        return found

    def joined_channel(self, name: str = "channel") -> Channel:
        found = self.channel(name)
        if not found.bot_member:
            raise ApiError("not_in_channel")
        return found

    def place_to_post(self) -> Channel:
        """A channel to write in; a person's id stands for the conversation with them."""
        target = self.required("channel")
        found = self.direct_channel(target) if target[0] in "UW" else self.channel()
        if found.kind == "im" and not self.workspace.manifest.messages_tab:
            raise ApiError("messages_tab_disabled")
        if found.archived:
            raise ApiError("is_archived")
        if not found.bot_member and not self.workspace.manifest.has_scope("chat:write.public"):
            raise ApiError("not_in_channel")
        return found

    def direct_channel(self, person_id: str) -> Channel:
        person = self.workspace.person(person_id)
        if person is None:
            raise ApiError("channel_not_found" if self.method.startswith("chat.") else "user_not_found")
        if person.deleted:
            raise ApiError("user_disabled" if self.method == "conversations.open" else "channel_not_found")
        if person.outsider:
            # Strict on purpose: whether an app may write to people of another workspace depends on theirs.
            raise ApiError("user_not_visible" if self.method == "conversations.open" else "channel_not_found")
        return self.workspace.open_direct_channel(person_id)

    def person(self, name: str = "user") -> Person:
        found = self.workspace.person(self.required(name))
        if found is None:
            raise ApiError("user_not_found")
        return found

    def own_message(self, place: Channel, refusal: str) -> Message:
        message = self.workspace.message(place.id, self.required("ts"))
        if message is None or message.ephemeral_to:
            raise ApiError("message_not_found")
        if message.user != BOT_USER:
            raise ApiError(refusal)
        return message

    # --- pages of results

    def page(self, rows: list[Any], default: int = PAGE, most: int = 999) -> tuple[list[Any], Json]:
        """A slice and the `response_metadata` that leads to the next one."""
        limit = self.number("limit", default)
        if not 1 <= limit <= most:
            raise ApiError("invalid_limit")
        start = self._cursor()
        following = str(start + limit) if start + limit < len(rows) else ""
        return rows[start : start + limit], {"next_cursor": f"next:{following}" if following else ""}

    def _cursor(self) -> int:
        cursor = self.text("cursor")
        if not cursor:
            return 0
        if not cursor.startswith("next:") or not cursor[5:].isdigit():
            raise ApiError("invalid_cursor")
        return int(cursor[5:])
