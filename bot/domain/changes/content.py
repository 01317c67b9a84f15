"""What is decided on: a change's content, and the hash that a decision is bound to."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.domain.changes.checklist import Touch
from bot.domain.errors import Refused
from bot.domain.risk import Answers, Blast, Tested, Undo

LONGEST_TITLE, LONGEST_TEXT = 150, 3000


@dataclass(frozen=True)
class Rollback:
    """How it is taken back: when, how, in how long, who says so, what becomes of data, how one sees it worked."""

    trigger: str = ""
    steps: str = ""
    most_minutes: int | None = None
    decider: str = ""
    data: str = ""
    verification: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether every part is said."""
        return all((self.trigger, self.steps, self.most_minutes, self.decider, self.data, self.verification))


@dataclass(frozen=True)
class Content:
    """The form of a change. Everything here is in the hash."""

    title: str
    purpose: str
    touches: tuple[Touch, ...] = ()
    component: str = ""
    blast: Blast = Blast.ONE
    undo: Undo = Undo.TOGGLE
    tested: Tested = Tested.NONE
    at_peak: bool = False
    plan: str = ""
    evidence: str = ""
    emergency_reason: str = ""
    implementer_id: int | None = None
    template_id: int | None = None
    rollback: Rollback = field(default_factory=Rollback)

    def check(self) -> None:
        """Refuse, beside its field, what is too short or too long to decide on."""
        if not 5 <= len(self.title.strip()) <= LONGEST_TITLE:
            raise Refused(f"Write between 5 and {LONGEST_TITLE} characters, please.", field="title")
        if len(self.purpose.strip()) < 10:
            raise Refused("Say what changes and why, in a sentence or two.", field="purpose")

    def answers(self, *, failed_lately: bool) -> Answers:
        """The questionnaire, with what history adds."""
        areas = tuple(touch.area for touch in self.touches if touch.area)
        return Answers(areas, self.blast, self.undo, self.tested, self.at_peak, failed_lately)


def hash_of(content: Content, qa: dict[str, Any], **decided: Any) -> str:
    """What any edit changes: the form, the checks, and the class and level that were shown."""
    told = {**asdict(content), "qa": qa, **decided}
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
