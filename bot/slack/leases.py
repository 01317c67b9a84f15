"""How a worker takes the head of a lane, and how it gives it back when the post stands: one statement each."""

from sqlalchemy import text

# Every bucket that the errand takes from has to have room: its channel's or that of edits, and those of other methods.
CLAIM = text("""
with crowded as (
  select key from slack_budget where :paced
    and full_until > now() + make_interval(secs => coalesce((cast(:windows as jsonb) ->> key)::float, :channel_window))
), due as (
  select head.id, needs.own, needs.others from outbox head
  join post on post.id = head.post_id
  left join post parent on parent.id = post.parent_id
  cross join lateral (select
    case when post.ts is null then post.channel_slack_id else 'chat.update' end as own,
    array_remove(array[
      case when post.pinned then 'pins.add' end,
      case when post.parent_id is null and post.channel_slack_id ~ '^[UW]' then 'conversations.open' end,
      case when post.subject = 'invoice_file' then 'files.getUploadURLExternal' end,
      case when post.subject = 'invoice_file' then 'files.completeUploadExternal' end,
      case when post.ts is null and head.attempts > 0
           then case when post.subject = 'invoice_file' then 'files.info'
                     when post.parent_id is null then 'conversations.history' else 'conversations.replies' end end
    ], null) as others) needs
  where head.done_at is null and head.dead_at is null and head.not_before <= now()
    and (head.leased_until is null or head.leased_until < now())
    and (post.parent_id is null or parent.ts is not null)
    and needs.own not in (select key from crowded)
    and not needs.others && array(select key from crowded where cast(:windows as jsonb) ? key)
    -- A root that Slack does not have yet comes first, whatever waits behind an earlier try that died.
    and (post.ts is null and post.parent_id is null or not exists (
           select from outbox earlier where earlier.lane_id = head.lane_id and earlier.id < head.id
           and earlier.done_at is null and earlier.dead_at is null))
  order by head.id limit 1 for update of head skip locked)
update outbox set lease_token = gen_random_uuid(), attempts = attempts + 1,
       leased_until = now() + make_interval(secs => :lease), first_attempt_at = coalesce(first_attempt_at, now())
from due where outbox.id = due.id
returning outbox.id, post_id, lease_token, attempts, first_attempt_at, nonce, reference, own, others
""")
# Who still holds the lease writes down what stands. Done is what shows the newest version; an edit follows otherwise.
SETTLE = text("""
with mine as (
  update outbox set lease_token = null, leased_until = null, last_error = null,
         done_at = case when :newest then now() end, attempts = case when :newest then attempts else 0 end,
         first_attempt_at = case when :newest then first_attempt_at end
  where id = :id and lease_token = :lease returning post_id)
update post set ts = :ts, shown_version = :shown from mine where post.id = mine.post_id returning post.id
""")
