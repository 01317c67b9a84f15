"""Changes that a foreign log names with its tickets: kept as links, and nothing else is known of them.

All at once after the tickets are there, and again whenever it is imported again: what is missing is added.
"""

from datetime import datetime
from typing import Any

import psycopg

from bot.domain.changes import Change, ChangeState, Relation
from bot.domain.risk import ChangeClass, Level

RELATIONS = {"rfc": Relation.NAMED, "caused_by": Relation.CAUSED}  # what a ticket keeps, and what it is to the change
NAMED = """
from ticket cross join unnest(%(facts)s::text[], %(relations)s::text[]) as said (fact, relation)
where ticket.source = %(source)s and ticket.extra ? said.fact
"""
MISSING = f"""
select ticket.extra ->> said.fact, min(ticket.created_at) {NAMED}
  and not exists (select from change where change.source = %(source)s and source_key = ticket.extra ->> said.fact)
group by 1 order by 1
"""  # noqa: S608  nothing in it was typed by anybody
# A link that somebody ended stays ended.
LINK = f"""
insert into change_link (account_id, change_id, ticket_id, relation, at)
select change.account_id, change.id, named.ticket_id, named.relation, named.at
from (select ticket.id as ticket_id, ticket.created_at as at, ticket.extra ->> said.fact as key, said.relation {NAMED})
  as named
join change on change.source = %(source)s and change.source_key = named.key
where not exists (select from change_link as old where old.change_id = change.id
                  and old.ticket_id = named.ticket_id and old.relation = named.relation)
order by named.ticket_id, named.relation
"""  # noqa: S608


def missing(connection: psycopg.Connection[Any], account_id: int, source: str) -> list[Change]:
    """One for each that is named and not there yet."""
    found = connection.execute(MISSING, _values(source)).fetchall()
    return [_imported(key, at, account_id, source) for key, at in found]


def _imported(key: str, at: datetime, account_id: int, source: str) -> Change:
    return Change(
        account_id=account_id, title=key, purpose="", author_ids=[], created_at=at, state_since=at,
        change_class=ChangeClass.ROUTINE, score=0, level=Level.LOW, content_hash="", state=ChangeState.IMPORTED,
        source=source, source_key=key,
    )  # fmt: skip


def link(connection: psycopg.Connection[Any], source: str) -> int:
    """Each ticket to the changes it names; how many links are new."""
    return connection.execute(LINK, _values(source)).rowcount


def _values(source: str) -> dict[str, Any]:
    return {
        "source": source, "facts": [*RELATIONS], "relations": [relation.value for relation in RELATIONS.values()]
    }  # fmt: skip
