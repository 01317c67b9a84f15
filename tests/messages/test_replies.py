"""What is said in threads: a sentence for every move that somebody has to notice."""

from bot.domain.tickets.effects import AUDIENCE
from bot.messages.replies import REPLIES


def test_every_move_that_is_announced_has_its_sentence_and_no_sentence_is_left_over():
    announced = {(action, place) for action, places in AUDIENCE.items() for place in places}
    assert announced == set(REPLIES)
