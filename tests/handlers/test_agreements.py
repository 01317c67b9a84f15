"""Agreements made in Slack: who sees what of them, who makes a version, and what is refused beside its field."""

import json

import pytest

from bot.modals import agreement_form, form
from tests.driver import Person
from tests.house import House
from tests.slack.desk import does

OF_ALL_TYPES = {"Starts", "Currency", "Hourly rate", "Out of scope, an hour", "Ends", "Tax, in %"}


def gives(house: House, name: str, *roles: str) -> None:
    does(house, "update person set roles = :roles where name = :name", roles=list(roles), name=name)


def opens_form(house: House, person: Person | None = None) -> Person:
    return (person or house.sam).opens("/review agreements Acme").clicks("New version")


def plain(person: Person) -> str:
    return person.modal_text().replace("*", "").replace("`", "")


def made(house: House) -> list[dict]:
    return house.rows("select * from agreement where made_by_id is not null order by id")


def errors(person: Person) -> dict[str, str]:
    return (person.modal() or {})["errors"]


# --- what is seen


def test_bare_review_leads_to_the_three_and_each_person_sees_theirs(house: House):
    house.sam.opens("/review")
    assert all(word in plain(house.sam) for word in ("Agreements", "Billing", "Invoices"))
    house.bo.opens("/review")
    assert "Billing" not in plain(house.bo)
    house.bo.clicks("Open")
    assert "Acme" in plain(house.bo)


def test_the_list_tells_what_counts_now_and_what_comes(house: House):
    opens_form(house).fills({"Included a month": "50"}).submits().closes()
    house.sam.opens("/review agreements")
    text = plain(house.sam)
    assert "Retainer, 40h a month, 150.00 EUR an hour, since 1 Jan 2026" in text
    assert "From 1 Dec 2026: Retainer, 50h a month, 150.00 EUR an hour" in text
    assert "Time and materials, 15,000 JPY an hour" in text


def test_an_engineer_sees_hours_and_no_rates_and_makes_none(house: House):
    house.bo.opens("/review agreements acme")
    text = plain(house.bo)
    assert "Hours: 40h a month; up to 20h of what is left go into the next month" in text
    assert "In scope: Zendesk, Help centre" in text
    assert "EUR" not in text
    assert "%" not in text.split("From 1 Jan 2026")[1]
    assert "[New version]" not in text
    house.bo.opens("/review agreements")
    assert "EUR" not in plain(house.bo)
    assert "JPY" not in plain(house.bo)


@pytest.mark.parametrize(
    ("role", "sees", "makes"),
    [("lead", True, False), ("service_owner", True, False), ("account_manager", True, True), ("finance", True, True),
     ("executive", True, True), ("admin", True, True), ("engineer", False, False), ("approver", False, False)],
)  # fmt: skip
def test_each_role_sees_and_does_what_it_may(house: House, role: str, sees: bool, makes: bool):
    gives(house, "Eve", role)
    house.eve.opens("/review agreements Acme")
    assert ("150.00 EUR" in plain(house.eve)) is sees
    assert ("[New version]" in plain(house.eve)) is makes
    house.eve.closes()
    house.eve.opens_home()
    assert ("[Agreements]" in house.eve.home_text()) is sees


def test_clients_are_told_whom_to_ask_and_see_nothing(house: House):
    before = house.state_of_the_world()
    for person in (house.ana, house.cleo, house.rex):
        for typed in ("/review", "/review agreements", "/review agreements Acme"):
            person.opens(typed)
            assert person.modal() is None
            person.sees("/review is for our team. Ask your account manager what your agreement covers")
    house.ana.opens("/review help").sees("`/review` is for our team.")
    assert house.state_of_the_world() == before


def test_a_name_that_is_none_or_several_is_told(house: House):
    house.sam.opens("/review agreements Initech").sees("I know no account called “Initech”")
    does(house, "insert into account (name, timezone) values ('Acme Labs', 'UTC')")
    house.sam.opens("/review agreements acme l")
    assert "No agreement yet." in plain(house.sam)
    house.sam.closes()
    house.sam.opens("/review agreements acm").sees("Which account: Acme, Acme Labs? Write its whole name.")


def test_a_word_that_review_does_not_know_is_told(house: House):
    house.sam.opens("/review agrements").sees("Did you mean “agreements”?")


