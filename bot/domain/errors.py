"""The one way the domain says no."""


class Refused(Exception):
    """A rule said no. The message is one sentence to the person, with what to do instead.

    `field` names the form field it belongs beside, where there is one.
    """

    def __init__(self, message: str, *, field: str | None = None):
        super().__init__(message)
        self.field = field


class NotFound(Refused):
    """There is no such thing for this person: absent and someone else's read the same."""
