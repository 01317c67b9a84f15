"""Time for months before an account was served here counts in its first month here, as that of a billed month does."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# An entry counts in the month of its work date while that is open, else in the first open month. None counts before
# the account was served here, but for what came from another system: it was billed there. That is by UTC, for the
# server may not know every time zone that we do. What takes an entry of the same month back, or says it anew, counts
# where that one does. The account's row is held for it: whoever locks a month (for update) waits for the entries under
# way, and they for the lock.
PERIOD = """
create or replace function steward_period() returns trigger language plpgsql as $$
declare through date; began date; counts date;
begin
  select billed_through, date_trunc('month', live_since at time zone 'UTC')::date into through, began
  from account where id = new.account_id for key share;
  if new.reverses_id is not null or new.replaces_id is not null then
    select period into counts from time_entry
    where id = coalesce(new.reverses_id, new.replaces_id) and account_id = new.account_id
      and date_trunc('month', work_date) = date_trunc('month', new.work_date);
  end if;
  if counts is null then
    counts := case when new.source is null then greatest(new.work_date, began) else new.work_date end;
  end if;
  new.period := date_trunc('month', greatest(counts, through + 1))::date;
  return new;
end $$
"""
BEFORE = """
create or replace function steward_period() returns trigger language plpgsql as $$
declare through date;
begin
  select billed_through into through from account where id = new.account_id for key share;
  new.period := date_trunc('month', greatest(new.work_date, coalesce(through + 1, new.work_date)))::date;
  return new;
end $$
"""


def upgrade() -> None:
    op.execute(PERIOD)


def downgrade() -> None:
    op.execute(BEFORE)
