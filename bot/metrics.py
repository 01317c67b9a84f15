"""What Prometheus reads at /metrics; docs/reference.md lists it.

Each process tells of itself: `web` and `socket` on their PORT, `worker` where `--port` says (under
`start`: on the port after PORT).
"""

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

ANSWERS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3)  # seconds: Slack waits for three
LATENESS = (15, 60, 300, 900, 3600, 14_400, 86_400)

ARRIVALS = Histogram(
    "steward_arrival_seconds", "Time from Slack's request to our answer", ["kind", "status"], buckets=ANSWERS
)
REFUSED = Counter("steward_unsigned_total", "Requests that Slack did not sign")
WAITED_OUT = Counter("steward_waited_out_total", "Tries made again while the database restarted, nothing being stored")
ARRIVALS_WAITING = Gauge("steward_arrivals_waiting", "Arrivals that no thread has taken up yet")
ARRIVALS_IN_HAND = Gauge("steward_arrivals_in_hand", "Arrivals that are not over, what follows their answer included")
CONNECTIONS = Gauge("steward_connections_in_use", "Connections of the database pool that somebody holds now")
OUTBOX_AGE = Gauge("steward_outbox_oldest_seconds", "How long the oldest undelivered post has waited")
DEAD_LETTERS = Gauge("steward_outbox_dead", "Posts that Slack refused for good, and nobody has settled")
DELIVERIES = Counter(
    "steward_deliveries_total",
    "Deliveries by Slack's method and by what became of them: brought, of these found (an earlier try had arrived), "
    "later (tried again), held (Slack said to wait), dead",
    ["method", "outcome"],
)
RETRIES = Counter("steward_delivery_retries_total", "Deliveries that were a second try or a later one")
SLACK_CALLS = Histogram(
    "steward_slack_call_seconds", "Calls to Slack by method and by its answer", ["method", "outcome"], buckets=ANSWERS
)
JOB_LATE = Histogram("steward_job_late_seconds", "From when a job was due until it was done", ["job"], buckets=LATENESS)
LAST_TICK = Gauge("steward_last_tick_timestamp_seconds", "When this worker last looked at the schedule, in Unix time")


def described() -> list[tuple[str, str, str, list[str]]]:
    """Name, type, what it tells and its labels, of each metric of ours."""
    rows = []
    for metric in globals().values():
        if isinstance(metric, MetricWrapperBase):
            (family,) = metric.describe()
            name = family.name + ("_total" if family.type == "counter" else "")
            rows.append((name, family.type, family.documentation, list(metric._labelnames)))
    return rows
