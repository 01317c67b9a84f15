"""Time categories and billing codes come in pairs, so that nobody has to think."""

import pytest

from bot.domain.codes import CATEGORIES, CODES, Category, Code, default_code


@pytest.mark.parametrize(
    ("category", "code"),
    [
        ("ticket_resolution", "included"),
        ("monitoring_maintenance", "included"),
        ("client_communication", "included"),
        ("escalation_support", "included"),
        ("process_improvement", "internal"),
        ("billing_admin", "internal"),
    ],
)
def test_a_category_has_a_code_of_its_own(category, code):
    assert default_code(Category(category)) == code


@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize("code", Code)
def test_the_tickets_own_code_wins(category, code):
    assert default_code(category, code) is code


def test_every_category_and_code_has_a_word_for_people():
    assert CATEGORIES.keys() == set(Category)
    assert CODES.keys() == set(Code)
    words = [*(category.label for category in Category), *(code.label for code in Code)]
    assert len(set(words)) == len(words) == 11
    assert all(word[0].isupper() and "_" not in word for word in words)


def test_the_codes_are_the_five_of_the_model():
    assert [*map(str, Code)] == ["included", "out_of_scope", "project", "advisory", "internal"]
