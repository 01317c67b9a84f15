import json
from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from tests.driver import Person, Slack
from tests.playground.canned import CannedApp
from tests.playground.conftest import Start, client_of
from tests.playground.parts import actions, button, field, home, modal, options, section, text_field
from tests.playground.test_chat import refusal


@pytest.fixture
def trigger(app: CannedApp, ana: Person) -> str:
    ana.opens("/request")
    return app.last("command")["trigger_id"]


@pytest.fixture
def open_view(client: WebClient, trigger: str) -> Iterator[dict]:
    view = modal(text_field("Name"), actions(button("More", "more")), submit="Send")
    return client.views_open(trigger_id=trigger, view=view)["view"]


def click_trigger(app: CannedApp, person: Person) -> str:
    person.clicks("More")
    return app.last("block_actions")["trigger_id"]


def test_a_command_opens_a_modal_for_the_one_who_typed_it(client: WebClient, trigger: str, ana: Person, bo: Person):
    view = client.views_open(trigger_id=trigger, view=modal(text_field("Name")))["view"]

    assert view["root_view_id"] == view["id"]
    assert view["state"]["values"] == {"Name": {"it": {"type": "plain_text_input", "value": None}}}
    ana.sees("A form")
    bo.does_not_see("A form")


def test_a_trigger_works_once(client: WebClient, trigger: str):
    client.views_open(trigger_id=trigger, view=modal(section()))

    assert refusal(client.views_open, trigger_id=trigger, view=modal(section()))["error"] == "exchanged_trigger_id"


def test_a_trigger_works_for_three_seconds(slack: Slack, client: WebClient, trigger: str):
    slack.advance(3.1)

    assert refusal(client.views_open, trigger_id=trigger, view=modal(section()))["error"] == "expired_trigger_id"


def test_an_invented_trigger_does_not_work(client: WebClient):
    assert refusal(client.views_open, trigger_id="1.2.x", view=modal(section()))["error"] == "invalid_trigger_id"


def test_a_refused_view_leaves_the_trigger_usable(client: WebClient, trigger: str):
    answer = refusal(client.views_open, trigger_id=trigger, view=modal(section(), title="x" * 25))

    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] failed to match all allowed schemas [json-pointer:/view]",
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]",
    ]
    assert client.views_open(trigger_id=trigger, view=modal(section()))["ok"]


def test_three_modals_are_the_most(app: CannedApp, client: WebClient, open_view: dict, ana: Person):
    view = modal(actions(button("More", "more")))
    second = client.views_push(trigger_id=click_trigger(app, ana), view=view)["view"]
    client.views_push(trigger_id=click_trigger(app, ana), view=view)

    assert second["previous_view_id"] == open_view["id"]
    assert second["root_view_id"] == open_view["id"]
    answer = refusal(client.views_push, trigger_id=click_trigger(app, ana), view=view)
    assert answer["error"] == "push_limit_reached"


def test_only_a_click_in_a_modal_can_stack_another(client: WebClient, trigger: str):
    assert refusal(client.views_push, trigger_id=trigger, view=modal(section()))["error"] == "invalid_trigger_id"


def test_an_update_needs_the_hash_that_was_seen(client: WebClient, open_view: dict):
    updated = client.views_update(view_id=open_view["id"], hash=open_view["hash"], view=modal(text_field("Name")))
    answer = refusal(client.views_update, view_id=open_view["id"], hash=open_view["hash"], view=modal(section()))

    assert updated["view"]["hash"] != open_view["hash"]
    assert answer["error"] == "hash_conflict"


def test_an_update_keeps_what_was_typed_into_the_same_field(client: WebClient, open_view: dict, ana: Person):
    ana.fills({"Name": "Ana"})
    view = modal(text_field("Name", initial_value="else"), text_field("Age"))
    updated = client.views_update(view_id=open_view["id"], view=view)["view"]

    assert updated["state"]["values"]["Name"]["it"]["value"] == "Ana"
    assert updated["state"]["values"]["Age"]["it"]["value"] is None


