"""The protocol between the page (or the test driver) and the local Slack; PROTOCOL.md describes it.

Every POST names who acts (`as`), waits for the app's answer, and says `{"ok": …, "error"?, …}`.
"""

from collections.abc import Callable
from datetime import datetime

from . import clicks, commands, submissions, talk
from .errors import NotPossible
from .faults import Fault
from .local import Local
from .records import Json, Person

Gesture = Callable[[Local, Person, Json], Json | None]


def person_of(local: Local, person_id: object) -> Person:
    found = local.workspace.person(str(person_id))
    if found is None:
        raise NotPossible(f"There is no person {person_id}.")
    if found.deleted:
        raise NotPossible(f"{found.display_name} is deactivated.")
    return found


def perform(local: Local, name: str, body: Json) -> Json:
    """One thing a person does."""
    try:
        person = person_of(local, body.get("as"))
        return {"ok": True, **(GESTURES[name](local, person, body) or {})}
    except NotPossible as refusal:
        return {"ok": False, "error": str(refusal)}
    except KeyError as missing:
        return {"ok": False, "error": f"The request lacks {missing}."}


def _command(local: Local, person: Person, body: Json) -> None:
    commands.run_command(local, person, body["channel"], body["text"], body.get("thread_ts"))


def _message(local: Local, person: Person, body: Json) -> Json:
    message = talk.write(
        local, person, body["channel"], body.get("text", ""), body.get("thread_ts"), body.get("files") or [],
        bool(body.get("broadcast")),
    )  # fmt: skip
    return {"ts": message.ts}


def _edit(local: Local, person: Person, body: Json) -> None:
    talk.edit(local, person, body["channel"], body["ts"], body["text"])


def _delete(local: Local, person: Person, body: Json) -> None:
    talk.delete(local, person, body["channel"], body["ts"])


def _action(local: Local, person: Person, body: Json) -> None:
    clicks.click(local, person, body["container"], body["block_id"], body["action_id"], body.get("payload") or {})


def _options(local: Local, person: Person, body: Json) -> Json:
    found = clicks.options(local, person, body["container"], body["block_id"], body["action_id"], body.get("value", ""))
    return {"options": found}


def _input(local: Local, person: Person, body: Json) -> None:
    submissions.type_values(local, person, body["view_id"], body.get("values") or {})


def _submit(local: Local, person: Person, body: Json) -> None:
    submissions.submit(local, person, body["view_id"], body.get("values") or {})


def _close(local: Local, person: Person, body: Json) -> None:
    submissions.close(local, person, body["view_id"])


def _shortcut(local: Local, person: Person, body: Json) -> None:
    commands.run_shortcut(local, person, body["callback_id"], body.get("channel"), body.get("ts"))


def _open(local: Local, person: Person, body: Json) -> None:
    if body.get("home"):
        talk.open_home(local, person)
    else:
        talk.open_channel(local, person, body["channel"])


def _react(local: Local, person: Person, body: Json) -> None:
    talk.react(local, person, body["channel"], body["ts"], body["name"])


def _share(local: Local, person: Person, body: Json) -> Json:
    return {"channel": talk.share(local, person, body["channel"], body["team"]).id}


def _join(local: Local, person: Person, body: Json) -> None:
    talk.join(local, person, body["channel"])


GESTURES: dict[str, Gesture] = {
    "command": _command,
    "message": _message,
    "edit": _edit,
    "delete": _delete,
    "action": _action,
    "options": _options,
    "input": _input,
    "submit": _submit,
    "close": _close,
    "shortcut": _shortcut,
    "open": _open,
    "join": _join,
    "react": _react,
    "share": _share,
}


def move_clock(local: Local, body: Json) -> None:
    clock = local.workspace.clock
    if body.get("reset"):
        clock.reset()
    elif "now" in body:
        clock.set(datetime.fromisoformat(str(body["now"])).astimezone())
    elif "advance_seconds" in body:
        clock.advance(float(body["advance_seconds"]))
    else:
        raise NotPossible("Say advance_seconds, now or reset.")


def set_fault(local: Local, body: Json) -> Fault | None:
    """Adds a row (and returns it), or clears one or all; raises BadFault or TypeError where it makes no sense."""
    with local.workspace.change():
        if (cleared := body.get("clear")) is not None:
            local.faults.clear(None if cleared == "all" else int(cleared))
            return None
        return local.faults.add(Fault(**body))
