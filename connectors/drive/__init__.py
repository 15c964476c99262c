"""Google Drive: shared drives and people's own, with who may read what lies there."""

from connectors.drive.connector import DriveConnector
from connectors.drive.settings import Settings, parse

__all__ = ["DriveConnector", "Settings", "parse"]
