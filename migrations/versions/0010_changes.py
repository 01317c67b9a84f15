"""Changes, approvals and releases: what goes out, who decided, and the database's own count of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# The second wall. What belongs to no account is the team's own: contacts see none of it.
GUARDED = (
    "approval", "change", "change_link", "change_template", "decision", "delegation", "release_freeze",
    "rollout_message",
)  # fmt: skip
# Four eyes, whatever the code does: neither author nor implementer, only while it is asked, only on this content.
FOUR_EYES = """
create function steward_four_eyes() returns trigger language plpgsql as $$
declare asked approval;
begin
  select * into strict asked from approval where id = new.approval_id for update;
  if asked.state <> 'pending' then
    raise exception 'approval % is %, nobody decides on it', asked.id, asked.state;
  end if;
  if asked.barred ? new.person_id::text or asked.barred ? new.authority_id::text then
    raise exception 'four eyes: person % may not decide on approval %', new.person_id, asked.id;
  end if;
  if asked.content_hash <> new.content_hash then
    raise exception 'approval % is about other content', asked.id;
  end if;
  return new;
end $$
"""
# Approved is counted: as many who approved, on this content, as there are seats, and nobody rejected it. What was
# asked never changes.
COUNTED = """
create function steward_counted() returns trigger language plpgsql as $$
declare seats bigint; given bigint;
begin
  if (new.account_id, new.purpose, new.subject_id, new.content_hash, new.steps, new.barred, new.asked_by_id,
      new.asked_at) is distinct from (old.account_id, old.purpose, old.subject_id, old.content_hash, old.steps,
      old.barred, old.asked_by_id, old.asked_at) then
    raise exception 'what approval % asks for is fixed', old.id;
  end if;
  if old.state not in ('pending', 'approved', new.state) or (old.state = 'approved' and new.state = 'pending') then
    raise exception 'approval % is %, and stays so', old.id, old.state;
  end if;
  if new.state = 'approved' and old.state <> 'approved' then
    select coalesce(sum(jsonb_array_length(step)), 0) into seats from jsonb_array_elements(new.steps) step;
    select count(*) into given from decision
      where approval_id = new.id and verdict = 'approve' and content_hash = new.content_hash;
    if exists (select from decision where approval_id = new.id and verdict = 'reject') then
      raise exception 'approval % was rejected by somebody', new.id;
    end if;
    if given < seats then
      raise exception 'approval % has % of % decisions', new.id, given, seats;
    end if;
  end if;
  return new;
