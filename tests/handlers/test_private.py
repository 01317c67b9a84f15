"""A private request is read by leads, whoever works on it and the one who asked: nobody else, nowhere."""

import pytest

from tests.house import House

SECRET = "Remove Paul's access today"
FIELDS = {"Request type": "Access", "Short description": SECRET, "Private": True}


@pytest.fixture
def private(house: House) -> House:
    house.files_a_request(**FIELDS)
    return house


def test_its_thread_is_a_direct_message_and_its_card_tells_nothing(private: House):
    private.ana.sees(SECRET)
    assert private.ana.messages("C0ACME") == []
    private.maya.sees("Private request").sees("T-101").does_not_see(SECRET)
    for person in (private.cleo, private.bo, private.sam, private.rex):
        person.does_not_see(SECRET)


def test_it_is_found_by_a_lead_and_by_whoever_asked_and_by_nobody_else(private: House):
    private.maya.clicks("Open", on="Private request").sees(SECRET)
    private.ana.opens("/ticket T-101").sees(SECRET)
    before = private.state_of_the_world()
    for person in (private.bo, private.sam, private.cleo, private.rex):
        person.opens("/ticket T-101").sees("I can't find T-101")
        person.opens("/queue").does_not_see(SECRET).closes()
        person.opens_home().does_not_see(SECRET)
    assert private.state_of_the_world() == before


def test_whoever_it_is_given_to_can_work_on_it(private: House):
    private.maya.clicks("Open", on="Private request")
    private.maya.clicks("Assign").fills({"Who takes it": "Bo", "Hand-over note": f"{SECRET} please"}).submits()
    private.delivers()
    private.eve.sees("this one is yours").does_not_see(SECRET)
    private.bo.opens("/ticket T-101").sees(SECRET)
    private.eve.opens("/ticket T-101").sees("I can't find T-101")


def test_the_conversation_goes_on_in_the_direct_message(private: House):
    private.maya.clicks("Open", on="Private request").clicks("Take it")
    private.maya.clicks("Reply to client").sees("Only Ana reads this").fills({"Reply": "Done at noon"}).submits()
    private.delivers()
    private.ana.sees("*Maya:* Done at noon")
    place = private.one("select channel_slack_id, ts from post where subject = 'ticket' and place = 'client'")
    assert place["channel_slack_id"].startswith("D")
    private.ana.types(place["channel_slack_id"], "Thank you, Paul is out", thread=place["ts"])
    private.slack.settle()
    private.delivers()
    private.eve.sees("Ana wrote on this private request").does_not_see("Paul is out").does_not_see("Done at noon")
    private.cleo.does_not_see("Paul is out")
    private.maya.closes()
    private.maya.opens("/ticket T-101").sees("Paul is out")


def test_the_digest_names_it_only_by_its_key(private: House):
    private.passes(days=1)
    private.ticks()
    private.eve.sees("Queue review").sees("Private request").does_not_see(SECRET)


def test_nobody_follows_it(private: House):
    before = private.state_of_the_world()
    private.ana.opens("/ticket T-101").clicks("Follow").sees("is private: nobody else can follow it")
    assert private.state_of_the_world() == before
