"""What Prometheus reads at /metrics."""

from prometheus_client import Counter, Gauge, Histogram

ARRIVALS = Histogram(
    "steward_arrival_seconds",
    "Time from Slack's request to our answer",
    ["kind", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3),
)
REFUSED = Counter("steward_unsigned_total", "Requests that Slack did not sign")
OUTBOX_AGE = Gauge("steward_outbox_oldest_seconds", "How long the oldest undelivered post has waited")
DEAD_LETTERS = Gauge("steward_outbox_dead", "Posts that Slack refused for good")
