"""What others reach over HTTP: Slack's requests, whether we are well, and what is counted. Nobody learns more of it."""
