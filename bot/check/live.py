"""`steward check --live`: what Slack's own validator says of everything that Steward shows.

The texts are the demo's, which is started for it: nothing of yours leaves this machine, and no token is used.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from bot import settings
from bot.check.findings import Finding, Report, good, wrong
from bot.check.samples import Sample, collect
from bot.check.slack import Away, Refusal, Slack

PEOPLE = ["U0BO", "U0LEA", "U0ADA", "U0ANA", "U0CLEO"]  # an engineer, a lead, an admin, a requester, an approver
ASK_SLACK = "Look at https://slack-status.com, and whether this machine reaches the internet; then run this again."


def _from_the_demo() -> list[Sample]:
    from bot.playground import demo

    with demo.at_work() as (slack, _children):
        return collect(slack, PEOPLE)


def live(
    *,
    say: Callable[[str], Any],
    samples: Callable[[], list[Sample]] = _from_the_demo,
    sleep: Callable[[float], None] = time.sleep,
) -> Report:
    """Send each sample, and tell what was refused, and where in it."""
    address = settings.read(settings.SlackAddress).slack_api_url
    say("This starts the demo with a database of its own, presses everything in it once, and sends what Steward shows")
    say(f"to the validator at {address}: the demo's texts only, and no token. It takes about a minute.")
    found = samples()
    say(f"Sending {len(found)} payloads.")
    validator, report = Slack(None, address, sleep=sleep), Report()
    try:
        for sample in found:
            report.add(sample.name, _refused(validator, sample))
    except Away as error:
        report.add("Slack", [wrong(f"Slack does not answer: {error}.", ASK_SLACK)])
    if not report.wrong:
        report = Report()
        report.add("Slack", [good(f"The validator accepts all {len(found)} payloads.")])
    return report


def _refused(validator: Slack, sample: Sample) -> list[Finding]:
    try:
        validator.call("blocks.validate", **{key: _json(value) for key, value in sample.payload.items()})
    except Refusal as refusal:
        errors = refusal.told.get("errors") or [{}]
        return [wrong(_told(refusal.code, error)) for error in errors]
    return []


def _told(code: str, error: Any) -> str:
    if not isinstance(error, dict) or not error:
        return f"{code}: {error}" if error else code
    return f"{error.get('pointer') or '/'}: {error.get('message') or error.get('code') or code}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
