"""Interactions side by side with bare Bolt: `steward bench interactions`."""

from bench.figures import Report


def main(quick: bool) -> Report:
    return Report([])
