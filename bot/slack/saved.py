"""Replies that their authors saved as answers, as a source. Who may read one is who reads its channel at this moment, and
it is one only while Slack has the message with these very words.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Self

from bot.core.handing import Message, SavedAnswer, Sayings
from connectors.model import (
    AccessUnknown,
    Batch,
    Change,
    Cursor,
    Delete,
    Groups,
    Known,
    Loop,
    Memory,
    Upsert,
)
from policies.access import AccessList
from policies.people import Email


class SavedAnswers:
    """Implements `connectors.model.Connector`. Nobody's groups: who reads a channel, `SlackPeople` asks each time. Without
    `sayings` there is no Slack to ask, and nobody reads anything.
    """

    def __init__(self, source: str, kept: Callable[[], Sequence[SavedAnswer]], sayings: Sayings | None = None) -> None:
        self._source, self._kept, self._sayings = source, kept, sayings

    def asking(self, sayings: Sayings) -> Self:
        """The same, where there is a Slack."""
        return type(self)(self._source, self._kept, sayings)

    @property
    def source(self) -> str:
        return self._source

    @property
    def loops(self) -> tuple[Loop, ...]:
        return (Loop.CONTENT,)

    def changes(
        self,
        loop: Loop,  # noqa: ARG002 - there is only one
        memory: Memory,
        cursor: Cursor | None,  # noqa: ARG002
        *,
        full: bool,
    ) -> Iterator[Batch]:
        """`full` or not: all of them are looked at."""
        kept, known = {answer.id: answer for answer in self._kept()}, memory.known()
        gone: list[Change] = [Delete(id=id_) for id_ in sorted(known.keys() - kept.keys())]
        fresh = [Upsert(document=kept[id_].document) for id_ in sorted(kept) if full or _differs(kept[id_], known)]
        yield Batch(changes=(*gone, *fresh), seen=len(kept), total=len(kept))

    def groups(self) -> Groups:
        return Groups(members={}, digest="")

    def access_now(self, ids: Sequence[str]) -> Mapping[str, AccessList]:
        return {answer.id: answer.access for answer in self._still_said(ids)}

    def readable_now(self, ids: Sequence[str], email: Email, now: datetime) -> frozenset[str]:
        return frozenset(
            answer.id
            for answer in self._still_said(ids)
            if now < answer.until and self._asked().person_reads(email, answer.channel)
        )

    def _still_said(self, ids: Sequence[str]) -> Iterator[SavedAnswer]:
        for answer in self._kept():
            if answer.id in ids:
                said = _said(answer, self._asked())
                if said is not None and (said.author, said.text) == (answer.author, answer.text):
                    yield answer

    def _asked(self) -> Sayings:
        if self._sayings is None:
            raise AccessUnknown(f"{self._source}: there is no Slack here to ask")
        return self._sayings


def _said(answer: SavedAnswer, sayings: Sayings) -> Message | None:
    """What cannot be read is nobody's to read, and keeps nobody from the others."""
    try:
        return sayings.said(answer.channel, answer.thread, answer.message)
    except AccessUnknown:
        return None


def _differs(answer: SavedAnswer, known: Mapping[str, Known]) -> bool:
    before, now = known.get(answer.id), answer.document
    return before is None or before.version != now.version or before.access != tuple(one.node for one in now.access)
