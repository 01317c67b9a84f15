"""People at their screens, for tests: they press only what they can see, by the words they can read.

    slack = Slack(manifest, people, channels)        # a LocalSlack with people in it
    ana = slack.person("U0ANA")
    ana.opens("/request").fills({"Short description": "Printer on fire", "Business impact": "Stopped"}).submits()
    bo.clicks("Take it", on="Printer on fire").sees("Bo owns it")

A step that cannot be done fails with what was on the screen. `refused="…"` expects the refusal instead.
Everything goes through the page's HTTP protocol (bot/playground/PROTOCOL.md).
"""

import json
import time
from collections.abc import Callable, Iterable
from datetime import date, datetime
from datetime import time as clock_time
from typing import Any, Self
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from bot.playground import LocalSlack
from bot.playground.as_text import is_reply, reader_for, whole
from bot.playground.controls import CONTROLS, options_of
from bot.playground.sight import Spot, button_label, is_button, meant, menu_names, near, spots_in

Json = dict[str, Any]


class Slack(LocalSlack):
    """Remembers which answers a test asked for, so that the others can be held against the app."""

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.asked_for: set[tuple[str, str | int]] = set()
        self.settled: Callable[[], None] = lambda: None  # waits for what the app does after its answer

    def fail_next(self, method: str, what: str | int, **options: Any) -> None:
        self.asks_for(method, what)
        super().fail_next(method, what, **options)

    def asks_for(self, method: str, what: str | int) -> None:
        """A refusal that the test itself brings about, and is about."""
        self.asked_for.add((method, what))

    def person(self, person_id: str, channel: str | None = None) -> "Person":
        return Person(self.url, person_id, channel, lambda: self.settled())


