"""Footnote in Slack: what is heard, who reads along, how a reply looks, and how it gets there exactly once."""
