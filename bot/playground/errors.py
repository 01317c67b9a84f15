"""The two ways to say no: to the app, as Slack's API words it, and to a person, whose screen would not let them."""

from typing import Any


class ApiError(Exception):
    """A Web API call failed; becomes `{"ok": false, "error": …}`."""

    def __init__(self, error: str, messages: list[str] | None = None, **extra: Any):
        super().__init__(error)
        self.error = error
        self.messages = messages or []
        self.extra = extra

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": [f"[ERROR] {m}" for m in self.messages]}
        return body


class NotPossible(Exception):
    """Nobody could do this on the screen: the control is not there, or the value is not offered."""