class Person:
    def __init__(
        self, url: str, person_id: str, channel: str | None = None, settled: Callable[[], None] = lambda: None
    ):
        self.url, self.id, self._channel, self._settled = url, person_id, channel, settled

    # --- doing

    def opens(self, command: str, *, channel: str | None = None, thread: str | None = None, refused: str = "") -> Self:
        """Types a command where they are: by default in their first channel."""
        return self._do("command", refused, channel=channel or self.channel, text=command, thread_ts=thread)

    def types(
        self, channel: str, text: str, *, thread: str | None = None, files: Iterable[tuple[str, bytes]] = (),
        broadcast: bool = False, refused: str = "",
    ) -> str:  # fmt: skip
        """Writes a message; returns its ts."""
        ids = [self.uploads(name, data) for name, data in files]
        said = {"channel": channel, "text": text, "thread_ts": thread, "files": ids, "broadcast": broadcast}
        self._do("message", refused, **said)
        return self.answer.get("ts", "")

    def edits(self, channel: str, ts: str, text: str) -> Self:
        return self._do("edit", channel=channel, ts=ts, text=text)

    def deletes(self, channel: str, ts: str) -> Self:
        return self._do("delete", channel=channel, ts=ts)

    def reacts(self, channel: str, ts: str, name: str, *, refused: str = "") -> Self:
        """Adds a reaction, or takes it back."""
        return self._do("react", refused, channel=channel, ts=ts, name=name)

    def shares(self, channel: str, team: str) -> str:
        """Shares a channel with another workspace; returns its id from now on."""
        self._do("share", channel=channel, team=team)
        return self.answer["channel"]

    def uploads(self, name: str, data: bytes, kind: str = "text/plain") -> str:
        query = urlencode({"as": self.id, "name": name, "type": kind})
        return self._http(f"playground/upload?{query}", data, "application/octet-stream")["file"]["id"]

    def uses_shortcut(
        self, name: str, *, on: Json | None = None, channel: str | None = None, refused: str = ""
    ) -> Self:
        found = [s for s in self.screen()["shortcuts"] if s["name"] == name]
        self._check(bool(found), f"There is no shortcut {name!r}.")
        place = {"channel": channel or self._channel_of(on), "ts": on["ts"]} if on else {}
        return self._do("shortcut", refused, callback_id=found[0]["callback_id"], **place)

    def opens_home(self) -> Self:
        return self._do("open", home=True)

    def looks_at(self, channel: str) -> Self:
        return self._do("open", channel=channel)

    def joins(self, channel: str) -> Self:
        return self._do("join", channel=channel)

    def clicks(
        self, label: str, on: str | Json | None = None, *, channel: str | None = None, refused: str = ""
    ) -> Self:
        """Presses a button, and says yes to its question if it asks one."""
        found = [s for s in self._spots(on, channel) if is_button(s) and button_label(s) == label]
        spot = self._the_one(found, f"button {label!r}", on)
        return self._act(spot, {}, refused)

    def buttons(self, on: str | Json | None = None) -> set[str]:
        """What the buttons there say."""
        return {button_label(spot) for spot in self._spots(on, None) if is_button(spot)}

    def chooses(
        self, menu: str, option: str, on: str | Json | None = None, *, channel: str | None = None, refused: str = ""
    ) -> Self:
        """Picks from an overflow ("More") or from a select outside of a form, named by its placeholder or section."""
        found = [s for s in self._spots(on, channel) if menu in menu_names(s)]
        spot = self._the_one(found, f"menu {menu!r}", on)
        return self._act(spot, self._payload(spot, option), refused)

    def fills(self, values: dict[str, Any], refused: str = "") -> Self:
        """Fills the window on top, field by field in the order given; the app may change the form in between."""
        for label, value in values.items():
            spot = self._field(label)
            payload = self._payload(spot, value)
            tells_app = spot.block["type"] != "input" or spot.block.get("dispatch_action")
            if tells_app:
                self._act(spot, payload, refused)
            else:
                entry = {spot.block["block_id"]: {spot.element["action_id"]: payload}}
                self._do("input", refused, view_id=spot.container["view_id"], values=entry)
        return self

    def submits(self, refused: str = "") -> Self:
        return self._do("submit", refused, view_id=self._top()["id"], values={})

    def closes(self) -> Self:
        return self._do("close", view_id=self._top()["id"])

    # --- seeing

    def sees(self, text: str, within: float = 0) -> Self:
        """Somewhere on the screen; `within` seconds, where a worker delivers."""
        deadline = time.monotonic() + within
        while text not in self.text():
            self._check(time.monotonic() < deadline, f"{self.id} does not see {text!r}.")
            time.sleep(0.02)
        return self

    def does_not_see(self, text: str) -> Self:
        self._check(text not in self.text(), f"{self.id} sees {text!r}.")
        return self

    def text(self) -> str:
        """The whole screen as text."""
        return whole(self.screen())

    def screen(self) -> Json:
        return self._http(f"playground/state?as={self.id}")

    def modal(self) -> Json | None:
        """The window on top, with `title`, `blocks`, `state`, `errors`, `banner`; None if there is none."""
        return (self.screen()["modals"] or [None])[-1]

    def modal_text(self) -> str:
        screen = self.screen()
        return reader_for(screen).modal(self._top(screen))

    def home(self) -> Json | None:
        return self.screen()["home"]

    def home_text(self) -> str:
        screen = self.screen()
        home = screen["home"]
        return reader_for(screen).blocks(home["blocks"], home["state"]) if home else ""

    def messages(self, channel: str) -> list[Json]:
        return [m for m in self._all(channel) if not m["ephemeral"] and (not is_reply(m) or m["broadcast"])]

    def thread(self, channel: str, ts: str) -> list[Json]:
        return [m for m in self._all(channel) if ts in (m["ts"], m["thread_ts"]) and not m["ephemeral"]]

    def ephemerals(self, channel: str | None = None) -> list[Json]:
        places = self.screen()["channels"]
        return [m for c in places if channel in (None, c["id"]) for m in c["messages"] if m["ephemeral"]]

    def toasts(self) -> list[str]:
        return [toast["text"] for toast in self.screen()["toasts"]]

    @property
    def channel(self) -> str:
        """Where they are, unless a step says otherwise."""
        if self._channel:
            return self._channel
        joined = [c["id"] for c in self.screen()["channels"] if c["member"]]
        self._check(bool(joined), f"{self.id} is in no channel.")
        return joined[0]

    # --- finding controls by what is written on them

    def _spots(self, on: str | Json | None, channel: str | None) -> list[Spot]:
        """The controls within reach. An open window covers everything else."""
        screen = self.screen()
        reader = reader_for(screen)
        if screen["modals"]:
            view = screen["modals"][-1]
            return near(spots_in({"type": "view", "view_id": view["id"]}, view["blocks"], reader), on, view, reader)
        spots = []
        for place in screen["channels"]:
            for message in place["messages"]:
                if channel in (None, place["id"]) and meant(message, on, reader):
                    container = {"type": "message", "channel": place["id"], "ts": message["ts"]}
                    spots += spots_in(container, message["blocks"], reader, reader.message(message))
        home = screen["home"]
        if home and channel is None and not isinstance(on, dict):
            spots += near(spots_in({"type": "home"}, home["blocks"], reader), on, home, reader)
        return spots

    def _field(self, label: str) -> Spot:
        screen = self.screen()
        view = self._top(screen)
        spots = spots_in({"type": "view", "view_id": view["id"]}, view["blocks"], reader_for(screen))
        fields = [s for s in spots if s.element["type"] in CONTROLS]
        return self._the_one([s for s in fields if label in menu_names(s)], f"field {label!r}", None)

    def _the_one(self, found: list[Spot], what: str, on: str | Json | None) -> Spot:
        at = f" on {on!r}" if isinstance(on, str) else ""
        self._check(bool(found), f"{self.id} sees no {what}{at}.")
        self._check(
            len(found) == 1, f"{self.id} sees {len(found)} times the {what}{at}; say which with on= or channel=."
        )
        return found[0]

    def _act(self, spot: Spot, payload: Json, refused: str = "") -> Self:
        return self._do("action", refused, container=spot.container, block_id=spot.block["block_id"],
                        action_id=spot.element["action_id"], payload=payload)  # fmt: skip

    def _payload(self, spot: Spot, value: Any) -> Json:
        kind = spot.element["type"]
        if kind == "overflow":
            return {"selected_option": self._option(spot, value)}
        control = CONTROLS[kind]
        return {control.key: getattr(self, f"_as_{control.kind}")(spot, value)}

    def _as_text(self, spot: Spot, value: Any) -> str:
        return str(value)

    _as_rich = _as_text

    def _as_option(self, spot: Spot, value: Any) -> Json | None:
        return None if value is None else self._option(spot, value)

    def _as_options(self, spot: Spot, value: Any) -> list[Json]:
        if isinstance(value, bool):  # a lone checkbox
            return options_of(spot.element) if value else []
        return [self._option(spot, one) for one in ([value] if isinstance(value, str) else value)]

    def _as_id(self, spot: Spot, value: str) -> str:
        rows = self.screen()["people" if "users" in spot.element["type"] else "channels"]
        found = [r["id"] for r in rows if value.lstrip("@#") in (r["id"], r["name"], r.get("real_name"))]
        self._check(bool(found), f"{value!r} is not in the list.")
        return found[0]

    def _as_ids(self, spot: Spot, value: list[str]) -> list[str]:
        return [self._as_id(spot, one) for one in value]

    def _as_date(self, spot: Spot, value: date | str) -> str:
        return str(value)

    def _as_time(self, spot: Spot, value: clock_time | str) -> str:
        return value if isinstance(value, str) else value.strftime("%H:%M")

    def _as_moment(self, spot: Spot, value: datetime | int) -> int:
        return int(value.timestamp()) if isinstance(value, datetime) else value

    def _as_files(self, spot: Spot, value: Iterable[tuple[str, bytes]]) -> list[str]:
        return [self.uploads(name, data) for name, data in value]

    def _option(self, spot: Spot, words: str) -> Json:
        """The option that reads so; an external select is asked first, as when one types into it."""
        options = options_of(spot.element)
        if "external" in spot.element["type"]:
            self._do("options", container=spot.container, block_id=spot.block["block_id"],
                     action_id=spot.element["action_id"], value=words)  # fmt: skip
            options = self.answer["options"]
        found = [o for o in options if o["text"]["text"] == words] or [o for o in options if words in o["text"]["text"]]
        offered = ", ".join(repr(o["text"]["text"]) for o in options)
        self._check(bool(found), f"{words!r} is not offered; there is {offered or 'nothing'}.")
        return found[0]

    # --- plumbing

    def _top(self, screen: Json | None = None) -> Json:
        open_now = (screen or self.screen())["modals"]
        self._check(bool(open_now), f"{self.id} has no window open.")
        return open_now[-1]

    def _all(self, channel: str) -> list[Json]:
        found = [c for c in self.screen()["channels"] if c["id"] == channel]
        self._check(bool(found), f"{self.id} does not see {channel}.")
        return found[0]["messages"]

    def _channel_of(self, message: Json) -> str:
        return next(c["id"] for c in self.screen()["channels"] if message in c["messages"])

    def _do(self, gesture: str, refused: str = "", **fields: Any) -> Self:
        self.answer = self._http(f"playground/{gesture}", json.dumps({"as": self.id, **fields}).encode())
        self._settled()
        error = self.answer.get("error") or ""
        if refused:
            self._check(refused in error, f"Expected the refusal {refused!r}, got {error or 'none'!r}.")
        else:
            self._check(self.answer["ok"], f"{self.id} could not {gesture}: {error}")
        return self

    def _http(self, path: str, body: bytes | None = None, kind: str = "application/json") -> Json:
        try:
            with urlopen(Request(self.url + path, body, {"Content-Type": kind}), timeout=30) as answer:
                return json.load(answer)
        except HTTPError as error:
            raise AssertionError(f"{path}: {error.code} {error.read().decode()}") from None

    def _check(self, holds: bool, complaint: str) -> None:
        if not holds:
            raise AssertionError(f"{complaint}\n\n{self.text()}")
