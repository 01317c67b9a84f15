"""Alembic's way to the database: a connection it is handed, else DATABASE_URL.

An advisory lock makes two releases that migrate at the same time take turns.
"""

import os

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text

from bot.domain import schema
from bot.settings import normalise_database_url

LOCK = 7_118_271


def run(connection: Connection) -> None:
    """Bring the schema along inside one transaction per revision."""
    connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": LOCK})
    connection.commit()
    try:
        context.configure(connection=connection, target_metadata=schema.metadata, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
    finally:
        connection.rollback()
        connection.execute(text("select pg_advisory_unlock(:lock)"), {"lock": LOCK})
        connection.commit()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = create_engine(normalise_database_url(os.environ["DATABASE_URL"]), poolclass=pool.NullPool)
    with engine.connect() as own:
        run(own)
