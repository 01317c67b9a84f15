"""A project as people read it: in its window and in the list."""

from sqlalchemy.orm import Session

from bot.domain.durations import show
from bot.domain.events import Event
from bot.domain.people import Person
from bot.domain.projects import Project, ProjectAction
from bot.domain.tickets import Ticket
from bot.messages import blocks
from bot.messages.blocks import Block
from bot.messages.mrkdwn import Mrkdwn, escape, instant, line, link, mention, say

NONE_YET = Mrkdwn(
    "*There are no projects yet.* A request that is too large for a ticket becomes one: open it, as with "
    "`/ticket T-102`, and press *Make it a project*."
)
NONE_YET_FOR_CLIENTS = Mrkdwn("*There are no projects yet.* A request that is too large for a ticket becomes one.")
BUDGET = (
    "{% if left %}:large_yellow_circle: *{{ key }}* {{ name }} has used {{ used }} of its {{ budget }} ({{ share }} %)"
    ": {{ left }} left.{% else %}:red_circle: *{{ key }}* {{ name }} has used all of its {{ budget }}"
    "{% if over %}, and {{ over }} more{% endif %}.{% endif %} What goes beyond is kept and stays off the invoice "
    "until the budget is larger: agree on it with the client, then `/ticket {{ key }}`, *Change*."
)
STYLES = {ProjectAction.START: "primary", ProjectAction.DROP: "danger"}


def value_of(project: Project) -> str:
    """What a button carries: which project, and the version the person sees."""
    return f"{project.key}:{project.version}"


def budget_used(project: Project, used: int) -> str:
    """`6h of 40h`, and by how much it is over, where it is."""
    over = used - project.budget_minutes
    return f"{show(used)} of {show(project.budget_minutes)}" + (f", {show(over)} over" if over > 0 else "")


def told_owner(_session: Session, event: Event) -> Mrkdwn:
    """To its owner alone: how much of the budget is used, and what becomes of more."""
    told = event.data
    left = told["budget"] - told["used"]
    return say(
        BUDGET, key=told["project"], name=told["project_name"], used=show(told["used"]), budget=show(told["budget"]),
        share=100 * told["used"] // told["budget"], left=show(left) if left > 0 else None,
        over=show(-left) if left < 0 else None,
    )  # fmt: skip


def window(
    project: Project, actor: Person, *, account: str, owner: Person | None, origin: Ticket | None, url: str | None,
    used: int,
) -> list[Block]:  # fmt: skip
    """A project in full, with what its reader may do."""
    facts = [
        ("State", Mrkdwn(f"{project.state.value}, since {instant(project.state_since)}")),
        ("Owner", mention(owner.slack_id, owner.name) if owner else Mrkdwn("nobody")),
    ]
    if actor.is_staff:
        facts += [
            ("Account", escape(account)),
            ("Budget used", escape(budget_used(project, used))),
            ("Approval", escape(project.approval)),
        ]
    if origin:
        facts.append(("Came from", Mrkdwn(f"{link(url, origin.key)} {line(origin.title, 100)}")))
    heading = blocks.section(say("*{{ key }}* {{ name }}", key=project.key, name=project.name))
    return [heading, blocks.facts(facts), *blocks.actions(_buttons(project, actor))]


def _buttons(project: Project, actor: Person) -> list[dict[str, object]]:
    made = [_button(project, action) for action in project.actions] if project.is_for(actor) else []
    if project.is_for(actor):
        made.append(blocks.button("Change", "project.change", value_of(project)))
    if actor.is_staff:
        made.append(blocks.button("Log time", "time.open", project.key))
    return made


def _button(project: Project, action: ProjectAction) -> dict[str, object]:
    made = blocks.button(action.label, f"project.{action.value}", value_of(project), style=STYLES.get(action))
    if action is not ProjectAction.START:
        told = "The client reads it in the thread it came from."
        made["confirm"] = blocks.confirm(f"{action.label} {project.key}?", told, action.label, "Not yet")
    return made


def rows(
    found: list[Project], accounts: dict[int, str], owners: dict[int, Person], used: dict[int, int], actor: Person
) -> list[Block]:
    """One line a project, each opening on a click."""
    made = []
    for project in found:
        owner = owners.get(project.owner_id)
        facts = [project.state.value, owner.name if owner else "nobody"]
        if actor.is_staff:
            facts = [accounts[project.account_id], *facts, budget_used(project, used[project.id])]
        text = Mrkdwn(f"*{project.key}* {line(project.name, 100)}\n{escape(' · '.join(facts))}")
        made.append(blocks.section(text, accessory=blocks.button("Open", "project.open", project.key)))
    return made or [blocks.section(NONE_YET if actor.is_staff else NONE_YET_FOR_CLIENTS)]
