"""Checks in Slack: the token and what it may do, the channels, the people."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

from bot.check.findings import Finding, good, note, wrong
from bot.check.looking import House, Looking, Place, Somebody
from bot.check.slack import Answer, Refusal, Slack
from bot.messages.undelivered import REFUSALS
from bot.settings import Settings
from bot.slack import manifest, sockets

SKEW = 120  # seconds: at 300 what Slack sends counts as replayed
INVITE = "Type /invite @Steward"
COPY_THE_TOKEN = "Copy OAuth & Permissions → Bot User OAuth Token (xoxb-…) into SLACK_BOT_TOKEN."  # noqa: S105  words
INSTALL = "Press Install App → Install to your workspace, and copy the Bot User OAuth Token into SLACK_BOT_TOKEN."
CURES = {
    "invalid_auth": COPY_THE_TOKEN,
    "not_authed": COPY_THE_TOKEN,
    "account_inactive": f"The app was removed from the workspace. {INSTALL}",
    "token_revoked": f"The token was withdrawn. {INSTALL}",
    "token_expired": "Token rotation is on. Make the app anew from the manifest, which leaves it off.",
    **{code: refusal.cure for code, refusal in REFUSALS.items()},
    "user_not_found": "Copy the id anew: their profile → ⋮ → Copy member ID; put it into the setup file and "
    "`steward apply` it.",
    "user_not_visible": "They are of another workspace and share no channel with Steward. Invite them, or write their "
    "e-mail address into the setup file instead of the id.",
}


def advice(refusal: Refusal) -> str:
    """What to press after a refusal."""
    if refusal.code == "missing_scope":
        return _add_scopes(refusal.needed.split(","))
    return CURES.get(refusal.code, f"Slack explains it at https://docs.slack.dev/reference/methods/{refusal.method}")


def _add_scopes(names: list[str], team: str = "your workspace") -> str:
    which = ", ".join(names)
    return f"Add {which} under OAuth & Permissions → Bot Token Scopes, then press Reinstall to {team}."


def token(looking: Looking, slack: Slack) -> Iterator[Finding]:
    """Whether Slack knows us; without that nothing else is asked."""
    try:
        looking.me = slack.call("auth.test")
    except Refusal as error:
        looking.forget_slack()
        yield wrong(f"Slack does not take SLACK_BOT_TOKEN: {error.code}.", advice(error))
        return
    me = looking.me.told
    if not me.get("bot_id"):
        yield wrong("SLACK_BOT_TOKEN is a person's token, not the bot's.", COPY_THE_TOKEN)
    else:
        yield good(f"Signed in to {me['team']} ({me['team_id']}) as @{me['user']}.")


def workspace(_looking: Looking, answer: Answer, house: House) -> Iterator[Finding]:
    """Whether it is the one of the setup."""
    me = answer.told
    if me["team_id"] != house.team:
        yield wrong(
            f"The setup is for the workspace {house.team}, and this token is for {me['team_id']}.",
            f"Take the token of the app in {house.team}, or write team: {me['team_id']} into the setup file and "
            "`steward apply` it.",
        )


def scopes(_looking: Looking, me: Answer) -> Iterator[Finding]:
    """What was granted at the last installation, against the manifest."""
    listed = me.headers.get("x-oauth-scopes")
    if listed is None:
        yield note("Slack did not say which scopes are granted.")
        return
    granted = {name.strip() for name in listed.split(",") if name.strip()}
    wanted = manifest.scopes(manifest.read())
    missing = [name for name in wanted if name not in granted]
    if missing:
        yield wrong(f"Scopes are missing: {', '.join(missing)}.", _add_scopes(missing, me.told["team"]))
    else:
        yield good(f"All {len(wanted)} scopes are granted.")
    if more := sorted(granted - set(wanted)):
        yield note(f"Granted beyond what Steward needs: {', '.join(more)}. You may remove them.")


def machine_clock(looking: Looking, me: Answer) -> Iterator[Finding]:
    """Whether this machine's clock agrees with Slack's: what is signed counts for five minutes."""
    if not (date := me.headers.get("date")):
        return
    ahead = looking.now() - parsedate_to_datetime(date).timestamp()
    if abs(ahead) > SKEW:
        yield wrong(
            f"This machine's clock is {round(abs(ahead))} seconds {'ahead of' if ahead > 0 else 'behind'} Slack's.",
            "Let it keep the time by itself, as with `timedatectl set-ntp true`: from 300 seconds on, whatever Slack "
            "sends is refused as a replay.",
        )


def arrivals(looking: Looking, _slack: Slack, config: Settings) -> Iterator[Finding]:
    """Whether what happens in Slack can reach us."""
    if config.slack_app_token is None:
        yield note("Slack has to reach `web`: Event Subscriptions → Request URL must say Verified.")
        return
    app = Slack(config.slack_app_token.get_secret_value(), config.slack_api_url, sleep=looking.sleep)
    try:
        app.call("apps.connections.open")
    except Refusal as error:
        known = sockets.REFUSED.get(error.code)
        press = " ".join(known) if known else "Under Settings → Socket Mode, Enable Socket Mode has to be on."
        yield wrong(f"Slack opens no Socket Mode connection: {error.code}.", press)
    else:
        yield good("Slack opens Socket Mode connections.")


def channels(looking: Looking, slack: Slack, house: House) -> Iterator[Finding]:
    """Each channel of the setup: there, alive, with Steward in it, and shared as it should be."""
    for place in house.places:
        try:
            found = slack.call("conversations.info", channel=place.channel).told["channel"]
        except Refusal as error:
            yield wrong(f"{place.name} ({place.channel}): Slack said {error.code}.", advice(error))
            continue
        looking.channel_names[place.channel] = f"#{found.get('name')}"
        yield from _channel(place, found)


def _channel(place: Place, found: dict[str, Any]) -> Iterator[Finding]:
    name = f"#{found.get('name')} ({place.name})"
    if found.get("is_archived"):
        yield wrong(f"{name} is archived.", CURES["is_archived"])
    elif not found.get("is_member"):
        yield wrong(f"Steward is not in {name}.", f"In #{found.get('name')}, type /invite @Steward.")
    else:
        yield good(f"Steward is in {name}.")
    yield from _sharing(place, found, name)


def _sharing(place: Place, found: dict[str, Any], name: str) -> Iterator[Finding]:
    shared = bool(found.get("is_ext_shared"))
    others = [team for team in found.get("connected_team_ids") or [] if team != found.get("context_team_id")]
    if found.get("is_pending_ext_shared"):
        yield note(f"The invitation to share {name} has not been accepted yet.")
    if shared and not place.is_account:
        yield wrong(
            f"{name} is shared with another organisation, and what stands there is about every client.",
            "Put a channel of your own into the setup file and `steward apply` it.",
        )
    elif place.team and not shared:
        yield note(f"The setup says that {place.name} is of the workspace {place.team}, and {name} is not shared.")
    elif shared and not place.team:
        which = others[0] if others else "T…"
        yield note(
            f"{name} is shared, and the setup names no workspace for {place.name}.",
            f"Write team: {which} beneath {place.name} in the setup file, and its people are known by their e-mail.",
        )
    elif place.team and others and place.team not in others:
        yield wrong(
            f"The setup says that {place.name} is of the workspace {place.team}, and {name} is shared with "
            f"{', '.join(others)}.",
            f"Write team: {others[0]} beneath {place.name} in the setup file, and `steward apply` it.",
        )


def people(looking: Looking, slack: Slack, house: House) -> Iterator[Finding]:
    """Each person of the setup: known to Slack, active, and where they are expected."""
    known = 0
    guests: list[str] = []
    here = {place.channel: _members(looking, slack, place.channel) for place in house.places}
    for person in house.people:
        try:
            found = _found(slack, person)
        except Refusal as error:
            yield _unknown(person, error)
            continue
        if found.get("deleted"):
            yield wrong(f"{_who(person)} is deactivated in Slack.", _let_go(person))
            continue
        known += 1
        guests += [person.name] if found.get("is_restricted") or found.get("is_ultra_restricted") else []
        members = here.get(person.channel or "")
        if members is not None and found["id"] not in members:
            place = looking.channel_names.get(person.channel or "", person.channel)
            yield note(f"{_who(person)} is not in {place}.", f"In {place}, type /invite @{person.name}.")
    if known:
        yield good(f"{known} of {len(house.people)} people are in Slack.")
    if guests:
        yield note(f"Guests of your workspace: {', '.join(guests)}.")


def _found(slack: Slack, person: Somebody) -> dict[str, Any]:
    if person.slack_id:
        return slack.call("users.info", user=person.slack_id).told["user"]
    return slack.call("users.lookupByEmail", email=person.email).told["user"]


def _members(looking: Looking, slack: Slack, channel: str) -> set[str] | None:
    """Who is in it; None where Steward can't see it."""
    if channel not in looking.channel_names:
        return None
    try:
        return set(slack.pages("conversations.members", "members", channel=channel))
    except Refusal:
        return None


def _unknown(person: Somebody, refusal: Refusal) -> Finding:
    if refusal.code == "users_not_found":
        return note(
            f"{_who(person)} is not in your workspace under {person.email}.",
            f"Nothing to do if they come from {person.account}'s own workspace: they are known once they write.",
        )
    return wrong(f"{_who(person)}: Slack said {refusal.code}.", advice(refusal))


def _let_go(person: Somebody) -> str:
    if person.account:
        return f"Write active: false beside {person.name} in the setup file, and `steward apply` it."
    return f"Take {person.name} out of the setup file's people, and `steward apply` it."


def _who(person: Somebody) -> str:
    return f"{person.name} ({', '.join(part for part in (person.account, person.slack_id) if part) or 'team'})"
