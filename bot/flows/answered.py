"""Was the same asked before, on behalf of readers who may read the same, of the same documents? Then the answer is the same.

Only what was wholly proven is kept, and only in this process. It is never shown before it is on record for whoever asks
now, with its evidence, and before every document of that was asked about anew, for them.
"""

import hashlib
import json
import threading
from typing import Final, NamedTuple

from cachetools import TTLCache

from bot.core.clock import Timer, day_of, timer
from bot.core.failpoints import Reach
from bot.core.nouns import Byline, Event, Judging, Part, ReceiptId
from bot.core.ports import Scope, Work
from bot.core.receipt import Dropped
from bot.flows.read import Reading, Sought, confirm, retrieved, unreadable_body
from bot.steps.recheck import Unreadable
from bot.steps.retrieve import Retrieved
from policies.contract import Violation
from policies.evidence import Answer, Draft
from policies.people import Noun
from policies.verbatim import fold

_KEPT_S: Final = 60 * 60  # a model, or an embedder, may be another by then under the same name
_OF_A_KEY: Final = 256  # bytes, roughly, with all that is kept about it


class Asked(NamedTuple):
    """A question on its way to an answer, who would write it, and by which rules."""

    sought: Sought
    work: Work
    house: Reading
    composer: str
    judge: str | None
    rules: str

    @property
    def scope(self) -> Scope:
        """What its readers may read at this moment, if no source takes anything back."""
        return Scope(lists=self.house.access.readable(self.sought.audience, self.sought.now))

    def key(self) -> str:
        """Another one whenever the answer might be."""
        sought, house, meaning = self.sought, self.house, self.house.meaning()
        wording = sought.wording
        follows_from = {
            "asked": fold(wording.asked),
            "whole": fold(wording.whole) if wording.whole is not None else None,
            "leans": wording.leans,
            "lists": sorted(self.scope.lists),
            "index": meaning.index.newest().generation,
            "day": day_of(sought.now).isoformat(),
            "embedder": meaning.embedder.name if meaning.embedder is not None else None,
            "reranker": house.reranker.name if house.reranker is not None else None,
            "composer": self.composer,
            "judge": self.judge,
            "rules": self.rules,
            "in_force": house.rules(None).digest,
            "route": sought.route.model_dump(mode="json"),
            "style": sought.rules.style.model_dump(mode="json"),
        }
        return hashlib.sha256(json.dumps(follows_from, sort_keys=True).encode()).hexdigest()


class Made(NamedTuple):
    """What became of one look for evidence."""

    scope: Scope
    found: Retrieved
    draft: Draft
    violations: tuple[Violation, ...]
    by: tuple[Byline, ...]  # for each try
    dropped: tuple[Dropped, ...] = ()  # while it was being written
    judged: tuple[Judging, ...] = ()  # for each try of which a judge was asked

    @property
    def is_proven(self) -> bool:
        """Wholly, and by everybody who was to have a say in it: whoever asks again would get nothing better."""
        by = self.by[-1]
        unjudged = (one.because for one in self.judged[-1:])
        fell_short = (by.shortfall, by.instead_of, by.because, by.without_vectors, *unjudged)
        return self.found.is_whole and not (self.violations or self.dropped or any(fell_short))


class Kept(Noun):
    """An answer that was proven, and the receipt that has everything of it."""

    receipt: ReceiptId
    draft: Draft
    by: Byline
    part: Part


class Answers:
    """Of this process. Kept as they would be written down: so they have a length, and nobody else holds a part of one.

    Key: a digest of the question as it is worded and understood, but for white space; of the lists that its readers may
    read (when a grant ends, or somebody joins a group, they are others); of the index's generation, which every change to
    a document advances; of the day, by which what is recent counts; of the embedder, the reranker, the composer with its
    prompt and the style that it is asked for, the judge and the route with its scope; of the rules that the question was taken up under, and of those in force, by which a model is shown
    masks. What stands still while a process runs is not in it. Expiry: an hour, or when room is needed, those first that
    were not used for longest.
    """

    def __init__(self, most_bytes: int, *, timer: Timer = timer) -> None:
        self._most_bytes, self._lock = most_bytes, threading.Lock()
        self._written: TTLCache[str, bytes] = TTLCache(most_bytes, ttl=_KEPT_S, timer=timer, getsizeof=_bytes)

    def of(self, key: str) -> Kept | None:
        with self._lock:
            written = self._written.get(key)
        return Kept.model_validate_json(written) if written is not None else None

    def keep(self, key: str, kept: Kept) -> None:
        written = kept.model_dump_json().encode()
        if _bytes(written) <= self._most_bytes:
            with self._lock:
                self._written[key] = written

    @property
    def bytes(self) -> int:
        with self._lock:
            return int(self._written.currsize)


def _bytes(written: bytes) -> int:
    return len(written) + _OF_A_KEY


def recalled(asked: Asked, key: str, answers: Answers, reach: Reach) -> Part | None:
    """In the same order as ever: on record, then asked about. None: it was not asked before, or not all of what it was
    answered from may be shown to these readers now.
    """
    kept = answers.of(key)
    if kept is None:
        return None
    work, evidence = asked.work, kept.part.evidence
    work.record_evidence(Event(kind="retrieved", body=_retrieved(kept, asked)), evidence)
    reach("ask.after_retrieve")
    unreadable = confirm(evidence, asked.sought, asked.house)
    reach("ask.after_compose")
    work.record(Event(kind="composed", body=_composed(kept, unreadable)))
    return None if unreadable else kept.part


def keep(asked: Asked, key: str, answers: Answers, made: Made, part: Part) -> None:
    """If whoever asks the same may be given the same. What was found without what a source took back, or while it changed
    what may be read, is of that moment alone.
    """
    if isinstance(part.reply, Answer) and made.is_proven and made.scope == asked.scope:
        answers.keep(key, Kept(receipt=asked.work.question.receipt, draft=made.draft, by=made.by[-1], part=part))


def _retrieved(kept: Kept, asked: Asked) -> dict[str, object]:
    """Nothing was searched, so nothing left for an embedder."""
    body = retrieved(Retrieved(kept.part.evidence), asked.sought, asked.scope, asked.house)
    return {**body, "answered_in": kept.receipt, "embedder_sent": None}


def _composed(kept: Kept, unreadable: Unreadable) -> dict[str, object]:
    """Nobody was asked to write, either."""
    by = kept.by.model_copy(update={"calls": (), "passed": (), "sent": ()})
    return {
        "draft": kept.draft.model_dump(mode="json"),
        "violations": [],
        "by": [by.model_dump(mode="json")],
        "unreadable": unreadable_body(unreadable),
    }
