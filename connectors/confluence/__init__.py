"""Confluence Cloud as a source."""
