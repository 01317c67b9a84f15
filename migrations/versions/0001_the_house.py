"""The house: every table of the first path, the application's role, and row-level security on what clients own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


APP_ROLE = "steward_app"

# Tables whose rows belong to an account; True where rows without one are everybody's to see.
GUARDED = {
    "account": False,
    "agreement": False,
    "attachment": False,
    "closure": False,
    "event": False,
    "imported_row": False,
    "intake": False,
    "outbox": False,
    "person": True,
    "post": False,
    "receipt": False,
    "ticket": False,
    "time_entry": False,
}
APPEND_ONLY = ("event", "closure")

# The role belongs to the cluster: made if absent, never dropped (another database may use it).
CREATE_ROLE = f"""
do $$ begin
  if not exists (select from pg_roles where rolname = '{APP_ROLE}') then
    begin
      create role {APP_ROLE} nologin;
    exception when duplicate_object or unique_violation then null;  -- another release made it meanwhile
    end;
  end if;
  if not pg_has_role(current_user, '{APP_ROLE}', 'MEMBER') then
    execute format('grant {APP_ROLE} to %I', current_user);
  end if;
exception when insufficient_privilege then
  raise insufficient_privilege using message = format(
    'An administrator has to run this once: create role {APP_ROLE} nologin; grant {APP_ROLE} to %I;', current_user);
end $$
"""
GRANTS = f"""
grant usage on schema public to {APP_ROLE};
grant select, insert, update on all tables in schema public to {APP_ROLE};
grant usage on all sequences in schema public to {APP_ROLE};
alter default privileges in schema public grant select, insert, update on tables to {APP_ROLE};
alter default privileges in schema public grant usage on sequences to {APP_ROLE};
revoke insert, update on playbook from {APP_ROLE};
grant insert on playbook to {APP_ROLE};
revoke insert, update on alembic_version from {APP_ROLE};
"""
# After SET LOCAL has ended the setting reads as the empty string, hence nullif.
SEES = """
create function steward_sees(account bigint) returns boolean language sql stable parallel safe as $$
  select case nullif(current_setting('steward.accounts', true), '')
    when '*' then true
    else account = any (string_to_array(nullif(current_setting('steward.accounts', true), ''), ',')::bigint[])
  end
$$
"""
# Runs as the owner: whoever acts is looked up before any account is open to them.
ENTER = """
create function steward_enter(actor_slack_id text) returns setof person
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare found_one person;
begin
  perform set_config('steward.accounts', '', true);
  select * into found_one from person where slack_id = actor_slack_id;
  if found then
    if found_one.active then
      perform set_config('steward.accounts', coalesce(found_one.account_id::text, '*'), true);
    end if;
    return next found_one;
  end if;
