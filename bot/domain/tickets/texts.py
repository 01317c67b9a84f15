"""What people search: each ticket's words, kept beside it by triggers (migration 0005), and how alike texts are.

Postgres' own rank knows nothing of rare words. Here a word weighs the more the fewer tickets hold it (idf, squared),
thrice in a title; what stands in every tenth ticket weighs nothing. docs/decisions/0010 has the measurements.
"""

from sqlalchemy import BigInteger, Float, ForeignKey, Index, Integer, Subquery, bindparam, column, func, select, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.base import AccountRef, Base

LONGEST_QUERY = 4000  # characters of a text that are looked at
MOST_WORDS = 48  # of a text, in their order; more of them found no more duplicates
WEIGHTIEST = 8  # words that make up a text's whole weight, so that long texts can be like others too
GRAM = 0.2  # three letters weigh this share of a word


class TicketText(Base):
    """A ticket's words, by kind and weight; written by triggers alone, so that no import or edit can miss it."""

    __tablename__ = "ticket_text"
    # Without the list of late entries, which every one of a search's many looks into the index would read through.
    __table_args__ = (
        Index("ix_ticket_text_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, autoincrement=False)
    account_id: Mapped[AccountRef]
    title_words: Mapped[int]
    words: Mapped[str] = mapped_column(TSVECTOR)


LIKENESS = """
with title as (select word, place from unnest(steward_words(:title)) with ordinality as word (word, place)),
asked as materialized (
  select word, 3.0 as weight from title where place <= :words
  union all (select word, 1.0 from unnest(steward_words(:rest)) with ordinality as word (word, place)
             where word not in (select word from title)
             order by place limit greatest(:words - (select count(*) from title), 0))
  union all select '~' || gram, 3.0 * :gram from unnest(steward_grams(:title)) as gram where :gram > 0),
texts as materialized (select steward_texts(:account) as total),
-- Whatever stands in a tenth of all tickets (but 50 are few, and 1000 many) says nothing.
common as materialized (select least(greatest(50, total / 10), 1000)::int as many from texts),
valued as materialized (
  select word, held, titled, weight * ln(1 + total::float / greatest(cardinality(held), 1)) ^ 2 as value
  from asked join steward_hits((select array_agg(word) from asked), :account, (select many from common)) using (word)
  cross join texts),
whole as (select 3 * sum(value) as value
          from (select value from valued where word not like '~%' order by value desc limit :weightiest) as weightiest),
hit as (
  select unnest(held) as ticket_id, value, 0 as in_title from valued where titled is not null
  union all select unnest(titled), 2 * value, 1 from valued),
scored as (select ticket_id, sum(value) as value, sum(in_title) as in_title from hit group by ticket_id)
-- Half of it is the share of the asked text that was found, half that only where it is also most of a title.
select ticket_id, least(1, scored.value / whole.value)
                  * (0.5 + 0.5 * least(1, in_title::float / greatest(title_words, 1))) as likeness
from scored cross join whole join ticket_text using (ticket_id)
"""
MATCHES = "select ticket_id, rank from steward_matches(steward_words(:words), :account)"
_TICKET_ID = column("ticket_id", BigInteger)


def likeness(title: str, rest: str = "", *, account_id: int | None, forgiving: bool = False) -> Subquery:
    """How much each ticket is like a text, from 0 to 1; `forgiving` also looks at three letters at a time, for slips.

    `account_id` None is every account the transaction may see. It says nothing of who may know of a ticket: join
    it to what access gives, before anything is cut off.
    """
    values = {
        "title": plain(title),
        "rest": plain(rest),
        "words": MOST_WORDS,
        "weightiest": WEIGHTIEST,
        "gram": GRAM if forgiving else 0.0,
    }
    asked = text(LIKENESS).bindparams(bindparam("account", account_id, BigInteger), **values)
    return asked.columns(_TICKET_ID, column("likeness", Float)).subquery("likeness")


def matches(words: str, *, account_id: int | None) -> Subquery:
    """The tickets that hold all of these words, the summary and title weighing most."""
    asked = text(MATCHES).bindparams(bindparam("account", account_id, BigInteger), words=plain(words))
    return asked.columns(_TICKET_ID, column("rank", Float)).subquery("matches")


def says_something(session: Session, words: str) -> bool:
    """Whether anything is left to look for once punctuation and words like “the” are gone."""
    return bool(session.scalar(select(func.cardinality(func.steward_words(plain(words)), type_=Integer))))


def plain(words: str) -> str:
    """A text as it may go to Postgres, and no longer than is looked at."""
    return words.replace("\x00", " ")[:LONGEST_QUERY]
