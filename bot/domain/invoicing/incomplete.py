"""What a document lacks that another system will ask for, told all at once."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from bot.domain.invoicing.document import Document


class Incomplete(ValueError):
    """An export would not be taken as it is. `missing` has, for each document's number, what to add or change."""

    def __init__(self, export: str, missing: Mapping[str, tuple[str, ...]]):
        self.missing = dict(missing)
        told = " ".join(f"{number} needs {'; '.join(things)}." for number, things in self.missing.items())
        super().__init__(f"{export} can’t be written yet. {told} Add what is missing and export again.")


def check(export: str, documents: Sequence[Document], needs: Callable[[Document], Iterable[str]]) -> None:
    """Raises Incomplete with everything that any of them needs."""
    missing: dict[str, list[str]] = defaultdict(list)
    for made in documents:
        missing[made.number or "A draft"] += needs(made)
    for shared, times in Counter(made.number for made in documents if made.number).items():
        missing[shared] += ["a number of its own"] if times > 1 else []
    told = {name: tuple(dict.fromkeys(things)) for name, things in missing.items() if things}
    if told:
        raise Incomplete(export, told)


def number(document: Document) -> Iterable[str]:
    """A draft is not sent anywhere."""
    if document.number is None:
        yield "a number: approve it first"
