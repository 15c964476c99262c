"""Confluence Cloud: pages, blog posts, their attachments and comments, with who may read them."""

from connectors.confluence.connector import ConfluenceConnector
from connectors.confluence.settings import Settings, parse

__all__ = ["ConfluenceConnector", "Settings", "parse"]
