"""What people say in Slack, as plain words: no markup in titles, nothing lost, greetings known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.intakes import LONGEST_TITLE
from bot.slack.said import is_small_talk, mentioned, plain, said, title_and_details

NAMES = {"U0BO": "Bo"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<@U0BO> knows", "@Bo knows"),
        ("<@U0NEW|newt> and <@U0NOBODY>", "@newt and @somebody"),
        ("<@U0STEWARD> the search is empty", "the search is empty"),
        ("hey <@U0STEWARD>, the search is empty", "hey the search is empty"),
        ("see <#C0ACME|acme> and <#C0X>", "see #acme and a channel"),
        ("<!here> <!channel> <!subteam^S1|@leads> <!subteam^S2>", "@here @channel @leads a group"),
        ("<!date^1795428000^{date}|Mon 23 Nov>", "Mon 23 Nov"),
        ("<https://shop.example/a?b=1&amp;c=2>", "https://shop.example/a?b=1&c=2"),
        ("<https://shop.example|shop.example>", "https://shop.example"),
        ("<https://shop.example/x|the shop>", "the shop (https://shop.example/x)"),
        ("<mailto:ana@acme.example|ana@acme.example>", "ana@acme.example"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("one\n  two  \n", "one\ntwo"),
        ("no\x00thing", "nothing"),
    ],
)
def test_slacks_markup_becomes_words(text: str, words: str):
    assert plain(text, NAMES, "U0STEWARD") == words


def test_mentions_are_found():
    assert mentioned("<@U0BO> and <@W0EVE|eve>, not <#C0ACME>") == {"U0BO", "W0EVE"}


@pytest.mark.parametrize(
    ("words", "title", "details"),
    [
        ("", "", ""),
        ("The search is empty", "The search is empty", ""),
        ("The search is empty. Since Monday.", "The search is empty.", "Since Monday."),
        ("Is the search empty? I see nothing", "Is the search empty?", "I see nothing"),
        ("Please check e.g. the report of Monday", "Please check e.g. the report of Monday", ""),
        ("Hi. The search is empty", "Hi. The search is empty", ""),
        ("The search is empty\nSince Monday\n\nAna", "The search is empty", "Since Monday\n\nAna"),
        ("Hi team,\nthe search is empty", "the search is empty", "Hi team,\nthe search is empty"),
        ("*Urgent:* the _search_ is ~not~ `empty`", "Urgent: the search is not empty", ""),
        ("> quoted words of ours", "quoted words of ours", ""),
        ("• the search is empty\n• so is the shop", "the search is empty", "• so is the shop"),
        ("2 * 3 * 4 snake_case_name stays", "2 * 3 * 4 snake_case_name stays", ""),
        ("レポートが空です。今朝からです。", "レポートが空です。今朝からです。", ""),
    ],
)
def test_the_first_line_or_sentence_is_the_title_and_the_rest_the_details(words: str, title: str, details: str):
    assert title_and_details(words) == (title, details)


def test_a_title_that_is_cut_leaves_the_whole_in_the_details():
    words = "The weekly report is empty since the night of the upgrade, " * 4
    title, details = title_and_details(words)
    assert (len(title), title[-1], details) == (LONGEST_TITLE, "…", words)


@given(st.text())
def test_nothing_that_was_written_is_lost_and_a_title_is_one_short_line(words: str):
    title, details = title_and_details(words)
    assert len(title) <= LONGEST_TITLE
    assert len(title.splitlines()) <= 1
    letters = [letter for letter in words if letter.isalnum()]
    assert sorted(letters) == sorted(x for x in title + details if x.isalnum()) or details == words


@pytest.mark.parametrize("words", ["", "Hi!", "hello there", ":wave:", "help", "Good morning", "what can you do?"])
def test_a_greeting_is_small_talk(words: str):
    assert is_small_talk(words)


@pytest.mark.parametrize("words", ["help, the shop is down", "The search is empty", "レポートが空です", "404 error"])
def test_a_wish_is_not(words: str):
    assert not is_small_talk(words)


@pytest.mark.parametrize("more", [{"bot_id": "B1"}, {"subtype": "bot_message"}, {"subtype": "channel_join"},
                                  {"subtype": "tombstone"}])  # fmt: skip
def test_only_a_persons_message_has_an_author(more: dict[str, str]):
    assert said("C0ACME", {"ts": "1.1", "user": "U0ANA", "text": "x"} | more).author is None
    assert said("C0ACME", {"ts": "1.1", "user": "U0ANA", "text": "x"}).author == "U0ANA"


def test_many_files_with_long_names_fit_into_a_form():
    sent = [{"id": f"F0{n:09}", "name": "n" * 300, "permalink": "https://x.slack.com/" + "p" * 180} for n in range(20)]
    sent.append({"name": "without an id"})
    files = said("C0ACME", {"ts": "1.1", "user": "U0ANA", "files": sent}).files
    assert len(files) == 10
    assert len(str(files)) < 2200
    assert files[0]["permalink"] == sent[0]["permalink"]
    assert files[9]["permalink"] == ""
