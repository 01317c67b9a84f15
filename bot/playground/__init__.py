"""The playground: a stand-in for Slack on loopback, and a page to try the app with. See PROTOCOL.md."""

from .server import LocalSlack

__all__ = ["LocalSlack"]
