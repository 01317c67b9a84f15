"""`steward check`: each thing that can be wrong is found, named, and comes with what to press; nothing is changed."""

import dataclasses
import json
import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot import check, cli, embedded
from bot.check import slack as reading_slack
from bot.check.findings import Mark, Report
from bot.check.looking import reading
from bot.slack import manifest
from tests.check.conftest import a_closed_port
from tests.house import House
from tests.slack.desk import delivers, does, files


def says(report: Report, words: str, mark: Mark = Mark.WRONG) -> str:
    """The only finding with these words; its advice."""
    found = [finding for finding in report.findings if words in finding.says]
    assert len(found) == 1, report.as_text()
    assert found[0].mark is mark, report.as_text()
    return found[0].press


def grants(house: House, *scopes: str) -> None:
    local = house.slack.workspace
    local.manifest = dataclasses.replace(local.manifest, scopes=scopes)


# --- all is well


def test_a_house_in_order_has_nothing_to_put_right(house: House, looks):
    report = looks()
    assert report.wrong == [], report.as_text()
    assert report.as_text().endswith("Everything is in place.")
    assert list(report.groups) == ["Environment", "Database", "Setup", "Slack", "Channels", "People", "Posts"]
    assert "8 of 8 people" in report.as_text()


def test_no_secret_is_ever_printed(house: House, looks, set_up):
    set_up(SLACK_APP_TOKEN="xapp-hush")
    told = looks().as_text()
    for secret in (house.slack.token, house.slack.signing_secret, "xapp-hush"):
        assert secret not in told


def test_it_can_only_read(house: House):
    with pytest.raises(DBAPIError, match="read-only"), reading(house.sessions.kw["bind"]) as session:
        session.execute(text("update provider set workspace_url = 'changed'"))


def test_the_command_ends_with_1_and_a_sentence_while_something_is_to_be_put_right(house: House, set_up, capsys):
    assert cli.main(["check"]) == 0
    house.slack.workspace.channels["C0TRIAGE"].archived = True
    assert cli.main(["check"]) == 1
    told = capsys.readouterr()
    assert "✗ #triage (triage) is archived." in told.out
    assert told.err == "steward: 1 thing to put right: each ✗ says how. Then run this again.\n"