def test_the_month_is_seen_with_what_is_used_and_promised(house: House):
    does(house, "update account set billed_through = '2026-10-31', billed_carry = 120 where name = 'Acme'")
    house.files_a_request()
    house.bo.opens("/time T-101 3h rebuilt the index")
    house.bo.clicks("Take it", on="Triage due")
    house.delivers()
    house.bo.clicks("Start", on="Help centre search").fills({"Estimate": "5h", "Billing code": "Included"}).submits()
    house.bo.opens("/review agreements Acme")
    assert "November so far: 3h of 42h used, 2h promised" in plain(house.bo)
    assert "2h of the 42h came over from the month before, and are used first." in plain(house.bo)
    assert "Billed up to the end of October 2026." in plain(house.bo)


# --- a new version


def test_the_form_begins_with_what_counts_and_the_first_of_next_month(house: House):
    opens_form(house)
    state = json.dumps(house.sam.modal())
    for filled in ("2026-12-01", "40h", "50", "150", "EUR", "Zendesk, Help centre", "Salesforce"):
        assert f'"{filled}"' in state, filled


def test_a_version_is_made_told_and_seen_and_the_one_before_stays(house: House):
    opens_form(house).fills({
        "Included a month": "37,5", "Rollover cap, in %": "25 %", "Hourly rate": "160,50",
        "Rate beyond the allowance, an hour": "180 EUR", "Project, an hour": "140", "Fixed fee a month": "5200",
        "In scope": "Zendesk\nShopify, zendesk", "Out of scope": "", "Types not covered": ["Planning"],
        "Advisory work": True, "Ends": "2027-11-30", "Tax, in %": "19", "Payment due after, in days": "30",
        "Burn-down": True, "Round time": "Down", "To so many minutes": "6", "Rounded is": "Each entry",
    }).submits()  # fmt: skip
    house.delivers()
    text = plain(house.sam)
    for line in (
        "From 1 Dec 2026 · to come", "From 1 Jan 2026 · in force", "Made by @sam on 23 Nov 2026.",
        "Hours: 37h 30m a month; up to 9h 22m of what is left go into the next month; advisory work takes from it",
        "Rate: 160.50 EUR an hour, 180.00 EUR beyond the allowance, Project 140.00 EUR", "Fee: 5,200.00 EUR a month",
        "Rounding: down 6m, each entry", "In scope: Zendesk, Shopify", "Not covered: Planning",
        "Ends: renews after 30 Nov 2027", "Invoices: due after 30 days, 19 % tax",
        "Burn-down: the client is told as well",
    ):  # fmt: skip
        assert line in text, line
    (row,) = made(house)
    assert (row["included_minutes"], str(row["rate_amount"]), row["excluded"]) == (2250, "160.50", [])
    assert row["made_at"] == house.now
    before, after = (house.one("select data from event where kind = 'agreement_made'")["data"][side]
                     for side in ("before", "after"))  # fmt: skip
    assert (before["rate_amount"], after["rate_amount"]) == ("150", "160.5")


def test_the_billing_channel_hears_of_it_without_amounts(house: House):
    does(house, "update provider set channels = channels - 'billing'")  # then triage reads it
    opens_form(house).fills({"Included a month": "50", "Hourly rate": "175"}).submits()
    house.delivers()
    house.bo.sees("@sam made a new version of *Acme*’s agreement, from 1 Dec 2026 on: retainer, 50h a month. "
                  "Changed: hours, rate.")  # fmt: skip
    house.bo.does_not_see("175")
    house.ana.does_not_see("new version")
    house.rex.does_not_see("new version")


def test_what_was_typed_wrong_is_put_right_by_another_version_with_the_same_start(house: House):
    opens_form(house).fills({"Hourly rate": "1600"})
    assert "Mistyped? Make another version with the same start" in plain(house.sam)
    house.sam.submits().clicks("New version").fills({"Hourly rate": "160"}).submits()
    assert "1,600" not in plain(house.sam)
    assert [str(row["rate_amount"]) for row in made(house)] == ["1600.00", "160.00"]


