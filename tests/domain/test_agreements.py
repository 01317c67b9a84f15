"""Whether a request may cost extra, from what the account has bought."""

from datetime import date

import pytest

from bot.domain import agreements
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
