"""What should whoever reads an answer know of what it stands on? That pages disagree, and that one is old. It is made of the
answer and its evidence alone, so it tells nothing of what is not in there.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from bot.core.cited import cited, where
from bot.core.otherwise import otherwise
from policies.evidence import Answer, Evidence, Old, Passage, Reply, Unread
from policies.rules import Ages

_A_MONTH = timedelta(days=365.25 / 12)


def cautioned(
    reply: Reply, evidence: Evidence, ages: Ages, *, read: Mapping[str, datetime | None], now: datetime
) -> Reply:
    """`read`: as of when each source's texts are known."""
    if not isinstance(reply, Answer):
        return reply
    passages = cited(reply, evidence)
    caveats = (*otherwise(reply, evidence), *_old(passages, ages, now), *_unread(passages, ages, read, now))
    return reply.model_copy(update={"caveats": caveats})


def _old(passages: tuple[Passage, ...], ages: Ages, now: datetime) -> Iterator[Old]:
    for passage in passages:
        months = ages.of(where(passage))
        if months and passage.updated is not None and now - passage.updated > months * _A_MONTH:
            yield Old(passage=passage.handle, edited=passage.updated)


def _unread(
    passages: tuple[Passage, ...], ages: Ages, read: Mapping[str, datetime | None], now: datetime
) -> Iterator[Unread]:
    for source in dict.fromkeys(passage.source for passage in passages):
        moment = read.get(source)
        if ages.unread_days and moment is not None and now - moment > timedelta(days=ages.unread_days):
            yield Unread(source=source, read=moment)