def test_fields_appear_with_the_type_they_are_for_and_what_was_typed_stays(house: House):
    opens_form(house).fills({"Included a month": "44", "Hourly rate": "170"})
    for kind, has, lacks in [
        ("Time and materials", set(), {"Included a month", "Fixed fee a month", "Price of a request, by type"}),
        ("Fixed", {"Fixed fee a month"}, {"Included a month", "Price of a request, by type"}),
        ("Usage", {"Price of a request, by type", "Fixed fee a month"}, {"Included a month", "Rollover cap"}),
        ("Retainer", {"Included a month", "Rollover cap", "Advisory work"}, {"Price of a request, by type"}),
    ]:  # fmt: skip
        house.sam.fills({"Type": kind})
        text = plain(house.sam)
        assert all(label in text for label in has | OF_ALL_TYPES), kind
        assert not [label for label in lacks if label in text], kind
    house.sam.submits()
    (row,) = made(house)
    assert (row["included_minutes"], row["type"], str(row["rate_amount"])) == (44 * 60, "retainer", "170.00")


def test_usage_is_priced_a_line_a_type(house: House):
    opens_form(house).fills({"Type": "Usage", "Price of a request, by type": "Incident: 40\nquestion: 12,50 EUR\n"})
    house.sam.submits()
    assert "A request: Incident 40.00 EUR, Question 12.50 EUR" in plain(house.sam)
    (row,) = made(house)
    assert (row["included_minutes"], row["rollover_cap"]) == (0, 0)  # what only a retainer has is gone


def test_a_retainer_of_money_says_its_amount_to_those_who_may_see_money(house: House):
    opens_form(house).fills({"Included a month": "4000 EUR", "After hours, times the rate": "1,5"}).submits()
    (row,) = made(house)
    assert (str(row["included_amount"]), row["included_minutes"], str(row["after_hours_multiplier"])) == (
        "4000.00", 0, "1.50"
    )  # fmt: skip
    text = plain(house.sam)
    assert "Includes: 4,000.00 EUR a month; up to 2,000.00 EUR of what is left go into the next month" in text
    assert "after hours times 1.5" in text
    house.bo.opens("/review agreements acme")
    assert "Includes: an amount of work a month; up to 50 % of what is left go into the next month" in plain(house.bo)
    assert "4,000" not in plain(house.bo)
    house.sam.closes()
    opens_form(house)
    assert "<4000 EUR>" in house.sam.modal_text()


def test_the_month_of_an_amount_is_a_share_to_those_who_may_not_see_money(house: House):
    house.files_a_request()
    told = {"Starts": "2026-11-01", "Included a month": "1000 EUR", "Hourly rate": "100", "Rollover cap, in %": ""}
    opens_form(house).fills(told).submits()
    house.bo.opens("/time T-101 9h rebuilt all of it")
    house.bo.opens("/review agreements acme")
    assert "November so far: 90 % used; runs out on " in plain(house.bo)
    assert "EUR" not in plain(house.bo)
    house.sam.opens("/review agreements acme")
    assert "November so far: 900.00 EUR of 1,000.00 EUR used; runs out on " in plain(house.sam)


BAD = [
    ({"Included a month": "-5"}, "included", "I can't read “-5” as a time"),
    ({"Included a month": "many"}, "included", "I can't read “many” as a time"),
    ({"Included a month": "0"}, "included", "outside a month’s hours"),
    ({"Included a month": "4000 USD"}, "included", "That is in USD, and the agreement is in EUR"),
    ({"Included a month": "4000 EUR", "Hourly rate": ""}, "rate", "what work takes from the amount"),
    ({"Included a month": "4000 EUR", "Rate beyond the allowance, an hour": "170"}, "overage", "Leave it empty"),
    ({"After hours, times the rate": "0.5"}, "after_hours", "from 1 to 10, as in 1.5"),
    ({"After hours, times the rate": "twice"}, "after_hours", "from 1 to 10, as in 1.5"),
    ({"Hourly rate": "-150"}, "rate", "no minus, no separators"),
    ({"Hourly rate": "0"}, "rate", "more than 0, or leave it empty"),
    ({"Hourly rate": "a lot"}, "rate", "I can’t read “a lot” as an amount"),
    ({"Hourly rate": "1.500"}, "rate", "Write 1500 or 1500.50"),
    ({"Hourly rate": "150 USD"}, "rate", "That is in USD, and the agreement is in EUR. Make them the same."),
    ({"Advisory, an hour": "USD 150"}, "rate_advisory", "That is in USD"),
    ({"Fixed fee a month": "9999999999"}, "fee", "Please check the figure"),
    ({"Currency": "E1"}, "currency", "three letters"),
    ({"Currency": "ERU"}, "currency", "“ERU” is no currency. Write its three letters, as in EUR."),
    ({"Rollover cap, in %": "101"}, "rollover_cap", "a percentage from 0 to 100"),
    ({"Tax, in %": "-1"}, "tax", "a percentage from 0 to 99"),
    ({"To so many minutes": "0"}, "unit", "a whole number from 1 to 480"),
    ({"Payment due after, in days": "400"}, "payment_days", "a whole number from 0 to 365"),
    ({"Ends": "2026-11-30"}, "ends", "That is before it starts, on 1 Dec 2026. Choose a later day."),
    ({"Starts": "2026-12-15"}, "starts", "A new version begins with a month"),
    ({"Type": "Usage", "Price of a request, by type": "Incidents: 40"}, "prices", "“Incidents” is not known."),
    ({"Where a role costs something else, an hour": "Out of scope: 40"}, "role_rates", "“Out of scope” is not known."),
    ({"Where a role costs something else, an hour": "Project, lead: 40 USD"}, "role_rates", "That is in USD"),
    (
        {"Where a role costs something else, an hour": "Project, lead: 40\nproject, lead: 41"},
        "role_rates",
        "“project, lead” stands there twice.",
    ),
    ({"Type": "Usage", "Price of a request, by type": "Incident: 4\nincident: 5"}, "prices", "stands there twice"),
    ({"Type": "Usage", "Price of a request, by type": "Incident: 40 USD"}, "prices", "That is in USD"),
]


