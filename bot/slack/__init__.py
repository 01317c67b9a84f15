"""Out to Slack: the one writer of posts."""
