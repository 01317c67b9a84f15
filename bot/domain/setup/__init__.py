"""`steward apply`: the provider, its people and its accounts, from one declarative file."""

from bot.domain.setup.apply import ALREADY, apply
from bot.domain.setup.file import BadFile, SetupFile, read

__all__ = ["ALREADY", "BadFile", "SetupFile", "apply", "read"]