@pytest.mark.parametrize(("typed", "field", "sentence"), BAD, ids=[f"{row[1]} {row[2][:20]}" for row in BAD])
def test_what_is_wrong_is_told_beside_its_field(house: House, typed: dict, field: str, sentence: str):
    opens_form(house).fills(typed)
    before = house.state_of_the_world()
    house.sam.submits(refused=sentence)
    assert list(errors(house.sam)) == [field]
    assert house.state_of_the_world() == before


@pytest.mark.parametrize(
    ("kind", "field"),
    [("retainer", "included"), ("time_and_materials", "rate"), ("fixed", "fee"), ("usage", "prices")],
)
def test_what_a_type_cannot_do_without_is_asked_for(kind: str, field: str):
    typed = {"type": "plain_text_input", "value": None}
    values = {"type": {"a": {"type": "static_select", "selected_option": {"value": kind}}},
              "starts": {"a": {"type": "datepicker", "selected_date": "2026-12-01"}},
              "currency": {"a": {**typed, "value": "EUR"}}, field: {"a": typed}}  # fmt: skip
    with pytest.raises(form.Invalid) as wrong:
        form.read(agreement_form.Form, {"state": {"values": values}})
    assert list(wrong.value.errors) == [field]


def test_every_mistake_is_told_at_once(house: House):
    opens_form(house).fills({"Included a month": "x", "Hourly rate": "0", "Tax, in %": "200", "Currency": "1"})
    house.sam.submits(refused="I can't read")
    assert set(errors(house.sam)) == {"included", "rate", "tax", "currency"}


def test_a_locked_month_stays_as_it_is(house: House):
    does(house, "update account set billed_through = '2026-12-31' where name = 'Acme'")
    opens_form(house)
    assert "2027-01-01" in json.dumps(house.sam.modal())  # the first that is not billed yet
    house.sam.fills({"Starts": "2026-12-01", "Hourly rate": "200"})
    before = house.state_of_the_world()
    house.sam.submits(refused="Acme is billed up to the end of December 2026, and that stays as it is.")
    assert list(errors(house.sam)) == ["starts"]
    assert house.state_of_the_world() == before


def test_the_same_terms_again_are_no_version(house: House):
    opens_form(house)
    before = house.state_of_the_world()
    house.sam.submits(refused="That is what counts from that day on already.")
    assert house.state_of_the_world() == before


def test_of_two_who_make_one_at_once_the_second_looks_first(house: House):
    gives(house, "Eve", "finance")
    opens_form(house).fills({"Hourly rate": "160"})
    opens_form(house, house.eve).fills({"Hourly rate": "170"}).submits()
    before = house.state_of_the_world()
    house.sam.submits(refused="Somebody else made a version for Acme meanwhile.")
    assert house.state_of_the_world() == before


def test_the_same_form_delivered_twice_is_one_version(house: House):
    opens_form(house).fills({"Hourly rate": "160"}).submits()
    assert house.sends_payload(house.last_sent("view_submission")) == (200, "")
    assert len(made(house)) == 1


