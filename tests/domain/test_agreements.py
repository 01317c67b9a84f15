"""Whether a request may cost extra, from what the account has bought."""

from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import event

from bot.domain import accounts, agreements, people
from bot.domain.accounts import Account
from bot.domain.agreements import Agreement, AgreementType
from tests.cast import by_name


def bought(type_: str = "retainer", **more) -> Agreement:
    return Agreement(account_id=1, type=AgreementType(type_), starts=date(2026, 1, 1), **more)


@pytest.mark.parametrize(
    ("agreement", "system", "extra"),
    [
        (bought("time_and_materials"), None, True),
        (bought("time_and_materials", scope=["Zendesk"]), "Zendesk", True),
        (bought(scope=["Zendesk"]), None, False),
        (bought(scope=["Zendesk"]), "", False),
        (bought(scope=["Zendesk"]), "our ZENDESK instance", False),
        (bought(scope=["Zendesk"]), "Shopify", True),
        (bought(scope=[]), "Shopify", False),
        (bought("fixed", excluded=["Salesforce"]), "salesforce reports", True),
        (bought(scope=["Zendesk"], excluded=["Zendesk Sell"]), "Zendesk Sell", True),
    ],
)
def test_a_request_may_cost_extra_where_hours_are_charged_or_it_stands_outside(agreement, system, extra):
    assert agreement.may_be_billable(system) is extra


def test_an_account_has_its_own_agreement_or_none(session):
    bare = Account(name="Bare")
    session.add(bare)
    session.flush()
    assert agreements.of(session, by_name(session, "Umbrella").id).type is AgreementType.TIME_AND_MATERIALS
    assert agreements.of(session, bare.id) is None


def test_a_contact_brings_their_account_and_agreement_along(cast_sessions):
    with cast_sessions.begin() as session, counting(session) as asked:
        assert agreements.enter(session, "U0REX").name == "Rex"
        account = accounts.by_id(session, session.info["came along"][0].id)
        assert account.name == "Umbrella"
        assert agreements.of(session, account.id).type is AgreementType.TIME_AND_MATERIALS
    assert len(asked) == 1, asked


@pytest.mark.parametrize("slack_id", ["U0BO", "U0NOBODY"])
def test_nobody_else_brings_one(cast_sessions, slack_id):
    with cast_sessions.begin() as session:
        person = agreements.enter(session, slack_id)
        assert (person is None) == (slack_id == "U0NOBODY")
        assert [one for one in session.info.get("came along", ()) if one is not None] == []


def test_whose_access_has_ended_brings_none(cast_sessions):
    with cast_sessions.begin() as session:
        people.enter_as_system(session)
        people.by_slack_id(session, "U0REX").active = False
    with cast_sessions.begin() as session:
        assert agreements.enter(session, "U0REX").active is False
        assert session.info["came along"] == [None, None]


@contextmanager
def counting(session):
    asked = []
    engine = session.get_bind()
    note = lambda *args: asked.append(args[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)
