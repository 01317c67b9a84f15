"""A project's owner is told while there is budget left to talk about, and when there is none: once for each budget."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import events, job_runs, outbox, people
from bot.domain.outbox import Place, Subject
from bot.domain.projects import Project, ProjectState
from bot.domain.time.reading import minutes_on_projects

JOB = "budget-told"
STEPS = (100, 80)  # hundredths of the budget; of several only the highest is told


def tell(session: Session, now: datetime) -> int:
    """Tell the owners of those that reached a step; how many. Any number of workers may look."""
    active = list(session.scalars(select(Project).where(Project.state == ProjectState.ACTIVE).order_by(Project.id)))
    used = minutes_on_projects(session, [one.id for one in active])
    return sum(_tell(session, one, used[one.id], now) for one in active)


def _tell(session: Session, project: Project, used: int, now: datetime) -> bool:
    step = next((one for one in STEPS if 100 * used >= one * project.budget_minutes), None)
    owner = people.by_id(session, project.owner_id) if step else None
    if owner is None or not owner.slack_id:
        return False
    if job_runs.claim(session, JOB, f"{project.id}:{project.budget_minutes}:{step}", now=now) is None:
        return False
    for milder in STEPS[STEPS.index(step) + 1 :]:  # what is worse was told: nobody needs the other any more
        job_runs.claim(session, JOB, f"{project.id}:{project.budget_minutes}:{milder}", now=now)
    told = {"project": project.key, "project_name": project.name, "used": used, "budget": project.budget_minutes}
    event = events.record(session, events.Kind.BUDGET_TOLD, account_id=project.account_id, at=now, data=told)
    outbox.open_thread(session, Subject.EVENT, event.id, Place.TRIAGE, owner.slack_id, account_id=None)
    return True
