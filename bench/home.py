"""The Homes and the queue with much open: `python -m bench.home`.

Two databases with the same closed past, one with 100 open tickets and one with 10,000, are asked in turns. Ratios are
what counts; single times depend on the machine.
"""

import statistics
import tempfile
from pathlib import Path

from bench import history
from bench.growth import VIEWS, Past
from bot import embedded

ROUNDS = 15
FEW, MANY, CLOSED = 100, 10_000, 90_000


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as scratch, embedded.server(Path(scratch) / "pg") as server:
        few, many = (Past(history.seeded(server, f"open_{count}", closed=CLOSED, open_=count)) for count in (FEW, MANY))
        for name, view in VIEWS.items():
            turns = [(few.takes(view), many.takes(view)) for _ in range(ROUNDS)]
            small, large = (statistics.median(took) * 1000 for took in zip(*turns, strict=True))
            print(f"{name}: {FEW:,} open {small:.0f} ms, {MANY:,} open {large:.0f} ms, ratio {large / small:.1f}")


if __name__ == "__main__":
    main()
