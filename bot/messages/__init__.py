"""What people read. Structure is built here in Python, prose in Jinja; nothing here calls Slack."""

from bot.messages.render import Rendered, render

__all__ = ["Rendered", "render"]
