"""What people search: each ticket's words beside it, kept current by triggers, and two doors to their index."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Scripts that put no spaces between words, or hang their endings on (Korean): there, pairs of characters are words.
SPACELESS = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
PUNCTUATION = (
    r"\u0001-/:-@\[-`{-\u00bf\u00d7\u00f7\u060c\u061b\u061f\u2000-\u206f\u3000-\u3004\u3008-\u3020\u3030\u30fb\ufeff"
)
MARKS = r"\u0300-\u036f\u0640\u064b-\u065f\ufe00-\ufe0f"  # accents, Arabic vowels, variation selectors
LONGEST_TEXT, LONGEST_WORD = 20_000, 40

# Nothing here asks the database's locale what a letter is: texts of any language read alike on every server.
FOLD = rf"""
create function steward_fold(words text) returns text language sql immutable parallel safe as $$
  select regexp_replace(
    normalize(regexp_replace(normalize(lower(left(words, {LONGEST_TEXT})), NFKD), '[{MARKS}]', '', 'g'), NFKC),
    '[{PUNCTUATION}]+', ' ', 'g')
$$
"""
# The pairs that begin at the first, third, fifth character, then those that begin at the second, fourth, sixth; what
# is left over of a run is in a pair already.
PAIRED = rf"""
create function steward_paired(words text) returns text language sql immutable parallel safe as $$
  select case when words ~ '[{SPACELESS}]' then
    regexp_replace(
      regexp_replace(spaced, '([{SPACELESS}]{{2}})', '\1 ', 'g') || ' ' ||
      regexp_replace(regexp_replace(spaced, ' [{SPACELESS}]', ' ', 'g'), '([{SPACELESS}]{{2}})', '\1 ', 'g'),
      '([{SPACELESS}]{{2}}) [{SPACELESS}] ', '\1 ', 'g')
    else words end
  from regexp_replace(words, '([{SPACELESS}]+)', ' \1 ', 'g') as spaced
$$
"""  # noqa: S608  our own constants
# English endings are cut and English stop words left out; a word of another language is only cut alike each time.
WORDS = f"""
create function steward_words(words text) returns text[] language sql immutable parallel safe as $$
  select coalesce(array_agg(lexeme order by place), '{{}}')
  from (select lexeme, min(place) as place
        from string_to_table(steward_paired(steward_fold(words)), ' ') with ordinality as split (word, place)
        cross join lateral unnest(ts_lexize('english_stem', word)) as lexeme
        where word <> '' and length(word) <= {LONGEST_WORD}
        group by lexeme) as found
$$
"""  # noqa: S608  our own constants
# Three letters at a time, for words with a slip in them; `_` stands where a word begins and ends.
GRAMS = rf"""
create function steward_grams(words text) returns text[] language sql immutable parallel safe as $$
  select coalesce(array_agg(distinct substr(word, place, 3)), '{{}}')
  from (select '_' || split || '_' as word from string_to_table(steward_fold(words), ' ') as split
        where length(split) between 4 and {LONGEST_WORD} and split !~ '[{SPACELESS}]') as whole
  cross join lateral generate_series(1, length(word) - 2) as place
