import pytest
from slack_sdk import WebClient

from tests.driver import Person
from tests.playground.canned import CannedApp
from tests.playground.parts import actions, button, field, home, modal, options, section, text_field


def test_it_presses_only_what_is_there(client: WebClient, ana: Person):
    client.chat_postMessage(channel="C0ACME", text="x", blocks=[section("T-1 Printer"), actions(button("Start"))])

    with pytest.raises(AssertionError, match="sees no button 'Close'") as caught:
        ana.clicks("Close")
    assert "Steward: T-1 Printer\n[Start]" in str(caught.value)


def test_it_wants_to_know_which_one(app: CannedApp, client: WebClient, ana: Person):
    for key in ("T-1", "T-2"):
        client.chat_postMessage(channel="C0ACME", text="x", blocks=[section(key), actions(button("Start", value=key))])

    with pytest.raises(AssertionError, match="2 times the button 'Start'"):
        ana.clicks("Start")
    ana.clicks("Start", on="T-2")
    assert app.last("block_actions")["actions"][0]["value"] == "T-2"
    ana.clicks("Start", on=ana.messages("C0ACME")[0])
    assert app.last("block_actions")["actions"][0]["value"] == "T-1"


def test_it_reads_a_form_as_a_person_does(app: CannedApp, client: WebClient, ana: Person):
    ana.opens("/request")
    impact = field("Impact", {"type": "static_select", "options": options("None", "Stopped")})
    view = modal(text_field("Short description"), impact, title="New request")
    client.views_open(trigger_id=app.last("command")["trigger_id"], view=view)
    ana.fills({"Short description": "Printer", "Impact": "Stopped"})

    assert ana.modal_text() == (
        "### New request ###\nShort description: <Printer>\nImpact: <Stopped of None / Stopped>\n[Send]"
    )
    with pytest.raises(AssertionError, match="sees no field 'Details'"):
        ana.fills({"Details": "x"})
    with pytest.raises(AssertionError, match="'Huge' is not offered; there is 'None', 'Stopped'"):
        ana.fills({"Impact": "Huge"})


def test_it_tells_a_refusal_from_a_success(app: CannedApp, ana: Person):
    with pytest.raises(AssertionError, match="Expected the refusal"):
        ana.opens("/request", refused="not a valid command")
    with pytest.raises(AssertionError, match="could not command"):
        ana.opens("/dance")


def test_it_sees_what_arrives_later(client: WebClient, ana: Person):
    client.views_publish(user_id="U0ANA", view=home(section("Your requests")))

    ana.sees("Your requests", within=1)
    with pytest.raises(AssertionError, match="does not see 'Nothing'"):
        ana.sees("Nothing")
    with pytest.raises(AssertionError, match="sees 'Your requests'"):
        ana.does_not_see("Your requests")