def test_programs_read_the_same_findings(house: House, set_up, capsys):
    assert cli.main(["check", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {"group": "Slack", "mark": "good", "says": "All 15 scopes are granted.", "press": ""} in rows


# --- the environment


def test_whatever_the_environment_lacks_is_named_at_once(environment):
    environment()
    report = check.run()
    says(report, "DATABASE_URL is not set")
    says(report, "SLACK_BOT_TOKEN is not set")
    assert list(report.groups) == ["Environment"]


def test_the_database_is_looked_at_even_without_a_token(environment, house: House, database_url: str):
    environment(DATABASE_URL=database_url)
    report = check.run()
    says(report, "SLACK_BOT_TOKEN is not set")
    says(report, "The database answers", Mark.GOOD)


def test_without_a_way_in_it_names_both(looks, set_up):
    set_up(SLACK_SIGNING_SECRET=None)
    press = says(looks(), "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET")
    assert "connections:write" in press
    assert "Signing Secret" in press


@pytest.mark.parametrize(
    ("token", "advice"),
    [("xoxp-1", "Bot User OAuth Token (xoxb-…)"), ("xoxe.xoxb-1", "Token rotation is on"), ("1", "xoxb-…")],
)
def test_a_token_of_another_kind_is_told_apart(house: House, looks, set_up, token: str, advice: str):
    house.slack.asks_for("auth.test", "not_allowed_token_type")
    set_up(SLACK_BOT_TOKEN=token)
    assert advice in says(looks(), "not a bot's lasting token")


def test_the_two_tokens_are_not_confused(looks, set_up):
    set_up(SLACK_APP_TOKEN="xoxb-1")
    says(looks(), "SLACK_APP_TOKEN must start with xapp-")


# --- the database and the setup


def test_a_database_that_is_away_is_a_sentence(looks, set_up):
    set_up(DATABASE_URL=f"postgresql://me:hush@127.0.0.1:{a_closed_port()}/x")
    report = looks()
    assert any("can't be reached" in finding.says for finding in report.wrong), report.as_text()
    assert "hush" not in report.as_text()
    says(report, "All 15 scopes", Mark.GOOD)


def test_an_empty_database_asks_for_migrate(looks, set_up, server_url: str):
    name = "steward_check_empty"
    embedded.drop_database(server_url, name)
    set_up(DATABASE_URL=embedded.create_database(server_url, name))
    report = looks()
    embedded.drop_database(server_url, name)
    assert "steward migrate" in report.wrong[0].says + report.wrong[0].press


def test_an_older_schema_asks_for_migrate(house: House, looks):
    does(house, "update alembic_version set version_num = '0001'")
    report = looks()
    assert "steward migrate" in says(report, "older release")
    assert "Channels" not in report.groups


def test_without_a_setup_it_says_how_to_write_one(environment, database_url: str, house: House, server_url, template):
    name = "steward_check_unset"
    embedded.drop_database(server_url, name)
    environment(
        DATABASE_URL=embedded.create_database(server_url, name, template=template), SLACK_BOT_TOKEN=house.slack.token,
        SLACK_SIGNING_SECRET="s", SLACK_API_URL=house.slack.api_url,
    )  # fmt: skip
    report = check.run()
    embedded.drop_database(server_url, name)
    assert "steward apply" in says(report, "Nothing is set up yet")
    assert "People" not in report.groups


def test_an_account_without_a_channel_is_noted(house: House, looks):
    does(house, "update account set channel_slack_id = null where name = 'Acme'")
    assert "/invite @Steward" in says(looks(), "Acme has no channel yet", Mark.NOTE)


# --- the token and what it may do


@pytest.mark.parametrize(
    ("code", "advice"),
    [("invalid_auth", "Bot User OAuth Token"), ("account_inactive", "Install App"), ("token_revoked", "Install App"),
     ("token_expired", "rotation"), ("something_new", "docs.slack.dev/reference/methods/auth.test")],
)  # fmt: skip
def test_a_token_that_slack_does_not_take(house: House, looks, code: str, advice: str):
    house.slack.fail_next("auth.test", code)
    report = looks()
    assert advice in says(report, f"does not take SLACK_BOT_TOKEN: {code}")
    assert "Channels" not in report.groups


def test_a_made_up_token(looks, set_up):
    set_up(SLACK_BOT_TOKEN="xoxb-made-up")
    assert "Bot User OAuth Token" in says(looks(), "invalid_auth")


def test_the_workspace_of_another_setup(house: House, looks):
    does(house, "update provider set team_slack_id = 'T0OTHER'")
    assert "team: T0PROVIDER" in says(looks(), "The setup is for the workspace T0OTHER")


def test_missing_scopes_are_named_with_where_to_add_them(house: House, looks):
    wanted = manifest.scopes(manifest.read())
    grants(house, *[name for name in wanted if name not in {"pins:write", "reactions:write"}])
    press = says(looks(), "Scopes are missing: pins:write, reactions:write.")
    assert "OAuth & Permissions → Bot Token Scopes" in press
    assert "press Reinstall to Northwind Support" in press


def test_without_the_scopes_it_needs_itself_it_says_so_once_for_each_thing(house: House, looks):
    grants(house, "commands")
    for method in ("conversations.info", "users.info", "users.lookupByEmail"):
        house.slack.asks_for(method, "missing_scope")
    report = looks()
    assert "Add groups:read under OAuth" in says(report, "Acme (C0ACME): Slack said missing_scope")
    assert "Add users:read under OAuth" in says(report, "Bo (U0BO): Slack said missing_scope")


def test_superfluous_scopes_are_noted(house: House, looks):
    grants(house, *manifest.scopes(manifest.read()), "calls:write", "admin")
    report = looks()
    says(report, "beyond what Steward needs: admin, calls:write", Mark.NOTE)
    assert report.wrong == []


@pytest.mark.parametrize(("ahead", "word"), [(400, "ahead of"), (-400, "behind")])
def test_a_clock_that_is_wrong(looks, ahead: int, word: str):
    press = says(looks(now=lambda: time.time() + ahead), f"seconds {word} Slack's")
    assert "set-ntp" in press


@pytest.mark.parametrize(
    ("code", "advice"), [("missing_scope", "connections:write"), ("not_allowed_token_type", "app-level token"),
                         ("invalid_auth", "into SLACK_APP_TOKEN"), ("something_new", "Socket Mode")],
)  # fmt: skip
def test_an_app_token_that_opens_nothing(house: House, looks, set_up, code: str, advice: str):
    set_up(SLACK_APP_TOKEN="xapp-1")
    house.slack.fail_next("apps.connections.open", code)
    assert advice in says(looks(), f"no Socket Mode connection: {code}")


# --- channels


def test_an_archived_channel(house: House, looks):
    house.slack.workspace.channels["C0ACME"].archived = True
    assert "Unarchive it" in says(looks(), "#acme (Acme) is archived")


def test_a_public_channel_that_the_bot_is_not_in(house: House, looks):
    place = house.slack.workspace.channels["C0ACME"]
    place.private, place.bot_member = False, False
    assert says(looks(), "Steward is not in #acme (Acme)") == "In #acme, type /invite @Steward."


def test_a_private_channel_that_the_bot_cannot_see(house: House, looks):
    house.slack.workspace.channels["C0ACME"].bot_member = False
    press = says(looks(), "Acme (C0ACME): Slack said channel_not_found")
    assert press.startswith("If it is private, type /invite @Steward in it.")


def test_a_channel_of_the_team_that_others_share(house: House, looks):
    house.slack.workspace.channels["C0TRIAGE"].shared_with = ["T0ACME"]
    assert "a channel of your own" in says(looks(), "#triage (triage) is shared with another organisation")


def test_a_shared_channel_whose_workspace_the_setup_does_not_name(house: House, looks):
    house.slack.workspace.channels["C0ACME"].shared_with = ["T0ACME"]
    assert "team: T0ACME" in says(looks(), "names no workspace for Acme", Mark.NOTE)


def test_a_channel_shared_with_somebody_else_than_the_setup_says(house: House, looks):
    house.slack.workspace.channels["C0ACME"].shared_with = ["T0RIVAL"]
    does(house, "update account set team_slack_id = 'T0ACME' where name = 'Acme'")
    assert "team: T0RIVAL" in says(looks(), "is shared with T0RIVAL")


def test_a_channel_that_is_not_shared_yet(house: House, looks):
    does(house, "update account set team_slack_id = 'T0ACME' where name = 'Acme'")
    says(looks(), "is of the workspace T0ACME, and #acme (Acme) is not shared", Mark.NOTE)


# --- people


def test_deactivated_people(house: House, looks):
    house.slack.workspace.people["U0BO"].deleted = True
    house.slack.workspace.people["U0ANA"].deleted = True
    report = looks()
    assert "out of the setup file's people" in says(report, "Bo (U0BO) is deactivated")
    assert "active: false" in says(report, "Ana (Acme, U0ANA) is deactivated")


def test_an_id_that_nobody_has(house: House, looks):
    does(house, "update person set slack_id = 'U0NOBODY' where name = 'Eve'")
    assert "Copy member ID" in says(looks(), "Eve (U0NOBODY): Slack said user_not_found")


def test_a_contact_whom_slack_does_not_know_by_e_mail(house: House, looks):
    does(house, "update person set email = 'who@acme.example' where name = 'Nora'")
    assert "once they write" in says(looks(), "Nora (Acme) is not in your workspace under who@acme.ex", Mark.NOTE)


def test_somebody_who_is_not_where_the_work_is(house: House, looks):
    house.slack.workspace.channels["C0TRIAGE"].members.remove("U0EVE")
    house.slack.workspace.channels["C0ACME"].members.remove("U0CLEO")
    report = looks()
    assert says(report, "Eve (U0EVE) is not in #triage", Mark.NOTE) == "In #triage, type /invite @Eve."
    says(report, "Cleo (Acme, U0CLEO) is not in #acme", Mark.NOTE)


def test_a_long_list_is_read_to_its_end(house: House, looks, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading_slack, "PAGE", 2)
    assert looks().wrong == []
    assert "is not in #" not in looks().as_text()


# --- posts


def test_posts_that_slack_refused_for_good_until_they_are_tried_again(house: House, looks):
    house.slack.workspace.channels["C0UMBRELLA"].archived = True
    files(house, account="Umbrella", by="Rex")
    delivers(house)
    press = says(looks(), "post to #umbrella given up: Slack said is_archived.")
    assert "Unarchive it" in press
    assert "press Try again on the Home" in press
    house.slack.workspace.channels["C0UMBRELLA"].archived = False
    does(house, "insert into outbox (post_id, lane_id, account_id) select post_id, lane_id, account_id from outbox"
         " where dead_at is not null")  # fmt: skip
    delivers(house)
    assert looks().wrong == []


def test_a_post_that_nobody_brings(house: House, looks):
    files(house)
    says(looks(), "8 of 8 people", Mark.GOOD)
    does(house, "update outbox set created_at = now() - interval '9 minutes' where done_at is null")
    assert "steward worker" in says(looks(), "waiting for 9 minutes")


# --- Slack is slow, or away


def test_when_slack_asks_to_wait_it_waits_and_goes_on(house: House, looks):
    house.slack.fail_next("conversations.info", 429, retry_after=7)
    waited: list[float] = []
    assert looks(sleep=waited.append).wrong == []
    assert waited == [7.0]


def test_it_does_not_wait_for_ever(house: House, looks):
    house.slack.fail_next("users.info", 429, retry_after=9000, times=1000)
    waited: list[float] = []
    says(looks(sleep=waited.append), "asked 5 times to wait")
    assert waited == [60.0] * 5


def test_slack_is_away(looks, set_up):
    set_up(SLACK_API_URL=f"http://127.0.0.1:{a_closed_port()}/api/")
    report = looks()
    assert "slack-status.com" in says(report, "can't be reached")
    assert len(report.wrong) == 1


def test_slack_is_out_of_order_half_way(house: House, looks):
    house.slack.fail_next("users.info", 503)
    report = looks()
    assert "slack-status.com" in says(report, "out of order (HTTP 503)")
    says(report, "No post is waiting", Mark.GOOD)


def test_whatever_a_proxy_sends_in_slacks_place_is_one_sentence(house: House, looks):
    house.slack.fault("garbage", method="auth.test", times=5)
    for _ in range(5):
        report = looks()
        assert "slack-status.com" in says(report, "what 127.0.0.1:")
        assert len(report.wrong) == 1
        assert "<html>" not in report.as_text()
