"""What a fresh process does before it says that it is ready: the first Home would cost whoever opens it half a second.

SQLAlchemy words each kind of query once a process, and Jinja each sentence; drawing a Home for nobody does it for all.
"""

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from bot.clock import system_clock
from bot.domain import people
from bot.domain.errors import Refused
from bot.domain.people import Person
from bot.domain.roles import Role
from bot.messages import home

log = structlog.get_logger()


def draw(sessions: sessionmaker[Session]) -> bool:
    """Whether it was done. Nobody's Home, with every section; a database that is away or empty is no reason to stop."""
    nobody = Person(name="Nobody", roles=[role.value for role in Role])
    nobody.id = 0
    try:
        with sessions() as session:
            people.enter_as_system(session)
            home.view(session, nobody, home.State(), system_clock())
            session.rollback()
    except (SQLAlchemyError, Refused) as error:
        log.warning("the first Home will take a moment longer", error=type(error).__name__)
        return False
    return True
