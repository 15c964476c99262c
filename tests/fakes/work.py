"""One question's receipt in memory, with a lease that can be lost."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.core.errors import LostLease
from bot.core.nouns import Event, Question, Said
from bot.core.ports import Pace, Work
from bot.core.record import evidence_from, texts_of
from policies.evidence import Evidence


@dataclass
class Kept:
    """What outlives an attempt."""

    events: list[Event] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    done: bool = False
    held: bool = False
    pace: Pace = field(default_factory=Pace)
    paused: bool = False
    tells: bool = True  # whoever is turned away is the first in this minute


class FakeWork(Work):
    """`loses_lease_at=n`: the n-th write and all after it fail; `lost`: so does everything from now on. Bodies are kept as JSON, as a ledger keeps them."""

    def __init__(
        self,
        question: Question,
        *,
        attempt: int = 1,
        kept: Kept | None = None,
        loses_lease_at: int | None = None,
        log: list[str] | None = None,
        said: Sequence[Said] = (),
    ) -> None:
        self.said = said
        self._question, self._attempt, self._loses_lease_at = question, attempt, loses_lease_at
        self.kept = kept or Kept()
        self.log = log if log is not None else []
        self._writes = 0
        self.lost = False

    @property
    def question(self) -> Question:
        return self._question

    @property
    def attempt(self) -> int:
        return self._attempt

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.kept.events]

    def again(self, *, loses_lease_at: int | None = None) -> "FakeWork":
        """The next attempt at the same question."""
        return FakeWork(
            self._question,
            attempt=self._attempt + 1,
            kept=self.kept,
            loses_lease_at=loses_lease_at,
            log=self.log,
            said=self.said,
        )

    def reword(self, text: str) -> None:
        self.record(Event(kind="spelled", body={"text": text}))
        self._question = self._question.model_copy(update={"text": text, "written": None})

    def thread(self, within: timedelta) -> Sequence[Said]:  # noqa: ARG002
        return self.said

    def recorded(self, kind: str) -> Event | None:
        return next((event for event in reversed(self.kept.events) if event.kind == kind), None)

    def evidence(self, named: Sequence[Mapping[str, Any]]) -> Evidence:
        return evidence_from(named, self.kept.texts)

    def record(self, *events: Event) -> None:
        self._write(*events)

    def record_shown(self, event: Event) -> None:
        self._write(event)

    def record_evidence(self, event: Event, evidence: Evidence) -> None:
        self._write(event)
        self.kept.texts |= texts_of(evidence)

    def pace(self) -> Pace:
        return self.kept.pace

    def is_withdrawn(self) -> bool:
        return False

    def is_paused(self) -> bool:
        return self.kept.paused

    def record_turned_away(self, event: Event) -> bool:
        self._write(event.model_copy(update={"body": {**event.body, "told": self.kept.tells}}))
        return self.kept.tells

    def check_lease(self) -> None:
        if self.lost:
            raise LostLease("another worker has this work now")

    def finish(self, event: Event) -> None:
        self._write(event)
        self.kept.done = True

    def hold(self, event: Event) -> None:
        self._write(event)
        self.kept.done = self.kept.held = True

    def _write(self, *events: Event) -> None:
        self._writes += 1
        self.lost = self.lost or (self._loses_lease_at is not None and self._writes >= self._loses_lease_at)
        self.check_lease()
        for event in events:
            body = json.loads(json.dumps(event.body))
            self.kept.events.append(Event(kind=event.kind, receipt=self._question.receipt, body=body))
            self.log.append(event.kind)
