"""Both manifests beside Slack's published schema, and our own rules beside it on bent ones.

python -m bench.manifest SCHEMA     # schemas/manifest.schema.2.0.0.json of github.com/slackapi/manifest-schema
"""

import copy
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema

from bot.slack import manifest
from tests.project.manifest_rules import MANIFEST

BENT = 5_000
JUNK: list[Any] = [None, True, 7, "", "x", "x" * 36, "x" * 141, "x" * 4001, [], {}, ["x"] * 256, "ftp://x", "/x"]


def main() -> None:
    published = jsonschema.Draft7Validator(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    ours = jsonschema.Draft202012Validator(MANIFEST)
    both = {"Socket Mode": manifest.read(), "HTTP": manifest.over_http(manifest.read(), "https://steward.example.com")}
    for name, made in both.items():
        problems = [error.message for error in published.iter_errors(made)]
        print(f"{name}: " + ("as published" if not problems else "; ".join(problems)))
    said: Counter[tuple[bool, bool]] = Counter()
    dice = random.Random(4)
    for _ in range(BENT):
        made = bent(dice.choice(list(both.values())), dice)
        said[published.is_valid(made), ours.is_valid(made)] += 1
    print(f"of {BENT:,} bent manifests both take {said[True, True]:,} and both refuse {said[False, False]:,};")
    print(f"ours alone refuses {said[True, False]:,}, ours alone takes {said[False, True]:,}")


def bent(made: Any, dice: random.Random) -> Any:
    """One part taken out, or replaced by something else."""
    made = copy.deepcopy(made)
    holder, key = dice.choice(list(places(made)))
    if dice.random() < 0.3:
        del holder[key]
    else:
        holder[key] = copy.deepcopy(dice.choice(JUNK))
    return made


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    for key, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
        yield node, key
        if isinstance(value, (dict, list)):
            yield from places(value)


if __name__ == "__main__":
    main()
