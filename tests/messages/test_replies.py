"""What is said in threads: a sentence for every move that somebody has to notice."""

import pytest

from bot.domain.outbox import Place
from bot.domain.tickets.effects import AUDIENCE
from bot.messages.replies import REPLIES


def test_every_move_that_is_announced_has_its_sentence_and_no_sentence_is_left_over():
    announced = {(action, place) for action, places in AUDIENCE.items() for place in places}
    assert announced == set(REPLIES)


@pytest.mark.parametrize(("action", "place"), list(REPLIES), ids=str)
def test_a_client_is_spoken_to_by_name_and_never_mentions_staff(action, place):
    if place is Place.CLIENT:
        words = REPLIES[action, place]
        assert "{{ actor }}" not in words
        assert "{{ owner }}" not in words
        assert "{{ assignee }}" not in words
        assert "{{ reviewer }}" not in words
