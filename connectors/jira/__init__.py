"""Jira Cloud: nothing is read of it for answers; issues and comments are made there for people."""

from connectors.jira.client import Client
from connectors.jira.settings import Settings, parse

__all__ = ["Client", "Settings", "parse"]