def test_who_may_not_make_one_cannot_by_a_forged_press_or_form(house: House):
    opens_form(house)
    press = house.last_sent("block_actions")
    house.sam.fills({"Hourly rate": "160"}).submits()
    submission = house.last_sent("view_submission")
    before, shown = house.state_of_the_world(), len(house.slack.calls)
    for person in (house.bo, house.maya, house.ana, house.rex):
        for payload in (press, submission):
            payload["user"]["id"] = person.id
            payload["view"]["id"] = f"V{person.id}"
            assert house.sends_payload(payload)[0] == 200
    for person in (house.ana, house.rex):
        for name, value in (("agreement.open", "1"), ("agreement.list", ""), ("review.open", "agreements")):
            press["user"]["id"] = person.id
            press["actions"][0] |= {"action_id": name, "value": value}
            assert house.sends_payload(press)[0] == 200
    opened = [str(call.args) for call in list(house.slack.calls)[shown:] if call.method.startswith("views.")]
    assert len(opened) == 4 + 2 * 3
    assert not [view for view in opened if "Not done" not in view]
    assert house.state_of_the_world() == before


def test_rates_by_role_stand_in_the_form_and_are_changed_there(house: House):
    does(house, "insert into agreement (account_id, type, starts, included_minutes, rollover_cap, rate_amount,"
         " rate_currency, rounding, scope, excluded, rates) select id, 'retainer', '2026-11-01', 2400, 0, 150, 'EUR',"
         " '{}', '[]', '[]', '[{\"code\": \"out_of_scope\", \"role\": \"lead\", \"amount\": \"190.50\"}]'"
         " from account where name = 'Acme'")  # fmt: skip
    opens_form(house)
    house.sam.fills({"Out of scope, an hour": "170"}).submits()
    assert "Out of scope 170.00 EUR, Out of scope (lead) 190.50 EUR" in plain(house.sam)
    house.sam.clicks("New version")
    by_role = "Where a role costs something else, an hour"
    house.sam.fills({by_role: "Out of  scope, LEAD: 210,50\nadvisory, service owner: 220 EUR"}).submits()
    assert "Out of scope (lead) 210.50 EUR, Advisory (service owner) 220.00 EUR" in plain(house.sam)


def test_a_first_agreement_begins_with_this_month(house: House):
    does(house, "insert into account (name, timezone) values ('Globex', 'UTC')")
    house.sam.opens("/review agreements globex").clicks("New agreement")
    house.sam.fills({"Type": "Time and materials", "Hourly rate": "140", "Currency": "usd"}).submits()
    assert "From 1 Nov 2026 · in force" in plain(house.sam)
    assert "140.00 USD an hour" in plain(house.sam)


# --- the Home, and cards


def test_the_home_tells_who_runs_low_to_those_who_talk_to_clients(house: House):
    does(house, "update account set billed_through = '2026-10-31' where name = 'Acme'")
    house.files_a_request()
    house.bo.opens("/time T-101 12h one").opens("/time T-101 12h two").opens("/time T-101 12h three")
    house.sam.opens_home()
    text = house.sam.home_text().replace("*", "")
    assert "Allowances\nAcme: 36h of 40h used; runs out on" in text
    house.bo.opens_home()
    assert "Allowances" not in house.bo.home_text()
    house.ana.opens_home()
    assert "36h" not in house.ana.home_text()
    house.sam.clicks("Agreements")
    assert "Acme" in plain(house.sam)


@pytest.mark.parametrize("tells", [True, False])
def test_the_cards_tell_it_where_it_matters_and_the_client_reads_what_it_chose(house: House, tells: bool):
    does(house, "update account set billed_through = '2026-10-31' where name = 'Acme'")
    if tells:
        opens_form(house).fills({"Starts": "2026-11-01", "Burn-down": True}).submits().closes()
    house.files_a_request()
    house.bo.does_not_see("Allowance on")
    house.bo.opens("/time T-101 12h one").opens("/time T-101 12h two").opens("/time T-101 12h three")
    house.bo.clicks("Take it", on="Help centre search")
    house.delivers()
    house.bo.sees("Allowance on Mon 23 Nov: 36h of 40h used; runs out on")
    if tells:
        house.ana.sees("As of Mon 23 Nov, 4h of November’s 40h are left.")
    else:
        house.ana.does_not_see("November’s 40h")
    house.ana.does_not_see("runs out on")
