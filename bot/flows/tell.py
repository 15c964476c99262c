"""A reply that is shown claim by claim, while it is being written. It is an early view of what is decided in the end:

    claim → proven? → may everything that the model saw still be read? → by the same readers? → ledger → show

What is not shown here is shown with the whole, or not at all.
"""

from collections.abc import Callable
from concurrent.futures import Future
from typing import NamedTuple

from bot.core.clock import Stopwatch
from bot.core.failpoints import Reach
from bot.core.nouns import Event, Part
from bot.core.ports import Work
from bot.core.receipt import Dropped
from bot.flows.read import Reading, Sought, with_what_is_shut
from bot.steps.recheck import Unreadable
from bot.steps.verify import formed, overruled, violated
from policies.contract import Violation
from policies.evidence import Answer, Claim, Draft, Evidence
from policies.people import Audience


class OthersReadAlong(Exception):  # noqa: N818 - named by recovery: it is decided anew, for them as well
    """Somebody came to the place, or left it, while a reply was being told there."""


class Stage(NamedTuple):
    """Where a reply can be shown while it is being written. `still`: it is read by nobody but these."""

    grow: Callable[[Part], None]
    take_back: Callable[[], None]
    still: Callable[[Audience], bool]


class Telling:
    """Of one reply, from one evidence. `asking`: what its sources say of it."""

    def __init__(
        self,
        stage: Stage,
        work: Work,
        sought: Sought,
        evidence: Evidence,
        house: Reading,
        asking: Future[Unreadable],
        *,
        reach: Reach,
        watch: Stopwatch,
    ) -> None:
        self._stage, self._work, self._sought, self._evidence = stage, work, sought, evidence
        self._house, self._asking, self._reach, self._watch = house, asking, reach, watch
        self.said: tuple[Claim, ...] = ()
        self.dropped: tuple[Dropped, ...] = ()

    def hear(self, claim: Claim, by: str) -> bool:
        """Whether readers see it."""
        broken = self._broken(claim)  # (1)
        if broken:
            self.dropped += (Dropped(claim=claim, violations=broken),)
            return False
        if with_what_is_shut(self._asking.result(), self._evidence, self._sought, self._house):  # (2)
            return False
        if not self._stage.still(self._sought.audience):  # (3)
            raise OthersReadAlong
        self._work.record(self._as_said(claim, by))  # (4)
        self.said += (claim,)
        self._reach("tell.after_record")
        self._stage.grow(self._part(by))  # (5)
        self._reach("tell.after_show")
        return True

    def take_back(self) -> None:
        if self.said:
            self._stage.take_back()

    def _broken(self, claim: Claim) -> tuple[Violation, ...]:
        """By the same rules as the whole: each claim stands by itself."""
        question, rules, draft = self._sought.wording.understood, self._sought.rules, Draft(claims=(claim,))
        found = violated(question, draft, self._evidence, rules.answer)
        return overruled(question, draft, found, self._evidence, rules.topics)

    def _as_said(self, claim: Claim, by: str) -> Event:
        body = {
            "number": len(self.said),
            "claim": claim.model_dump(mode="json"),
            "by": by,
            "ms": self._watch.since_start_ms,
        }
        return Event(kind="said", body={"attempt": self._work.attempt, **body})

    def _part(self, by: str) -> Part:
        question, topics = self._sought.wording.understood, self._sought.rules.topics
        reply = formed(question, Answer(claims=self.said), self._evidence, topics)
        return Part(reply=reply, evidence=self._evidence, model=by)
