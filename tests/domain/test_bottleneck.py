"""Where time is lost, from hours by status. Worked examples: test_golden_workflow."""

from bot.domain import bottleneck
from bot.domain.workflow import Side, Status


def test_the_threshold_itself_names_and_just_below_it_does_not():
    assert bottleneck.named({Side.INTAKE: 0.4, Side.CLIENT: 0.3, Side.REVIEW: 0.3}) is Side.INTAKE
    assert bottleneck.named({Side.INTAKE: 0.399, Side.CLIENT: 0.301, Side.REVIEW: 0.3}) is None


def test_hours_after_closing_are_on_no_side_and_no_hours_name_nobody():
    assert bottleneck.shares({Status.CLOSED: 100.0, Status.NEW: 1.0})[Side.INTAKE] == 1.0
    assert bottleneck.named(bottleneck.shares({})) is None
