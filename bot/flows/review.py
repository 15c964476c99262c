"""What becomes of an answer that a person checks before anybody sees it. Nothing is shown that was not approved as it is.

    held → who may check it? → their card → a click, or time is up → whoever is next
         → approved → may they still? → is it still true, for whoever reads along now? → close → post
         → declined, nobody left, not true any more → close → say so
         → withdrawn → the card says so

Each → is a conditional move, on record in the same transaction; a worker that died is followed by another, which finds what
was posted by its nonce. A click does no more than to decide: see `flows.ruling`.
"""

from datetime import timedelta
from typing import Final, Literal, assert_never

from bot.core.failpoints import Reach
from bot.core.nouns import Event, Meanwhile, Part, Shows, SlackUser, Turn, new_turn_id
from bot.core.ports import Poster, Review, ReviewDesk
from bot.core.record import newest, part_body, seen_digest
from bot.flows.checking import Checking, as_approved, may_be_checked_by, untrue
from bot.flows.read import Reading
from bot.flows.requests import checked_by
from bot.flows.seen import AsSeen, as_seen
from policies.evidence import Evidence, Refusal, RefusalReason
from policies.review import Passed, Stage, Untrue, to_ask

_REFUSED: Final = {
    "declined": RefusalReason.DECLINED,
    "nobody": RefusalReason.NOT_REVIEWED,
    "outdated": RefusalReason.OUTDATED,
}
Refused = Literal["declined", "nobody", "outdated"]


def tend(review: Review, house: Reading, desk: ReviewDesk, poster: Poster, reach: Reach) -> None:
    """As far as it goes now."""
    house = house.pinned()
    poster = AsSeen(poster, lambda: house.rules(None).redaction)
    while True:
        stage, turns = review.stage(), len(review.turns())
        checking = Checking(review, house, desk, reach, house.clock(), review.happened())
        end = _step(checking, stage, poster)
        if end is not None or (review.stage(), len(review.turns())) == (stage, turns):
            break
    _turn_cards(checking, stage)
    if stage == "asked":
        review.rest(review.turns()[-1].until)
    else:
        review.finish(end)
        reach("review.after_finish")


def _step(checking: Checking, stage: Stage, poster: Poster) -> Event | None:
    """What ends it, if anything does: it is over once that is on record."""
    match stage:
        case "held":
            _ask_next(checking, stage)
        case "asked":
            _wait(checking)
        case "approved":
            return _approved(checking, poster)
        case "declined" | "nobody" | "outdated":
            return _closed(checking, stage, _refusal(checking, stage), poster)
        case "withdrawn":
            _note(checking, "withdrawn")
        case _:
            assert_never(stage)
    return None


def _ask_next(checking: Checking, stage: Stage) -> None:
    """Whoever may not check it learns nothing, and is on record."""
    review, turns = checking.review, checking.review.turns()
    asked = [one.reviewer.user for one in turns]
    reviewers, minutes = checked_by(checking.way, checking.requests)
    assert isinstance(checking.question.asker, SlackUser)
    for user in to_ask(reviewers, asked, checking.question.asker.user):
        reviewer = SlackUser(team=checking.question.asker.team, user=user)
        if not may_be_checked_by(checking, reviewer):
            review.record(_passed(reviewer, "may_not"))
            continue
        until = checking.house.clock() + timedelta(minutes=minutes)
        turn = Turn(
            id=new_turn_id(),
            receipt=checking.question.receipt,
            number=len(turns) + 1,
            reviewer=reviewer,
            until=until,
        )
        seen = seen_digest(checking.closed)
        body = {"number": turn.number, "reviewer": str(reviewer), "until": until.isoformat(), "seen": seen}
        review.ask(turn, Event(kind="review_asked", body=body), instead_of=stage)
        checking.reach("review.after_ask")
        return
    review.move("nobody", Event(kind="review_unanswered", body={"asked": len(turns)}), instead_of=stage)


def _passed(reviewer: SlackUser, why: Passed) -> Event:
    return Event(kind="review_passed", body={"reviewer": str(reviewer), "because": why})


