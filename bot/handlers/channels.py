"""Channels that Steward is invited to: an account's gets its welcome, an unknown one is asked about and chosen for."""

from bot.domain import accounts, people, provider
from bot.domain.setup import channels
from bot.handlers.call import Call, Routes
from bot.modals import channel as modal
from bot.modals import form


def joined(call: Call) -> None:
    """Somebody joined a channel; only Steward's own arrival says something new."""
    event = call.body["event"]
    with call.sessions.begin() as session:
        people.enter_as_system(session)
        firm = provider.find(session)
        if firm and event.get("user") in {firm.bot_user_slack_id, *_installed_as(call)}:
            accounts.greet(session, firm, event["channel"], inviter=event.get("inviter"), now=call.now)
    call.done()


def _installed_as(call: Call) -> set[str]:
    """Who the bot is, as the event itself says: known before anything was asked of Slack."""
    return {each["user_id"] for each in call.body.get("authorizations") or [] if each.get("is_bot")}


def choose(call: Call) -> None:
    """**Choose the account**, for those who manage accounts."""
    with call.begin() as (session, actor):
        channel = call.channel or ""
        accounts.check_unclaimed(session, provider.get(session), channel, by=actor)
        view = modal.view(channel, accounts.all_of_them(session))
    call.open(view)
    call.done()


def submit(call: Call) -> None:
    """The account was chosen: its welcome follows."""
    metadata = modal.Metadata.model_validate_json(call.metadata)
    filled = form.read(modal.Form, call.view)
    with call.begin() as (session, actor):
        call.once(session, form.values(call.view), actor)
        account = accounts.link(
            session, filled.for_account, provider.get(session), metadata.channel, by=actor, replace=filled.replace,
            now=call.now,
        )  # fmt: skip
        view = modal.chosen(account)
        call.remember(session, response_action="update", view=view)
    call.show(view)


def moved(call: Call) -> None:
    """A private channel was shared with the client, and is called by another id from now on."""
    event = call.body["event"]
    with call.sessions.begin() as session:
        people.enter_as_system(session)
        if provider.find(session):
            channels.moved(session, event["old_channel_id"], event["new_channel_id"], now=call.now)
    call.done()


ROUTES: Routes = {
    ("event", "channel_id_changed"): moved,
    ("event", "member_joined_channel"): joined,
    ("action", "channel.choose"): choose,
    ("view", modal.CALLBACK_ID): submit,
}
