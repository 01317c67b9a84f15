"""How the fault suite's figures read; apart from the suite, so that pytest can print them without it."""

LINE = "line of the table of faults"
PROBED = "what the probes covered"
HEADINGS = ["fault", "points", "sent", "acknowledged", "lost", "doubled", "wrongly refused"]


def table(rows: list[list[str]]) -> str:
    """Markdown, aligned, to be read in a terminal and pasted into a note."""
    widths = [max(len(row[at]) for row in [HEADINGS, *rows]) for at in range(len(HEADINGS))]

    def line(cells: list[str]) -> str:
        first, *numbers = [f"{cell:<{width}}" if at == 0 else f"{cell:>{width}}"
                           for at, (cell, width) in enumerate(zip(cells, widths, strict=True))]  # fmt: skip
        return f"| {' | '.join([first, *numbers])} |"

    rule = f"|{'|'.join('-' * (width + 1) + (':' if at else '-') for at, width in enumerate(widths))}|"
    return "\n".join([line(HEADINGS), rule, *map(line, rows)])