$$
"""  # noqa: S608  our own constants
# What kind of word it is stands before it: ^ in the title, ~ three letters, @ the account; no text can hold those.
VECTOR = """
create function steward_vector(lexemes text[], sign text, field text) returns text language sql immutable as $$
  select coalesce(string_agg('''' || sign || lexeme || ''':' || field, ' '), '') from unnest(lexemes) as lexeme
$$
"""
KEEP = """
create function steward_keep_text(number bigint) returns void language sql as $$
  insert into ticket_text (ticket_id, account_id, title_words, words)
  select ticket.id, ticket.account_id, cardinality(title.words), concat_ws(' ',
    steward_vector(array[ticket.account_id::text], '@', '1'),
    steward_vector(title.words, '^', '1'),
    steward_vector(title.words, '', '1A'),
    steward_vector(steward_words(note.summary), '', '2A'),
    steward_vector(steward_words(concat_ws(' ', note.actions, note.decisions)), '', '3B'),
    steward_vector(steward_words(concat_ws(' ', ticket.related_system, note.systems)), '', '4C'),
    steward_vector(steward_words(concat_ws(' ', ticket.details, note.follow_ups)), '', '5'),
    steward_vector(steward_grams(concat_ws(' ', ticket.title, ticket.related_system, note.summary)), '~', '1')
  )::tsvector
  from ticket cross join lateral (select steward_words(ticket.title) as words offset 0) as title left join lateral
    (select * from closure where closure.ticket_id = ticket.id order by closure.id desc limit 1) as note on true
  where ticket.id = number
  on conflict (ticket_id) do update set title_words = excluded.title_words, words = excluded.words
$$
"""
TRIGGERS = """
create function steward_ticket_text() returns trigger language plpgsql as $$
begin perform steward_keep_text(new.id); return null; end $$;
create function steward_closure_text() returns trigger language plpgsql as $$
begin perform steward_keep_text(new.ticket_id); return null; end $$;
create trigger ticket_text_of_ticket after insert or update of title, details, related_system on ticket
  for each row execute function steward_ticket_text();
create trigger ticket_text_of_closure after insert on closure
  for each row execute function steward_closure_text();
"""
QUERY = """
create function steward_query(wanted text[], account bigint) returns tsquery language sql immutable as $$
  select string_agg(format('%L', lexeme), ' & ')::tsquery
  from unnest(wanted || case when account is not null then '@' || account end) as lexeme where lexeme is not null
$$
"""
# Row security lets nobody's condition but its own reach this index, so these three run as the owner, and ask
# themselves what the transaction may see. They give numbers only; who may know of them is asked at the ticket.
HITS = """
create function steward_hits(wanted text[], account bigint, most integer)
returns table (word text, held bigint[], titled bigint[])
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  with asked as materialized (
    select found.word, array(
      select ticket_text.ticket_id from ticket_text
      where ticket_text.words @@ steward_query(array[found.word], account) and steward_sees(ticket_text.account_id)
      limit most) as held
    from unnest(wanted) as found (word))
  select asked.word, asked.held, case when cardinality(asked.held) < most then array(
    select ticket_text.ticket_id from ticket_text
    where ticket_text.words @@ steward_query(array['^' || asked.word], account)
      and steward_sees(ticket_text.account_id)) end
  from asked
$$
"""
MATCHES = """
create function steward_matches(wanted text[], account bigint) returns table (ticket_id bigint, rank real)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select ticket_text.ticket_id, ts_rank(ticket_text.words, any_of_them)
  from steward_query(wanted, account) as all_of_them
  -- Ranked by where the words stand, not by how near each other: a field is one place here.
  cross join (
    select string_agg(format('%L', word), ' | ')::tsquery as any_of_them from unnest(wanted) as word
  ) as ranking
  join ticket_text on ticket_text.words @@ all_of_them
  where steward_sees(ticket_text.account_id) and cardinality(wanted) > 0
$$
"""
TEXTS = """
create function steward_texts(account bigint) returns bigint
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select count(*) from ticket_text
  where (account is null or ticket_text.account_id = account)
    and case when account is null then steward_sees(ticket_text.account_id) else steward_sees(account) end
$$
"""
FUNCTIONS = (
    "steward_texts(bigint)",
    "steward_matches(text[], bigint)",
    "steward_hits(text[], bigint, integer)",
    "steward_query(text[], bigint)",
    "steward_closure_text()",
    "steward_ticket_text()",
    "steward_keep_text(bigint)",
    "steward_vector(text[], text, text)",
    "steward_grams(text)",
    "steward_words(text)",
    "steward_paired(text)",
    "steward_fold(text)",
)


def upgrade() -> None:
    op.create_table(
        "ticket_text",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("title_words", sa.BigInteger(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_ticket_text_account_id_account")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_text_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_text")),
    )
    op.create_index(op.f("ix_ticket_text_account_id"), "ticket_text", ["account_id"], unique=False)
    op.create_index(
        "ix_ticket_text_words", "ticket_text", ["words"], unique=False, postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )  # fmt: skip
    op.execute("alter table ticket_text enable row level security")
    op.execute(
        "create policy ticket_text_by_account on ticket_text"
        " using (steward_sees(account_id)) with check (steward_sees(account_id))"
    )
    for statement in (FOLD, PAIRED, WORDS, GRAMS, VECTOR, KEEP, TRIGGERS, QUERY, HITS, MATCHES, TEXTS):
        op.execute(statement)
    op.execute("select steward_keep_text(id) from ticket order by id")


def downgrade() -> None:
    op.execute("drop trigger ticket_text_of_closure on closure")
    op.execute("drop trigger ticket_text_of_ticket on ticket")
    for function in FUNCTIONS:
        op.execute(f"drop function {function}")
    op.drop_index("ix_ticket_text_words", table_name="ticket_text", postgresql_using="gin")
    op.drop_index(op.f("ix_ticket_text_account_id"), table_name="ticket_text")
    op.drop_table("ticket_text")