def _wait(checking: Checking) -> None:
    turn = checking.review.turns()[-1]
    if checking.now >= turn.until:
        checking.review.record(_passed(turn.reviewer, "time"))
        _ask_next(checking, "asked")
    elif turn.message is None:
        _send_card(checking, turn)


def _send_card(checking: Checking, turn: Turn) -> None:
    """The draft as it would be posted: under the same masks."""
    review, part = checking.review, checking.part
    where = None
    if part is not None:
        reply, evidence, _ = as_seen(part.reply, part.evidence, checking.house.rules(None).redaction)
        seen = part.model_copy(update={"reply": reply, "evidence": evidence, "offer": checking.way.offers})
        size = checking.closed["readers"]["size"]
        _, minutes = checked_by(checking.way, checking.requests)
        again = review.attempt > 1
        if not review.is_at("asked"):
            return
        where = checking.desk.ask(turn, checking.asked, seen, readers=size, minutes=minutes, again=again)
    checking.reach("review.after_card")
    if where is None:
        review.record(_passed(turn.reviewer, "unreachable"))
        _ask_next(checking, "asked")
        return
    review.located(turn, where["channel"], where["message"])
    if turn.number > 1:
        _note(checking, "next")


def _note(checking: Checking, about: Meanwhile) -> None:
    held = newest(checking.events, "held")
    for where in held.body["to"] if held is not None else ():
        checking.desk.notice(where["channel"], where["message"], about)


def _approved(checking: Checking, poster: Poster) -> Event | None:
    """As it was approved; if whoever did may still read all of it, and whoever reads along now may, of what did not change."""
    decided = newest(checking.events, "review_decided")
    turn = checking.review.turns()[-1]
    if not may_be_checked_by(checking, turn.reviewer):
        checking.review.record(_passed(turn.reviewer, "may_not"))
        _ask_next(checking, "approved")
        return None
    part = as_approved(checking, decided, turn)
    why: Untrue | None = "erased" if part is None else untrue(checking, part)
    if part is None or why is not None:
        checking.review.move("outdated", Event(kind="review_outdated", body={"because": why}), instead_of="approved")
        return None
    return _closed(checking, "approved", part, poster)


def _refusal(checking: Checking, stage: Refused) -> Part:
    decided = newest(checking.events, "review_decided") if stage == "declined" else None
    says = decided.body.get("reason") if decided is not None else None
    told = checking.seen(says) if says is not None else None
    return Part(reply=Refusal(reason=_REFUSED[stage], says=told), evidence=Evidence())


def _closed(checking: Checking, stage: Stage, part: Part, poster: Poster) -> Event | None:
    """On record, and then shown. None: it was withdrawn meanwhile."""
    review = checking.review
    checked = part.checked.model_dump(mode="json") if part.checked is not None else None
    review.record(Event(kind="review_closed", body={**part_body(part), "checked": checked}))
    checking.reach("review.after_close")
    if not review.is_at(stage):
        return None
    to = dict(poster.post(checking.question, part, again=review.attempt > 1))
    checking.reach("review.after_post")
    _note(checking, "approved" if stage == "approved" else "over")
    return Event(kind="posted", body={"attempt": review.attempt, "to": [to]})


def _turn_cards(checking: Checking, stage: Stage) -> None:
    """Each card that can still be pressed, and on which nothing is to be pressed any more."""
    turns = checking.review.turns()
    for turn in turns:
        shows = _shows(stage, is_last=turn is turns[-1])
        if shows is not None and turn.shows != shows:
            checking.desk.turn(turn, checking.asked, shows, turns[-1].reviewer)
            checking.review.turned(turn, shows)


def _shows(stage: Stage, *, is_last: bool) -> Shows | None:
    match stage:
        case "withdrawn":
            return "withdrawn"
        case "approved" | "declined":
            return stage
        case "outdated":
            return "over"
        case "asked" if is_last:
            return None
        case "held" | "asked" | "nobody":
            return "passed"
