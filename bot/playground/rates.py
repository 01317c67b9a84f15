"""Rate limits: one post a second in a channel (a few in a burst), and the tiers of the other methods."""

import math
import threading

from .clock import Clock

POST_BURST = 6  # Slack tolerates short bursts without saying how long
POSTS = {"chat.postMessage"}

TIERS = {1: 1, 2: 20, 3: 50, 4: 100}  # calls a minute, per method
METHOD_TIERS = {
    "chat.update": 3, "chat.delete": 3, "chat.scheduleMessage": 3, "chat.postEphemeral": 4,
    "views.open": 4, "views.update": 4, "views.push": 4, "views.publish": 4,
    "conversations.history": 3, "conversations.replies": 3, "conversations.info": 3, "conversations.open": 3,
    "conversations.join": 3, "conversations.list": 2, "conversations.members": 4,
    "users.list": 2, "users.info": 4, "users.lookupByEmail": 3, "users.conversations": 3,
    "pins.add": 2, "pins.list": 2, "pins.remove": 2, "reactions.add": 3, "reactions.remove": 2, "reactions.get": 3,
    "files.getUploadURLExternal": 4, "files.completeUploadExternal": 4, "files.info": 4, "files.delete": 3,
    "files.upload": 2, "bots.info": 3, "team.info": 3, "api.test": 4,
    "chat.scheduledMessages.list": 3, "chat.deleteScheduledMessage": 3, "apps.connections.open": 1,
}  # fmt: skip

SPECIAL = {"chat.postMessage", "chat.getPermalink", "auth.test", "blocks.validate"}  # no tier: Slack gives no number


class Rates:
    def __init__(self, clock: Clock, posts: bool = True, tiers: bool = False):
        self.clock = clock
        self.posts = posts
        self.tiers = tiers
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}  # key -> (tokens, when)
        self._lock = threading.Lock()

    def wait_for(self, method: str, channel: str | None) -> int:
        """Seconds until this call is allowed; 0 lets it pass and counts it."""
        if method in POSTS and self.posts and channel:
            return self._take((method, channel), POST_BURST, 1.0)
        if method in METHOD_TIERS and self.tiers:
            per_minute = TIERS[METHOD_TIERS[method]]
            return self._take((method, ""), per_minute, per_minute / 60)
        return 0

    def _take(self, key: tuple[str, str], burst: float, per_second: float) -> int:
        with self._lock:
            now = self.clock.now()
            tokens, when = self._buckets.get(key, (burst, now))
            tokens = min(burst, tokens + max(0.0, now - when) * per_second)
            if tokens < 1:
                self._buckets[key] = (tokens, now)
                return max(1, math.ceil((1 - tokens) / per_second))
            self._buckets[key] = (tokens - 1, now)
            return 0
