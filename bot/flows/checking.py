"""May a held answer be checked by somebody, and may what they approved be shown now? Asked anew each time, of the sources and
of what is known here; what cannot be found out is waited for, and never taken for a yes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from bot.core.failpoints import Reach
from bot.core.nouns import Checked, Event, Part, PassageId, Question, SlackUser, Turn, Wording
from bot.core.ports import Review, ReviewDesk
from bot.core.record import ERASED, audience_body, newest, part_from, reply_from, seen_digest
from bot.flows.by_rule import not_for
from bot.flows.read import Reading, Sought, confirm
from connectors.model import Retryable
from policies.evidence import Answer, Evidence
from policies.intents import Request, Route
from policies.people import Audience
from policies.redaction.view import masked
from policies.review import Untrue, cited_handles, may_check
from policies.rules import Rules


@dataclass(frozen=True)
class Checking:
    """One held answer, with everything that the ledger has of it. `now` is one moment for the whole of it."""

    review: Review
    house: Reading
    desk: ReviewDesk
    reach: Reach
    now: datetime
    events: Sequence[Event]

    @property
    def question(self) -> Question:
        return self.review.question

    @cached_property
    def asked(self) -> Question:
        """As whoever checks it may see it."""
        return self.question.model_copy(update={"text": self.seen(self.question.text)})

    def seen(self, text: str) -> str:
        return masked(text, self.house.rules(None).redaction, "channel")

    @cached_property
    def closed(self) -> dict[str, Any]:
        """Nothing, if it was erased: then nobody can check it any more."""
        event = newest(self.events, "closed")
        return event.body if event is not None else {}

    @cached_property
    def part(self) -> Part | None:
        part = part_from(self.closed, self.review.evidence) if self.closed else None
        is_whole = part is not None and all(one.text != ERASED for one in part.evidence.passages)
        return part if is_whole and part is not None and isinstance(part.reply, Answer) else None

    @property
    def way(self) -> Route:
        return Route.model_validate(self.closed["route"])

    @property
    def requests(self) -> Sequence[Request]:
        return [Request.model_validate(one) for one in self.closed.get("requests", ())]

    @property
    def rules(self) -> Rules:
        """Those of the question."""
        claimed = newest(self.events, "claimed")
        return self.house.rules(claimed.body["rules"] if claimed is not None else None)


def may_be_checked_by(checking: Checking, reviewer: SlackUser) -> bool:
    """By the word of the sources, as they are at this moment. A source that is away is waited for."""
    part = checking.part
    if part is None:
        return False
    person = checking.house.people.asker(checking.question.model_copy(update={"asker": reviewer}))
    if not may_check(person, reads_all=True):  # whatever they may read
        return False
    return may_check(person, reads_all=not _shut(checking, _cited(part), Audience.only(person)))


def _cited(part: Part) -> Evidence:
    """With what its caveats name."""
    assert isinstance(part.reply, Answer)
    handles = cited_handles(part.reply)
    return Evidence(found=tuple(one for one in part.evidence.found if one.passage.handle in handles))


def _shut(checking: Checking, evidence: Evidence, audience: Audience) -> bool:
    shut = confirm(evidence, _sought(checking, audience), checking.house)
    if shut.sources and not shut.documents:
        raise Retryable("a source does not say who may read what")
    return bool(shut)


def _sought(checking: Checking, audience: Audience) -> Sought:
    wording = Wording(asked=checking.question.text)
    return Sought(wording, audience, checking.way, checking.rules.answers, checking.now)


def as_approved(checking: Checking, decided: Event | None, turn: Turn) -> Part | None:
    """None: it was erased, or is not what they saw."""
    part = checking.part
    if part is None or decided is None or decided.body["seen"] != seen_digest(checking.closed):
        return None
    words = decided.body.get("reply")
    checked = Checked(by=turn.reviewer, edited=words is not None)
    reply = reply_from(words) if words is not None else part.reply
    return part.model_copy(update={"reply": reply, "checked": checked, "offer": checking.way.offers})


def untrue(checking: Checking, part: Part) -> Untrue | None:
    """Why what was approved is not shown: for the receipt alone."""
    asker = checking.house.people.asker(checking.question)
    declared = checking.rules.audience.full_members.principals
    readers = checking.house.people.readers(checking.question, asker, declared=declared)
    if not_for(asker) is not None or not readers.complete or not _reads_as_before(checking, readers):
        return "readers"
    if _shut(checking, part.evidence, readers):
        return "access"
    return None if _is_unchanged(checking, _cited(part)) else "changed"


def _reads_as_before(checking: Checking, readers: Audience) -> bool:
    """The same people; or others, from none of whom anything is hidden that the answer was looked for in."""
    before, now = checking.closed["readers"], audience_body(readers)
    if (before["digest"], before["complete"]) == (now["digest"], now["complete"]):
        return True
    looked = (one.body.get("filters", {}).get("lists", ()) for one in checking.events if one.kind == "retrieved")
    lists = {list_id for lists in looked for list_id in lists}
    return lists <= checking.house.access.readable(readers, checking.now)


def _is_unchanged(checking: Checking, evidence: Evidence) -> bool:
    """Another version of a page may say that what is quoted no longer holds."""
    pieces = {
        PassageId(id_): found.passage.version for found in evidence.found for id_ in found.pieces or (found.passage.id,)
    }
    live = checking.house.passages.live(sorted(pieces))
    return all(id_ in live and live[id_].passage.version == version for id_, version in pieces.items())
