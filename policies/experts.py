"""Whom is a question handed over to, and what becomes of what they reply? By rule, by who reads what, and by who clicks:
never by what stands in any document.
"""

from collections.abc import Collection, Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from policies.evidence import Answer, Clarification, Notice, Refusal, RefusalReason, Reply
from policies.people import Noun, Principal, principal
from policies.topics import has_word
from policies.verbatim import fold

SAVED: Final = "saved-answers"  # the source that saved answers are documents of

MOST_REPLIES: Final = 20  # to one question that anything is made of; a discussion is longer, and no answer
MOST_CHARACTERS: Final = 3_000  # of what is posted in somebody's name
MOST_OF_A_QUESTION: Final = 300  # that a saved answer answers

_WITHOUT_ANSWER: Final = frozenset({RefusalReason.UNANSWERED, RefusalReason.UNPROVEN, RefusalReason.OUT_OF_SCOPE})

Channel = Annotated[str, Field(pattern=r"^[CG][A-Z0-9]{2,40}$")]


class Subject(Noun):
    """One of its words in a question tells it; in its channel are those who know."""

    words: tuple[Annotated[str, Field(min_length=2, max_length=100)], ...] = Field(min_length=1)
    channel: Channel


class Lives(Noun):
    """For how many days a saved answer is one."""

    days: int = Field(default=180, ge=1)
    most_days: int = Field(default=730, ge=1, le=3650)

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.days > self.most_days:
            raise ValueError("`days` is more than `most_days`")
        return self


class Experts(Noun):
    """Without a channel nobody is asked. Older texts have none."""

    channel: Channel | None = None
    saved: Lives = Lives()
    subjects: Mapping[str, Subject] = {}


def channel_for(question: str, reply: Reply, experts: Experts) -> str | None:
    """Where the question would be asked after this reply to it. None: nobody is. What is restricted goes to people only
    where its rule says so.
    """
    match reply:
        case Answer():
            return _of_subject(question, experts)
        case Refusal(reason=RefusalReason.RESTRICTED):
            return _named_first(reply, question, experts) if reply.hand_over else None
        case Refusal():
            return _named_first(reply, question, experts) if reply.reason in _WITHOUT_ANSWER else None
        case Clarification() | Notice():
            return None


def _named_first(refused: Refusal, question: str, experts: Experts) -> str | None:
    return refused.ask_in or _of_subject(question, experts)


def _of_subject(question: str, experts: Experts) -> str | None:
    asked = fold(question).casefold()
    told = (one.channel for one in experts.subjects.values() if any(has_word(word, asked) for word in one.words))
    return next(told, experts.channel)


Unasked = Literal["asked", "erased", "nobody", "not_yours", "taken_back"]
"""Why a click hands nothing over. `asked`: it was done before. `nobody`: no rule names a channel any more."""


def why_not_asked(*, asker: str, clicker: str, is_current: bool, is_asked: bool, channel: str | None) -> Unasked | None:
    """Whoever did not ask learns nothing else."""
    if clicker != asker:
        return "not_yours"
    if is_asked:
        return "asked"
    if not is_current:
        return "taken_back"
    return "nobody" if channel is None else None


Unsaved = Literal["gone", "not_a_member", "not_yours", "saved"]
"""Why a click saves nothing. `gone`: the reply was deleted. `not_a_member`: its author is no full member who reads there."""


def why_not_saved(*, author: str, clicker: str, is_gone: bool, reads: bool, is_saved: bool) -> Unsaved | None:
    if clicker != author:
        return "not_yours"
    if is_gone:
        return "gone"
    if not reads:
        return "not_a_member"
    return "saved" if is_saved else None


Told = Literal["here", "aside", "without_words"]
"""How the asker is told of a reply: with its words where they asked, with its words alone, or that there is one."""


def told_how(
    *, place: Collection[str] | None, experts: Collection[str] | None, asker: str, is_released: bool = False
) -> Told:
    """Of both, everyone who reads there; None: who that is could not be found out. Words that were said in a channel are
    shown to nobody who may not read that channel, unless their author has sent them.
    """
    otherwise: Told = "aside" if is_released else "without_words"
    if experts is None:
        return otherwise
    if place is not None and asker in place and set(place) <= set(experts):
        return "here"
    return "aside" if asker in experts else otherwise


def may_release(*, author: str, clicker: str, is_gone: bool) -> bool:
    """Whoever wrote a reply may have it sent to whoever asked, though they do not read the channel: the words are theirs."""
    return clicker == author and not is_gone


def may_follow(*, experts: Collection[str] | None, place: Collection[str] | None) -> bool:
    """Whether everyone who reads the experts' channel may follow a link to that place."""
    return experts is not None and place is not None and set(experts) <= set(place)


Saved = Literal["wanted", "kept", "refused", "removed", "expired"]
"""`wanted`: its author has said so. `kept`: it may be found. `refused`: it was gone, or its author no member, by
then; or saving it failed.
"""

TRANSITIONS: Final[Mapping[Saved, frozenset[Saved]]] = {
    "wanted": frozenset({"kept", "refused", "removed"}),
    "kept": frozenset({"removed", "expired"}),
    "refused": frozenset({"wanted"}),
    "removed": frozenset({"wanted"}),
    "expired": frozenset({"wanted"}),
}


def before(state: Saved) -> frozenset[Saved]:
    """The states out of which it may come."""
    return frozenset(one for one, after in TRANSITIONS.items() if state in after)


def held_by_readers_of(channel: str) -> Principal:
    """What whoever reads this channel at this moment holds. It is given out by nobody but who asks Slack."""
    return principal(SAVED, f"channel:{channel}")
