"""What people read. Structure is built here in Python, prose in Jinja; nothing here calls Slack."""

from bot.messages.invoice_files import Making
from bot.messages.render import Rendered, render

__all__ = ["Making", "Rendered", "render"]
