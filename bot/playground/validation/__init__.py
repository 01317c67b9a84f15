"""Block Kit, checked as Slack checks it. A new block or control is a row in `blocks.py` or `elements.py`."""

from .rules import Problem
from .surfaces import problems_in_attachments, problems_in_message, problems_in_options, problems_in_view

__all__ = ["Problem", "problems_in_attachments", "problems_in_message", "problems_in_options", "problems_in_view"]
