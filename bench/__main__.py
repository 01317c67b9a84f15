"""`steward bench`, which is `python -m bench`: the benchmarks that have goals, as tables beside them.

One is added by its row in `BENCHES`; its table then has a place of its own in docs/performance.md.
"""

import argparse
import os
import platform
import re
import sys
from datetime import date
from pathlib import Path

from bench import billing, growth, interactions, sending
from bench.figures import Bench, Report
from bot import logs

ABOUT = """Measures what was promised about speed, and prints it beside the goals. It starts a Postgres of its own and
takes some minutes; the machine should have nothing else to do."""
PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
BENCHES: dict[str, Bench] = {
    "interactions": interactions.main,
    "growth": growth.main,
    "sending": sending.main,
    "billing": billing.main,
}


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for; 1 where a goal is missed."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if unknown := [name for name in chosen.what if name not in BENCHES]:
        parser.error(f"there is no benchmark {unknown[0]}; there are {', '.join(BENCHES)}")
    logs.configure("warning")
    missed = 0
    for name in chosen.what or BENCHES:
        report = BENCHES[name](chosen.quick)
        told = f"{_circumstances(chosen.quick)}\n\n{report.as_markdown()}"
        print(f"\n## {name}\n\n{told}", flush=True)
        if chosen.write:
            chosen.write.write_text(put_in(chosen.write.read_text(encoding="utf-8"), name, told), encoding="utf-8")
        missed += _tell(name, report)
    return 1 if missed else 0


def put_in(page: str, name: str, told: str) -> str:
    """The page with what was told in the place that is marked for this benchmark."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    place = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not place.search(page):
        raise SystemExit(f"The page has no place for {name}; write {begin} and {end} where it belongs.")
    return place.sub(lambda _: f"{begin}\n{told}\n{end}", page)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="steward bench", description=ABOUT)
    parser.add_argument("what", nargs="*", metavar="WHAT", help="which ones (default: all): " + ", ".join(BENCHES))
    parser.add_argument("--quick", action="store_true", help="a short round of each: to try it, not to quote it")
    parser.add_argument(
        "--write", nargs="?", type=Path, const=PAGE, metavar="PAGE",
        help="also put the tables into their places on a page (default: docs/performance.md)",
    )  # fmt: skip
    return parser


def _circumstances(quick: bool) -> str:
    where = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{date.today():%Y-%m-%d}, {where}{', a quick round: not to be quoted' if quick else ''}."  # noqa: DTZ011


def _tell(name: str, report: Report) -> int:
    for figure in report.missed:
        print(f"{name}: {figure.name} is {figure.value}, and was to be {figure.goal}.", file=sys.stderr)
    return len(report.missed)


if __name__ == "__main__":
    sys.exit(main())
