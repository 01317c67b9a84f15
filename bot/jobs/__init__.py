"""The schedule as a table. Each row names the job, when, by whose calendar, and what becomes of a missed period.

To add one: a file with `run(session, run)`, and its row here. A sweep's row is shorter: it is looked at on every tick.
"""

from datetime import timedelta

from bot.jobs import (
    agreement_ends,
    approvals,
    billing_cards,
    burn_alerts,
    bypass_lapse,
    client_silence,
    daily_digest,
    day_end,
    housekeeping,
    monthly_billing_review,
    monthly_client_review,
    quote_caps,
    recurring_tickets,
    rollout_messages,
)
from bot.jobs.job import CatchUp, DaysOff, Job, Period, Run, Sweep, Whose

__all__ = ["JOBS", "SCHEDULE", "SWEEPS", "CatchUp", "DaysOff", "Job", "Period", "Run", "Sweep", "Whose"]

# fmt: off
SCHEDULE: tuple[Job, ...] = (
    Job("daily-digest", "0 9 * * *", Whose.PROVIDER, Period.DAY, DaysOff.SKIP,
        CatchUp.LATEST, timedelta(hours=8), daily_digest.run,
        "The morning's queue review and standup; after the working day it would only be noise."),
    Job("monthly-client-review", "0 9 1 * *", Whose.ACCOUNT, Period.MONTH, DaysOff.MOVE,
        CatchUp.LATEST, timedelta(days=14), monthly_client_review.run,
        "What changed, what still hurts and what comes next, for each client; worth reading for two weeks."),
    Job("monthly-billing-review", "0 9 1 * *", Whose.ACCOUNT, Period.MONTH, DaysOff.MOVE,
        CatchUp.LATEST, timedelta(days=28), monthly_billing_review.run,
        "Each account's month is put before those who sign it; a month without a review is not billed."),
    Job("recurring-tickets", "0 5 * * *", Whose.PROVIDER, Period.DAY, DaysOff.WORK,
        CatchUp.LATEST, timedelta(hours=18), recurring_tickets.run,
        "Recurring work opens its tickets before the day begins; a rule makes up for its latest day by itself."),
    Job("burn-alerts", "10 7-20 * * *", Whose.PROVIDER, Period.HOUR, DaysOff.WORK,
        CatchUp.LATEST, timedelta(hours=1), burn_alerts.run,
        "Whose hours run low is told within the hour: adding months up is too dear for every tick."),
    Job("agreement-ends", "20 9 * * *", Whose.PROVIDER, Period.DAY, DaysOff.SKIP,
        CatchUp.LATEST, timedelta(hours=8), agreement_ends.run,
        "An agreement that ends, or begins another term, is told 60, 30 and 7 days before: time to talk."),
    Job("billing-cards", "40 * * * *", Whose.PROVIDER, Period.HOUR, DaysOff.WORK,
        CatchUp.LATEST, timedelta(hours=1), billing_cards.run,
        "Time comes in for days after a month is over: within the hour its card says so."),
    Job("housekeeping", "30 3 * * *", Whose.PROVIDER, Period.DAY, DaysOff.WORK,
        CatchUp.LATEST, timedelta(hours=18), housekeeping.run,
        "Receipts and outbox rows go a month after they were settled, when few people are about."),
)
_SWEEPS: tuple[Sweep, ...] = (
    Sweep("bypass-lapse", bypass_lapse.run,
          "A bypass that no lead confirmed in time falls back to its computed priority, and people are told at once."),
    Sweep("client-silence", client_silence.run,
          "A client who does not answer is reminded twice, then the ticket closes; after an outage, the latest step."),
    Sweep("approvals", approvals.run,
          "Who is asked to decide is reminded after a business day and after two; then what nobody decided expires."),
    Sweep("quote-caps", quote_caps.run,
          "Who works on what a client approved is warned at 80 % of it, and asked to stop once all of it is used; on a"
          " closed ticket nothing is asked any more."),
    Sweep("rollout-messages", rollout_messages.run,
          "What clients are told of a release goes out at its time, not a day later; what is late goes out at once."),
    Sweep("day-end", day_end.run,
          "Who logged less than half a working day is asked once, when their own day ends; never on a later day."),
)
# fmt: on
JOBS = {job.name: job for job in SCHEDULE}
SWEEPS = {sweep.name: sweep for sweep in _SWEEPS}
