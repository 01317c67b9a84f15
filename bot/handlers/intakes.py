"""What was redirected can come into the queue after all."""

from bot.domain import accounts, changes, intakes, provider
from bot.domain.errors import NotFound, Refused
from bot.handlers.call import Call, Routes
from bot.messages.redirects import FILE_TICKET


def file_ticket(call: Call) -> None:
    """**File as ticket anyway**: once, as the client asked it."""
    if not call.value.isdecimal():
        raise NotFound("That button carries no request. Look at the newest posts in the triage channel.")
    with call.begin() as (session, actor):
        intake = intakes.visible_to(session, actor, int(call.value), lock=True)
        if made := changes.of_intake(session, intake.id):
            raise Refused(f"It became {made.key} already. Open that one with /change {made.key}.")
        account = accounts.by_id(session, intake.account_id)
        ticket = intakes.file_as_ticket(
            session, intake, by=actor, account=account, provider=provider.get(session), now=call.now
        )
        said = f"Filed as {ticket.key}. Its card is in this channel, and {account.name} has its thread."
    call.whisper(said)
    call.done()


ROUTES: Routes = {("action", FILE_TICKET): file_ticket}
