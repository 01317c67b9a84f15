"""What is asked of whoever moves a ticket out of In progress: was there any time? Asked beside, once a move."""

from datetime import date
from functools import partial

import structlog
from sqlalchemy.orm import Session

from bot.domain import people, provider, time
from bot.domain.people import Person
from bot.domain.roles import Permission
from bot.domain.tickets import Ticket
from bot.domain.time import timers
from bot.domain.workflow import Status
from bot.handlers.afterwards import put_off
from bot.handlers.call import Call
from bot.messages import time as messages
from bot.messages.blocks import Block
from bot.slack.unanswered import NO_ANSWER, code_of

log = structlog.get_logger()


def asked(session: Session, actor: Person, ticket: Ticket, before: Status, call: Call) -> messages.Said | None:
    """The question, where the ticket left In progress and they have no time on it today; or that their timer runs."""
    left = before is Status.IN_PROGRESS and ticket.status is not Status.IN_PROGRESS
    if not left or not actor.may(Permission.LOG_TIME):
        return None
    timer = timers.running(session, actor)
    if timer and timer.ticket_id == ticket.id:
        return messages.still_runs(timer, ticket)
    logged = time.has_logged(session, actor, ticket.id, _today(session, actor, call))
    return None if logged else messages.nothing_logged(ticket)


def _today(session: Session, actor: Person, call: Call) -> date:
    return people.local_date(actor, provider.get(session), call.now)


def ask(call: Call, channel: str | None, said: messages.Said | None) -> None:
    """Tell only them, in the channel of the card; the move is made, whatever becomes of this."""
    if said and channel:
        put_off(partial(_tell, call, channel, *said))


def _tell(call: Call, channel: str, text: str, body: list[Block]) -> None:
    try:
        call.client.chat_postEphemeral(channel=channel, user=call.slack_id, text=text, blocks=body)
    except NO_ANSWER as error:
        log.warning("the person could not be asked", reference=call.reference, error=code_of(error))
