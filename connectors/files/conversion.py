"""A file in, an outcome out, whatever thread asks. What is plainly text is read here, all else in a process of its own."""

import atexit
from typing import Final

from connectors.files import kinds, texts
from connectors.files.nouns import Job, Limits, Outcome, Unreadable, bounded
from connectors.files.workers import Workers

_LONGEST_NAME: Final = 1_000
_WORKERS: Final = Workers()
_USUAL: Final = Limits()

atexit.register(_WORKERS.close)


def convert(
    *, name: str, media_type: str, data: bytes, limits: Limits = _USUAL, workers: Workers = _WORKERS
) -> Outcome:
    if len(data) > limits.most_bytes:
        return Unreadable(reason=f"it has {len(data):,} bytes, more than {limits.most_bytes:,}")
    if (said := kinds.plain_text(name, media_type, data)) is not None:
        return bounded(texts.read(said, data, limits), limits)
    known = kinds.kind(name, media_type, data)
    if isinstance(known, Unreadable):
        return known
    return workers.ask(Job(name=name[-_LONGEST_NAME:], media_type=media_type[:_LONGEST_NAME], limits=limits), data)


def close() -> None:
    """Its processes; the next file starts others."""
    _WORKERS.close()
