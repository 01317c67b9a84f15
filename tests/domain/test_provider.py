"""The provider's own row."""

import pytest
from sqlalchemy.exc import IntegrityError

from bot.domain import provider
from bot.domain.errors import Refused
from bot.domain.provider import Provider


def test_before_it_is_set_up_it_says_who_does_that(sessions):
    with sessions.begin() as session:
        assert provider.find(session) is None
        with pytest.raises(Refused, match="An admin runs `steward apply`"):
            provider.get(session)


def test_it_has_its_own_calendar_and_channel(session):
    firm = provider.get(session)
    assert (firm.calendar.zone, firm.calendar.country, firm.triage_channel) == ("Europe/London", "GB", "C0TRIAGE")


def test_there_is_only_one(session):
    session.add(Provider(id=2, team_slack_id="T0OTHER"))
    with pytest.raises(IntegrityError, match="ck_provider_one_row"):
        session.flush()
