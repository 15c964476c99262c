"""A folder of Markdown: handbooks kept in git, and sets to measure with."""

from connectors.folder.connector import FolderConnector

__all__ = ["FolderConnector"]