def test_an_update_drops_a_choice_that_is_no_longer_offered(client: WebClient, trigger: str, ana: Person):
    def form(*choices: str) -> dict:
        return modal(field("Impact", {"type": "static_select", "options": options(*choices)}))

    view_id = client.views_open(trigger_id=trigger, view=form("None", "Stopped"))["view"]["id"]
    ana.fills({"Impact": "Stopped"})

    kept = client.views_update(view_id=view_id, view=form("Stopped", "Minor"))["view"]["state"]["values"]
    dropped = client.views_update(view_id=view_id, view=form("Minor"))["view"]["state"]["values"]
    assert kept["Impact"]["it"]["selected_option"]["value"] == "stopped"
    assert dropped["Impact"]["it"]["selected_option"] is None


def test_a_closed_view_cannot_be_updated(client: WebClient, open_view: dict, ana: Person):
    ana.closes()

    assert refusal(client.views_update, view_id=open_view["id"], view=modal(section()))["error"] == "not_found"


def test_a_view_keeps_its_type(client: WebClient, open_view: dict):
    assert refusal(client.views_update, view_id=open_view["id"], view=home(section()))["error"] == "invalid_arguments"


def test_an_external_id_is_taken_once_and_finds_its_view(app: CannedApp, client: WebClient, trigger: str, ana: Person):
    view = modal(actions(button("More", "more")), external_id="mine")
    client.views_open(trigger_id=trigger, view=view)

    assert refusal(client.views_push, trigger_id=click_trigger(app, ana), view=view)["error"] == "duplicate_external_id"
    assert client.views_update(external_id="mine", view=view)["ok"]


def test_an_update_cannot_take_an_external_id(client: WebClient, open_view: dict, ana: Person):
    client.views_publish(user_id="U0BO", view=home(section()) | {"external_id": "his"})
    view = modal(section("Taken over"), external_id="his")

    assert refusal(client.views_update, view_id=open_view["id"], view=view)["error"] == "duplicate_external_id"
    ana.does_not_see("Taken over")


def test_an_external_id_that_is_taken_leaves_open_what_was_open(
    app: CannedApp, client: WebClient, open_view: dict, ana: Person
):
    client.views_publish(user_id="U0BO", view=home(section()) | {"external_id": "his"})
    view = modal(section("Instead"), external_id="his")
    answer = refusal(client.views_open, trigger_id=click_trigger(app, ana), view=view)

    assert answer["error"] == "duplicate_external_id"
    ana.sees("A form").does_not_see("Instead")


def sized(letter: str, size: int) -> dict:
    """A modal of exactly so many bytes, as Slack writes JSON: letters beyond ASCII take six each."""
    text = letter * (2450 // (len(json.dumps(letter)) - 2))
    view = modal(*(section(text) for _ in range(99)), text_field("Name"), private_metadata="")
    missing = size - len(json.dumps(view, separators=(",", ":")))
    return view | {"private_metadata": "x" * missing}


@pytest.mark.parametrize("letter", ["x", "é"])
def test_a_view_has_a_size_in_bytes(client: WebClient, trigger: str, letter: str):
    assert refusal(client.views_open, trigger_id=trigger, view=sized(letter, 250_001))["error"] == "view_too_large"
    assert client.views_open(trigger_id=trigger, view=sized(letter, 250_000))["ok"]


def test_a_home_is_published_for_one_person(client: WebClient, ana: Person, bo: Person):
    first = client.views_publish(user_id="U0ANA", view=home(section("Your requests")))["view"]
    client.views_publish(user_id="U0ANA", view=home(section("None open")), hash=first["hash"])

    ana.sees("None open").does_not_see("Your requests")
    bo.does_not_see("None open")
    answer = refusal(client.views_publish, user_id="U0ANA", view=home(section()), hash=first["hash"])
    assert answer["error"] == "hash_conflict"


@pytest.mark.parametrize("person", ["U0NOBODY", "U0DEE"])
def test_who_has_no_home(client: WebClient, person: str):
    assert refusal(client.views_publish, user_id=person, view=home(section()))["error"] == "user_not_found"


def test_a_home_has_no_submit_button(client: WebClient):
    view = home(section()) | {"submit": {"type": "plain_text", "text": "Send"}}

    assert refusal(client.views_publish, user_id="U0ANA", view=view)["error"] == "invalid_arguments"


def test_the_home_has_to_be_switched_on(start: Start):
    slack = start()
    object.__setattr__(slack.workspace.manifest, "home_tab", False)

    answer = refusal(client_of(slack).views_publish, user_id="U0ANA", view=home(section()))
    assert answer["error"] == "not_enabled"
