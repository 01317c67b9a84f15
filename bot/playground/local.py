"""The parts that requests need, in one hand: passed to every function that serves the app or a person."""

from collections import deque
from dataclasses import dataclass, field

from .deliveries import Deliveries
from .events import Events
from .faults import Faults
from .rates import Rates
from .records import Json, Scheduled
from .sockets import Sockets
from .workspace import Workspace


@dataclass
class ApiCall:
    method: str
    args: Json
    answer: Json
    at: float


@dataclass
class Local:
    workspace: Workspace
    deliveries: Deliveries
    events: Events
    rates: Rates
    sockets: Sockets
    faults: Faults
    base: str = ""  # the page's root, "http://127.0.0.1:PORT/"
    token: str = ""
    app_token: str = ""
    seconds: float = 1.0  # scale of Slack's short deadlines, so that tests need not wait 3 s
    token_trouble: str = ""  # why the app's token does not work any more: "token_revoked" or "account_inactive"
    file_delay: float = 1.0  # seconds until an uploaded file is ready, scaled by `seconds`
    scheduled: dict[str, Scheduled] = field(default_factory=dict)
    calls: deque[ApiCall] = field(default_factory=lambda: deque(maxlen=5000))

    def note(self, method: str, args: Json, answer: Json) -> None:
        self.calls.append(ApiCall(method, args, answer, self.workspace.clock.now()))
        self.deliveries.note_api_call(method, args, answer)