end $$
"""
APPEND_ONLY_TRIGGER = """
create function steward_append_only() returns trigger language plpgsql as $$
begin raise exception 'history is append-only: % of % refused', tg_op, tg_table_name; end $$
"""


def _guard(table: str, shared: bool) -> None:
    column = "id" if table == "account" else "account_id"
    sees = f"steward_sees({column})" + (f" or {column} is null" if shared else "")
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"create policy {table}_by_account on {table} using ({sees}) with check (steward_sees({column}))")


def _secure() -> None:
    op.execute(CREATE_ROLE)
    for statement in filter(None, map(str.strip, GRANTS.split(";"))):
        op.execute(statement)
    op.execute(SEES)
    op.execute(ENTER)
    op.execute("revoke execute on function steward_enter(text) from public")
    op.execute(f"grant execute on function steward_enter(text) to {APP_ROLE}")
    op.execute(APPEND_ONLY_TRIGGER)
    for table, shared in GUARDED.items():
        _guard(table, shared)
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger {table}_append_only before update or delete on {table}"
            " for each row execute function steward_append_only()"
        )


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("channel_slack_id", sa.Text(), nullable=True),
        sa.Column("team_slack_id", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("holidays", sa.Text(), nullable=True),
        sa.Column("arr_amount", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("arr_currency", sa.Text(), nullable=True),
        sa.Column("renews", sa.Date(), nullable=True),
        sa.Column("live_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("channel_slack_id", name=op.f("uq_account_channel_slack_id")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
    )
    op.create_table(
        "clock",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("offset_seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
    )
    op.create_table(
        "job_run",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
        sa.UniqueConstraint("job", "account", "period", name=op.f("uq_job_run_job_account_period")),
    )
    op.create_table(
        "playbook",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_playbook")),
    )
    op.create_table(
        "slack_budget",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("full_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_slack_budget")),
    )
    op.create_table(
        "provider",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("team_slack_id", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("holidays", sa.Text(), nullable=True),
        sa.Column("channels", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("live_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bot_user_slack_id", sa.Text(), nullable=True),
        sa.Column("workspace_url", sa.Text(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_provider_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider")),
    )
    op.create_table(
        "agreement",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "type",
            sa.Enum("retainer", "time_and_materials", "fixed", name="agreementtype", native_enum=False, length=64),
            nullable=False,
        ),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("included_minutes", sa.BigInteger(), nullable=False),
        sa.Column("rollover_cap", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("rate_amount", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("rate_currency", sa.Text(), nullable=True),
        sa.Column("rounding", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("scope", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("excluded", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_agreement_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
    )
    op.create_index(op.f("ix_agreement_account_id"), "agreement", ["account_id"], unique=True)
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slack_id", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("roles", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("skills", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("weekly_minutes", sa.BigInteger(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_person_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("slack_id", name=op.f("uq_person_slack_id")),
    )
    op.create_index(op.f("ix_person_account_id"), "person", ["account_id"], unique=False)
    op.create_index(op.f("ix_person_email"), "person", ["email"], unique=False)
    op.create_table(
        "post",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(
            "subject",
            sa.Enum("ticket", "event", "job_run", "intake", name="subject", native_enum=False, length=64),
            nullable=False,
        ),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Enum("client", "triage", name="place", native_enum=False, length=64), nullable=False),
        sa.Column("channel_slack_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("ts", sa.Text(), nullable=True),
        sa.Column("shown_version", sa.BigInteger(), nullable=True),
        sa.Column("snapshot", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_post_account_id_account")),
        sa.ForeignKeyConstraint(["parent_id"], ["post.id"], name=op.f("fk_post_parent_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint("subject", "subject_id", "place", name=op.f("uq_post_subject_subject_id_place")),
    )
    op.create_index("ix_post_channel_slack_id_ts", "post", ["channel_slack_id", "ts"], unique=False)
    op.create_index(op.f("ix_post_account_id"), "post", ["account_id"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_receipt_account_id_account")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_receipt")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("lane_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("nonce", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("first_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_outbox_account_id_account")),
        sa.ForeignKeyConstraint(["lane_id"], ["post.id"], name=op.f("fk_outbox_lane_id_post")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_outbox_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_account_id"), "outbox", ["account_id"], unique=False)
    op.create_index(
        "ix_outbox_lane_pending",
        "outbox",
        ["lane_id", "id"],
        unique=False,
        postgresql_where=sa.text("done_at is null and dead_at is null"),
    )
    op.create_index(
        "uq_outbox_post_pending",
        "outbox",
        ["post_id"],
        unique=True,
        postgresql_where=sa.text("done_at is null and dead_at is null"),
    )
    op.create_table(
        "ticket",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=101), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "request_type",
            sa.Enum(
                "incident",
                "question",
                "service_request",
                "access",
                "report_data",
                "content",
                "billing",
                "improvement",
                "planning",
                "change",
                name="requesttype",
                native_enum=False,
                length=64,
            ),
            nullable=False,
        ),
        sa.Column(
            "priority", sa.Enum("P1", "P2", "P3", "P4", name="priority", native_enum=False, length=64), nullable=False
        ),
        sa.Column(
            "computed_priority",
            sa.Enum("P1", "P2", "P3", "P4", name="priority", native_enum=False, length=64),
            nullable=False,
        ),
        sa.Column("priority_why", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requester_id", sa.BigInteger(), nullable=True),
        sa.Column("primary_contact_id", sa.BigInteger(), nullable=True),
        sa.Column("primary_contact_text", sa.Text(), nullable=True),
        sa.Column("assignee_id", sa.BigInteger(), nullable=True),
        sa.Column("reviewer_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "New",
                "Triage",
                "Waiting on client",
                "Scheduled",
                "In progress",
                "Internal review",
                "Client review",
                "Closed",
                name="status",
                native_enum=False,
                length=64,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column(
            "effect",
            sa.Enum("None", "Minor", "Degraded", "Stopped", name="effect", native_enum=False, length=64),
            nullable=True,
        ),
        sa.Column(
            "users",
            sa.Enum("One person", "A few", "Many or a team", "Everyone", name="users", native_enum=False, length=64),
            nullable=True,
        ),
        sa.Column("blocks_revenue", sa.Boolean(), nullable=False),
        sa.Column(
            "timing",
            sa.Enum("Now", "This week", "By a date", "Whenever", name="timing", native_enum=False, length=64),
            nullable=True,
        ),
        sa.Column("wanted_by", sa.Date(), nullable=True),
        sa.Column("consequence", sa.Text(), nullable=False),
        sa.Column("related_system", sa.Text(), nullable=True),
        sa.Column("approval_status", sa.Text(), nullable=True),
        sa.Column(
            "code",
            sa.Enum(
                "included", "out_of_scope", "project", "advisory", "internal", name="code", native_enum=False, length=64
            ),
            nullable=True,
        ),
        sa.Column("estimate_minutes", sa.BigInteger(), nullable=True),
        sa.Column("planned_start", sa.Date(), nullable=True),
        sa.Column("confirm_by", sa.Date(), nullable=True),
        sa.Column("waiting_for", sa.Text(), nullable=True),
        sa.Column("waiting_whom", sa.Text(), nullable=True),
        sa.Column("client_visible", sa.Boolean(), nullable=False),
        sa.Column(
            "close_reason",
            sa.Enum(
                "duplicate", "redirected", "withdrawn", "no_response", name="closereason", native_enum=False, length=64
            ),
            nullable=True,
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_key", sa.Text(), nullable=True),
        sa.Column("extra", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_ticket_account_id_account")),
        sa.ForeignKeyConstraint(["assignee_id"], ["person.id"], name=op.f("fk_ticket_assignee_id_person")),
        sa.ForeignKeyConstraint(
            ["primary_contact_id"], ["person.id"], name=op.f("fk_ticket_primary_contact_id_person")
        ),
        sa.ForeignKeyConstraint(["requester_id"], ["person.id"], name=op.f("fk_ticket_requester_id_person")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_ticket_reviewer_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("source", "source_key", name=op.f("uq_ticket_source_source_key")),
    )
    op.create_index(op.f("ix_ticket_account_id"), "ticket", ["account_id"], unique=False)
    op.create_index(
        "ix_ticket_open",
        "ticket",
        ["account_id", "priority", "status_since"],
        unique=False,
        postgresql_where=sa.text("status <> 'Closed'"),
    )
    op.create_index(
        "ix_ticket_open_assignee",
        "ticket",
        ["assignee_id"],
        unique=False,
        postgresql_where=sa.text("status <> 'Closed'"),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("file_slack_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("permalink", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_attachment_account_id_account")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_attachment_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index(op.f("ix_attachment_account_id"), "attachment", ["account_id"], unique=False)
    op.create_index(op.f("ix_attachment_ticket_id"), "attachment", ["ticket_id"], unique=False)
    op.create_table(
        "closure",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("written_by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("actions", sa.Text(), nullable=False),
        sa.Column("systems", sa.Text(), nullable=False),
        sa.Column("decisions", sa.Text(), nullable=False),
        sa.Column("follow_ups", sa.Text(), nullable=False),
        sa.Column("time_spent", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_closure_account_id_account")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_closure_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name=op.f("fk_closure_written_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
    )
    op.create_index(op.f("ix_closure_account_id"), "closure", ["account_id"], unique=False)
    op.create_index(op.f("ix_closure_ticket_id"), "closure", ["ticket_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "filed",
                "imported",
                "moved",
                "client_wrote",
                "assigned",
                "time_logged",
                "time_reversed",
                "person_joined",
                "person_recognised",
                "applied",
                name="kind",
                native_enum=False,
                length=64,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rule_version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_event_account_id_account")),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_event_actor_id_person")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_event_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_account_id"), "event", ["account_id"], unique=False)
    op.create_index("ix_event_at", "event", ["at"], unique=False)
    op.create_index("ix_event_ticket_id_id", "event", ["ticket_id", "id"], unique=False)
    op.create_table(
        "imported_row",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("rejected_because", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_imported_row_account_id_account")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_imported_row_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_row")),
        sa.UniqueConstraint("source", "source_key", name=op.f("uq_imported_row_source_source_key")),
    )
    op.create_index(op.f("ix_imported_row_account_id"), "imported_row", ["account_id"], unique=False)
    op.create_table(
        "intake",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "disposition",
            sa.Enum(
                "ticket",
                "duplicate",
                "deflected",
                "meeting",
                "change",
                "project",
                "withdrawn",
                name="disposition",
                native_enum=False,
                length=64,
            ),
            nullable=False,
        ),
        sa.Column(
            "door",
            sa.Enum(
                "command",
                "button",
                "home",
                "shortcut",
                "mention",
                "staff for client",
                name="door",
                native_enum=False,
                length=64,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "request_type",
            sa.Enum(
                "incident",
                "question",
                "service_request",
                "access",
                "report_data",
                "content",
                "billing",
                "improvement",
                "planning",
                "change",
                name="requesttype",
                native_enum=False,
                length=64,
            ),
            nullable=True,
        ),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column(
            "came_from",
            sa.Enum("Chat", "E-mail", "Call", "Meeting", name="camefrom", native_enum=False, length=64),
            nullable=True,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_intake_account_id_account")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_intake_person_id_person")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_intake_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake")),
    )
    op.create_index(op.f("ix_intake_account_id"), "intake", ["account_id"], unique=False)
    op.create_table(
        "time_entry",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "ticket_resolution",
                "monitoring_maintenance",
                "client_communication",
                "escalation_support",
                "process_improvement",
                "billing_admin",
                name="category",
                native_enum=False,
                length=64,
            ),
            nullable=False,
        ),
        sa.Column(
            "code",
            sa.Enum(
                "included", "out_of_scope", "project", "advisory", "internal", name="code", native_enum=False, length=64
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(minutes < 0) = (reverses_id is not null)", name=op.f("ck_time_entry_only_reversals_are_negative")
        ),
        sa.CheckConstraint("abs(minutes) between 1 and 720", name=op.f("ck_time_entry_minutes_bounded")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_time_entry_account_id_account")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_time_entry_person_id_person")),
        sa.ForeignKeyConstraint(["reverses_id"], ["time_entry.id"], name=op.f("fk_time_entry_reverses_id_time_entry")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_time_entry_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_entry")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_time_entry_reverses_id")),
    )
    op.create_index("ix_time_entry_account_work_date", "time_entry", ["account_id", "work_date"], unique=False)
    op.create_index("ix_time_entry_person_work_date", "time_entry", ["person_id", "work_date"], unique=False)
    op.create_index(op.f("ix_time_entry_ticket_id"), "time_entry", ["ticket_id"], unique=False)
    _secure()


def downgrade() -> None:
    op.execute("drop function steward_enter(text)")
    op.drop_index(op.f("ix_time_entry_ticket_id"), table_name="time_entry")
    op.drop_index("ix_time_entry_person_work_date", table_name="time_entry")
    op.drop_index("ix_time_entry_account_work_date", table_name="time_entry")
    op.drop_table("time_entry")
    op.drop_index(op.f("ix_intake_account_id"), table_name="intake")
    op.drop_table("intake")
    op.drop_index(op.f("ix_imported_row_account_id"), table_name="imported_row")
    op.drop_table("imported_row")
    op.drop_index("ix_event_ticket_id_id", table_name="event")
    op.drop_index("ix_event_at", table_name="event")
    op.drop_index(op.f("ix_event_account_id"), table_name="event")
    op.drop_table("event")
    op.drop_index(op.f("ix_closure_ticket_id"), table_name="closure")
    op.drop_index(op.f("ix_closure_account_id"), table_name="closure")
    op.drop_table("closure")
    op.drop_index(op.f("ix_attachment_ticket_id"), table_name="attachment")
    op.drop_index(op.f("ix_attachment_account_id"), table_name="attachment")
    op.drop_table("attachment")
    op.drop_index("ix_ticket_open_assignee", table_name="ticket", postgresql_where=sa.text("status <> 'Closed'"))
    op.drop_index("ix_ticket_open", table_name="ticket", postgresql_where=sa.text("status <> 'Closed'"))
    op.drop_index(op.f("ix_ticket_account_id"), table_name="ticket")
    op.drop_table("ticket")
    op.drop_index(
        "uq_outbox_post_pending", table_name="outbox", postgresql_where=sa.text("done_at is null and dead_at is null")
    )
    op.drop_index(
        "ix_outbox_lane_pending", table_name="outbox", postgresql_where=sa.text("done_at is null and dead_at is null")
    )
    op.drop_index(op.f("ix_outbox_account_id"), table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("receipt")
    op.drop_index(op.f("ix_post_account_id"), table_name="post")
    op.drop_table("post")
    op.drop_index(op.f("ix_person_email"), table_name="person")
    op.drop_index(op.f("ix_person_account_id"), table_name="person")
    op.drop_table("person")
    op.drop_index(op.f("ix_agreement_account_id"), table_name="agreement")
    op.drop_table("agreement")
    op.drop_table("provider")
    op.drop_table("slack_budget")
    op.drop_table("playbook")
    op.drop_table("job_run")
    op.drop_table("clock")
    op.drop_table("account")
    op.execute("drop function steward_append_only()")
    op.execute("drop function steward_sees(bigint)")
    op.execute(f"alter default privileges in schema public revoke select, insert, update on tables from {APP_ROLE}")
    op.execute(f"alter default privileges in schema public revoke usage on sequences from {APP_ROLE}")
