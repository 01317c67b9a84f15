"""Checks on our side: the environment, the database, the setup, and the posts that wait."""

import urllib.parse
from collections.abc import Iterator

from sqlalchemy.orm import Session

from bot import database, settings
from bot.check.findings import Finding, good, note, wrong
from bot.check.looking import House, Looking, Place, Somebody, reading
from bot.check.slack import Slack
from bot.check.there import COPY_THE_TOKEN, INVITE
from bot.domain import accounts, dead_letters, outbox, people, provider
from bot.messages.undelivered import refusal_of

GUIDE = "docs/real-slack.md"
PATIENCE = 120  # seconds a post may wait: Slack's own pauses are shorter
TOKENS = {
    "xoxb-": "",
    "xoxe": "Token rotation is on, so this one ends within hours. It can't be turned off again: make the app anew from "
    "the manifest, which leaves it off.",
}


def environment(looking: Looking) -> Iterator[Finding]:
    """Every problem at once; what is there is taken along."""
    try:
        looking.engine = _engine(settings.read(settings.DatabaseSettings).database_url)
        looking.config = settings.read(settings.Settings)
    except settings.BadSettings:
        yield from (wrong(problem) for problem in _problems())
        return
    config = looking.config
    token = config.slack_bot_token.get_secret_value()
    kind = next((cure for begin, cure in TOKENS.items() if token.startswith(begin)), COPY_THE_TOKEN)
    yield (
        wrong("SLACK_BOT_TOKEN is not a bot's lasting token.", kind)
        if kind
        else good("DATABASE_URL and SLACK_BOT_TOKEN are set.")
    )
    yield from _ways_in(config)
    if (host := urllib.parse.urlsplit(config.slack_api_url).hostname) != "slack.com":
        yield note(f"SLACK_API_URL leads to {host}, a stand-in for Slack: what follows is said of it.")
    looking.slack = Slack(token, config.slack_api_url, sleep=looking.sleep)


def _problems() -> list[str]:
    try:
        settings.read(settings.Settings)
    except settings.BadSettings as error:
        return error.problems
    return []


def _ways_in(config: settings.Settings) -> Iterator[Finding]:
    secret, app_token = config.slack_signing_secret, config.slack_app_token
    if app_token or secret:
        yield good(f"{'SLACK_APP_TOKEN' if app_token else 'SLACK_SIGNING_SECRET'} is set, for "
                   f"`{'socket' if app_token else 'web'}`.")  # fmt: skip
    else:
        yield wrong(
            "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set, so nothing would arrive from Slack.",
            "On a laptop: Basic Information → App-Level Tokens → Generate, with connections:write. "
            "Behind a domain: Basic Information → Signing Secret.",
        )


def _engine(url: str) -> database.Engine:
    return database.app_engine(url, pool_size=1)


def schema(looking: Looking, engine: database.Engine) -> Iterator[Finding]:
    """Reachable, safe, and of this release."""
    database.require_safe_role(engine)
    if database.is_migrated(engine):
        looking.migrated = engine
        yield good("The database answers and stands at this release.")
    else:
        yield wrong("The database stands at an older release.", "Run `steward migrate`, then start the processes anew.")


def setup(looking: Looking, engine: database.Engine) -> Iterator[Finding]:
    """Whether a file was applied, and what it says."""
    with reading(engine) as session:
        looking.house = house = _house(session)
    if house is None:
        yield wrong("Nothing is set up yet.", f"Write a setup file as {GUIDE} shows, and run `steward apply FILE`.")
        return
    team = sum(each.account is None for each in house.people)
    names = [place.name for place in house.places if place.is_account] + house.homeless
    yield good(f"{team} people in the team; accounts: {', '.join(sorted(names)) or 'none yet'}.")
    for name in house.homeless:
        yield note(f"{name} has no channel yet.", f"{INVITE} in the client's channel; it asks whose channel it is.")


def _house(session: Session) -> House | None:
    firm = provider.find(session)
    if firm is None:
        return None
    places = [Place(channel, name) for name, channel in firm.channels.items()]
    who = [
        Somebody(each.name, each.slack_id, each.email, channel=firm.triage_channel) for each in people.staff(session)
    ]
    homeless = []
    for account in accounts.all_of_them(session):
        channel = account.channel_slack_id
        if channel:
            places.append(Place(channel, account.name, is_account=True, team=account.team_slack_id))
        else:
            homeless.append(account.name)
        who += [
            Somebody(each.name, each.slack_id, each.email, account.name, channel)
            for each in people.contacts(session, account.id)
        ]
    return House(firm.team_slack_id, places, who, homeless)


def posts(looking: Looking, engine: database.Engine, _house: House) -> Iterator[Finding]:
    """Whether posts go out, and what Slack refused for good."""
    with reading(engine) as session:
        waited, refused = outbox.oldest_pending_seconds(session), dead_letters.by_channel(session)
    if waited > PATIENCE:
        yield wrong(
            f"A post has been waiting for {_minutes(waited)}.", "Is a worker running? `steward worker` brings posts."
        )
    elif not refused:
        yield good("No post is waiting.")
    for channel, code, count in refused:
        where = looking.channel_names.get(channel, channel)
        yield wrong(
            f"{count} {'post' if count == 1 else 'posts'} to {where} given up: Slack said {code}.",
            f"{refusal_of(code).cure} Then press Try again on the Home of a lead or an admin.",
        )


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"
