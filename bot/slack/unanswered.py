"""What a call to Slack can end in besides an answer: one list for everybody who calls."""

from http.client import HTTPException

from slack_sdk.errors import SlackApiError, SlackClientError

# The SDK decodes what a proxy sends in Slack's place, and lets the error out.
NO_ANSWER = (SlackClientError, OSError, HTTPException, UnicodeDecodeError)


def code_of(error: Exception) -> str:
    """Slack's own name for what went wrong, an HTTP status, or the kind of failure."""
    if not isinstance(error, SlackApiError):
        return type(error).__name__
    told = getattr(error.response, "data", error.response)  # a dict where the body was no JSON at all
    named = told.get("error") if isinstance(told, dict) else None
    return str(named or getattr(error.response, "status_code", "unreadable"))
