"""`steward apply`: the provider, its people and its accounts, from one declarative file."""

from bot.domain.setup.apply import ALREADY, apply
from bot.domain.setup.file import SetupFile, read
from bot.domain.setup.parts import BadFile

__all__ = ["ALREADY", "BadFile", "SetupFile", "apply", "read"]
