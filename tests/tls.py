"""Whom TLS trusts is read once a process: nothing here is encrypted, and reading it takes longer than what most clients are
made for.
"""

import ssl
from functools import cache


def share() -> None:
    """From now on, for every client that is made."""
    ssl.create_default_context = cache(ssl.create_default_context)  # type: ignore[assignment]
