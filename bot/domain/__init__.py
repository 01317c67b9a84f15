"""The business. It has never heard of Slack's API: it knows people, tickets, time, and what may be done."""