end $$
"""
TRIGGERS = (
    "create trigger decision_four_eyes before insert on decision for each row execute function steward_four_eyes()",
    (
        "create trigger decision_append_only before update or delete on decision"
        " for each row execute function steward_append_only()"
    ),
    "create trigger approval_counted before update on approval for each row execute function steward_counted()",
    (
        "create trigger approval_asked before insert on approval for each row"
        " when (new.state <> 'pending') execute function steward_append_only()"
    ),
)


def upgrade() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "purpose",
            sa.Enum("change", "release", "emergency_review", name="purpose", native_enum=False, length=64),
            nullable=False,
        ),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("steps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("barred", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "approved",
                "rejected",
                "void",
                "expired",
                "withdrawn",
                name="standing",
                native_enum=False,
                length=64,
            ),
            nullable=False,
        ),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_approval_account_id_account")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_approval_asked_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index(op.f("ix_approval_account_id"), "approval", ["account_id"], unique=False)
    op.create_index("ix_approval_purpose_subject_id", "approval", ["purpose", "subject_id"], unique=False)
    op.create_index(
        "uq_approval_pending",
        "approval",
        ["purpose", "subject_id"],
        unique=True,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "change_template",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("steps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("made_of_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_change_template_account_id_account")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_change_template_owner_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_template")),
    )
    op.create_index(op.f("ix_change_template_account_id"), "change_template", ["account_id"], unique=False)
    op.create_table(
        "delegation",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("delegate_id", sa.BigInteger(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("person_id <> delegate_id", name=op.f("ck_delegation_somebody_else")),
        sa.CheckConstraint("starts <= ends", name=op.f("ck_delegation_begins_first")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_delegation_account_id_account")),
        sa.ForeignKeyConstraint(["delegate_id"], ["person.id"], name=op.f("fk_delegation_delegate_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_delegation_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index(op.f("ix_delegation_account_id"), "delegation", ["account_id"], unique=False)
    op.create_index("ix_delegation_delegate_id_ends", "delegation", ["delegate_id", "ends"], unique=False)
    op.create_table(
        "release_freeze",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("starts <= ends", name=op.f("ck_release_freeze_begins_first")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_release_freeze_account_id_account")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_release_freeze_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_freeze")),
    )
    op.create_index(op.f("ix_release_freeze_account_id"), "release_freeze", ["account_id"], unique=False)
    op.create_table(
        "release",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("exception", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "waiting for approval",
                "approved",
                "scheduled",
                "released",
                "verified",
                "rolled back",
                "withdrawn",
                name="releasestate",
                native_enum=False,
                length=64,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_release_made_by_id_person")),
        sa.ForeignKeyConstraint(["released_by_id"], ["person.id"], name=op.f("fk_release_released_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
    )
    op.create_index("ix_release_starts", "release", ["starts"], unique=False)
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("approval_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("authority_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "seat",
            sa.Enum(
                "peer",
                "lead",
                "service_owner",
                "client",
                "oncall_lead",
                "release_approver",
                name="seat",
                native_enum=False,
                length=64,
            ),
            nullable=False,
        ),
        sa.Column(
            "verdict", sa.Enum("approve", "reject", name="verdict", native_enum=False, length=64), nullable=False
        ),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_decision_account_id_account")),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.id"], name=op.f("fk_decision_approval_id_approval")),
        sa.ForeignKeyConstraint(["authority_id"], ["person.id"], name=op.f("fk_decision_authority_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_decision_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("approval_id", "authority_id", name=op.f("uq_decision_approval_id_authority_id")),
        sa.UniqueConstraint("approval_id", "person_id", name=op.f("uq_decision_approval_id_person_id")),
    )
    op.create_index(op.f("ix_decision_account_id"), "decision", ["account_id"], unique=False)
    op.create_table(
        "rollout_message",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("release_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "agents",
                "users",
                "technical",
                "content_owner",
                "contact",
                name="audience",
                native_enum=False,
                length=64,
            ),
            nullable=False,
        ),
        sa.Column(
            "moment",
            sa.Enum(
                "after_approval",
                "two_days_before",
                "day_before",
                "same_day",
                "at_release",
                "after_verification",
                "called_off",
                "rolled_back",
                name="moment",
                native_enum=False,
                length=64,
            ),
            nullable=False,
        ),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("edited_by_id", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_rollout_message_account_id_account")),
        sa.ForeignKeyConstraint(["edited_by_id"], ["person.id"], name=op.f("fk_rollout_message_edited_by_id_person")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_rollout_message_release_id_release")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollout_message")),
        sa.UniqueConstraint(
            "release_id",
            "account_id",
            "audience",
            "moment",
            name=op.f("uq_rollout_message_release_id_account_id_audience_moment"),
        ),
    )
    op.create_index(op.f("ix_rollout_message_account_id"), "rollout_message", ["account_id"], unique=False)
    op.create_index(
        "ix_rollout_message_due",
        "rollout_message",
        ["send_at"],
        unique=False,
        postgresql_where=sa.text("sent_at is null and wanted"),
    )
    op.create_table(
        "change",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("author_ids", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "change_class",
            sa.Enum("standard", "routine", "sensitive", "emergency", name="changeclass", native_enum=False, length=64),
            nullable=False,
        ),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column(
            "level", sa.Enum("low", "medium", "high", name="level", native_enum=False, length=64), nullable=False
        ),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("implementer_id", sa.BigInteger(), nullable=True),
        sa.Column("touches", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column(
            "blast",
            sa.Enum("one", "team", "all_agents", "end_customers", name="blast", native_enum=False, length=64),
            nullable=False,
        ),
        sa.Column(
            "undo",
            sa.Enum(
                "toggle", "tested_plan", "manual_restore", "irreversible", name="undo", native_enum=False, length=64
            ),
            nullable=False,
        ),
        sa.Column(
            "tested", sa.Enum("full", "partial", "none", name="tested", native_enum=False, length=64), nullable=False
        ),
        sa.Column("at_peak", sa.Boolean(), nullable=False),
        sa.Column("failed_lately", sa.Boolean(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("emergency_reason", sa.Text(), nullable=False),
        sa.Column("rollback", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("qa", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("template_id", sa.BigInteger(), nullable=True),
        sa.Column("release_id", sa.BigInteger(), nullable=True),
        sa.Column("intake_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "waiting for approval",
                "approved",
                "scheduled",
                "released",
                "verified",
                "rolled back",
                "rejected",
                "withdrawn",
                "imported",
                name="changestate",
                native_enum=False,
                length=64,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_change_account_id_account")),
        sa.ForeignKeyConstraint(["implementer_id"], ["person.id"], name=op.f("fk_change_implementer_id_person")),
        sa.ForeignKeyConstraint(["intake_id"], ["intake.id"], name=op.f("fk_change_intake_id_intake")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_change_release_id_release")),
        sa.ForeignKeyConstraint(
            ["template_id"], ["change_template.id"], name=op.f("fk_change_template_id_change_template")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
        sa.UniqueConstraint("source", "source_key", name=op.f("uq_change_source_source_key")),
    )
    op.create_index(op.f("ix_change_account_id"), "change", ["account_id"], unique=False)
    op.create_index(
        "ix_change_component", "change", ["account_id", sa.literal_column("lower(component)")], unique=False
    )
    op.create_index("ix_change_release_id", "change", ["release_id"], unique=False)
    op.create_table(
        "change_link",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "relation",
            sa.Enum("carries", "caused", "named", name="relation", native_enum=False, length=64),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_change_link_account_id_account")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_change_link_by_id_person")),
        sa.ForeignKeyConstraint(["change_id"], ["change.id"], name=op.f("fk_change_link_change_id_change")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_change_link_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_link")),
    )
    op.create_index(op.f("ix_change_link_account_id"), "change_link", ["account_id"], unique=False)
    op.create_index("ix_change_link_ticket_id", "change_link", ["ticket_id"], unique=False)
    op.create_index(
        "uq_change_link_standing",
        "change_link",
        ["change_id", "ticket_id", "relation"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.add_column("event", sa.Column("change_id", sa.BigInteger(), nullable=True))
    op.add_column("event", sa.Column("release_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_event_change_id_id",
        "event",
        ["change_id", "id"],
        unique=False,
        postgresql_where=sa.text("change_id is not null"),
    )
    op.create_index(
        "ix_event_release_id_id",
        "event",
        ["release_id", "id"],
        unique=False,
        postgresql_where=sa.text("release_id is not null"),
    )
    for column in ("made_of_id", "suspended_by_id"):
        name = op.f(f"fk_change_template_{column}_change")
        op.create_foreign_key(name, "change_template", "change", [column], ["id"])
    for table in GUARDED:
        op.execute(f"alter table {table} enable row level security")
        op.execute(
            f"create policy {table}_by_account on {table}"
            " using (steward_sees(account_id)) with check (steward_sees(account_id))"
        )
    op.execute("alter table release enable row level security")
    op.execute(
        "create policy release_of_the_team on release using (steward_sees(null)) with check (steward_sees(null))"
    )
    for statement in (FOUR_EYES, COUNTED, *TRIGGERS):
        op.execute(statement)


def downgrade() -> None:
    for column in ("made_of_id", "suspended_by_id"):
        op.drop_constraint(op.f(f"fk_change_template_{column}_change"), "change_template", type_="foreignkey")
    op.drop_index("ix_event_release_id_id", table_name="event", postgresql_where=sa.text("release_id is not null"))
    op.drop_index("ix_event_change_id_id", table_name="event", postgresql_where=sa.text("change_id is not null"))
    op.drop_column("event", "release_id")
    op.drop_column("event", "change_id")
    op.drop_index("uq_change_link_standing", table_name="change_link", postgresql_where=sa.text("ended_at is null"))
    op.drop_index("ix_change_link_ticket_id", table_name="change_link")
    op.drop_index(op.f("ix_change_link_account_id"), table_name="change_link")
    op.drop_table("change_link")
    op.drop_index("ix_change_release_id", table_name="change")
    op.drop_index("ix_change_component", table_name="change")
    op.drop_index(op.f("ix_change_account_id"), table_name="change")
    op.drop_table("change")
    op.drop_index(
        "ix_rollout_message_due", table_name="rollout_message", postgresql_where=sa.text("sent_at is null and wanted")
    )
    op.drop_index(op.f("ix_rollout_message_account_id"), table_name="rollout_message")
    op.drop_table("rollout_message")
    op.drop_index(op.f("ix_decision_account_id"), table_name="decision")
    op.drop_table("decision")
    op.drop_index("ix_release_starts", table_name="release")
    op.drop_table("release")
    op.drop_index(op.f("ix_release_freeze_account_id"), table_name="release_freeze")
    op.drop_table("release_freeze")
    op.drop_index("ix_delegation_delegate_id_ends", table_name="delegation")
    op.drop_index(op.f("ix_delegation_account_id"), table_name="delegation")
    op.drop_table("delegation")
    op.drop_index(op.f("ix_change_template_account_id"), table_name="change_template")
    op.drop_table("change_template")
    op.drop_index("uq_approval_pending", table_name="approval", postgresql_where=sa.text("state = 'pending'"))
    op.drop_index("ix_approval_purpose_subject_id", table_name="approval")
    op.drop_index(op.f("ix_approval_account_id"), table_name="approval")
    op.drop_table("approval")
    op.execute("drop function steward_four_eyes()")
    op.execute("drop function steward_counted()")
