"""What a document lacks that another system will ask for, told all at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from bot.domain.invoicing.document import Document


class Incomplete(ValueError):
    """An export would not be taken as it is. `missing` has, for each document's number, what to add or change."""

    def __init__(self, export: str, missing: Mapping[str, Sequence[str]]):
        self.missing = {number: tuple(things) for number, things in missing.items()}
        told = " ".join(f"{number} needs {_listed(things)}." for number, things in self.missing.items())
        super().__init__(f"{export} can’t be written yet. {told} Add what is missing and export again.")


def check(export: str, documents: Iterable[Document], needs: Callable[[Document], Iterable[str]]) -> None:
    """Raises Incomplete with everything that any of them needs."""
    found = {made.number or "A draft": tuple(needs(made)) for made in documents}
    missing = {number: things for number, things in found.items() if things}
    if missing:
        raise Incomplete(export, missing)


def number(document: Document) -> Iterable[str]:
    """A draft is not sent anywhere."""
    if document.number is None:
        yield "a number: approve it first"


def _listed(things: Sequence[str]) -> str:
    return "; ".join(things)
