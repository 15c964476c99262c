"""What Footnote says in its own name. No sentence here depends on anything that a reader may not read."""

from collections.abc import Mapping, Sequence
from typing import Literal

from policies.evidence import Refusal, RefusalReason

FOR_YOU_ALONE = "This part is for you alone, because not everyone there may read it."
EDITED = "You edited your question; this answers the new wording."
GOES_ON = "(The answer goes on. Open the documents below for the rest.)"
GOES_ON_THERE = "(and it goes on there)"
STATUS = "is reading what you may read…"
WHY = "Why?"
USEFUL, NOT_USEFUL = "Useful", "Not useful"
HIDDEN = "Only what you may read now is shown."
LOADING = "Looking up what this answer was made from…"

_OTHERWISE: Mapping[bool | None, str] = {
    True: "A newer page says otherwise:",
    False: "An older page says otherwise:",
    None: "Another page says otherwise:",
}
TAKES_ITS_PLACE = "A newer page has taken the place of one that is cited here:"


def otherwise(*, newer: bool | None, says: str) -> str:
    """Before the name of a page that disagrees, and what it says."""
    return _OTHERWISE[newer] if says else TAKES_ITS_PLACE


FAILED = (
    "Something went wrong on my side, so I have no answer for you. Please ask again in a minute. "
    "If it happens again, give this id to whoever runs Footnote:"
)

FAILED_ASIDE = (
    "You asked in a channel. I also looked in what you may read and others there may not, and something went wrong on "
    "my side. To have that looked up, ask me again here. If it happens again, give this id to whoever runs Footnote:"
)

_UNANSWERED = "Try the words that the document would use, or ask whoever looks after the subject."

# Of nobody in particular: whoever reads along in a channel need not learn how much somebody asks elsewhere.
_TOO_MANY = "More was asked at once than I can take in, so I have not looked this up. Ask me again in a minute, please."

REFUSALS: Mapping[RefusalReason, str] = {
    RefusalReason.UNANSWERED: f"I found no answer to this in what you may read. {_UNANSWERED}",
    RefusalReason.UNKNOWN_PERSON: (
        "None of the sources knows you by your e-mail address, so there is nothing that I may answer from. "
        "Ask whoever runs Footnote to add you to a source."
    ),
    RefusalReason.UNPROVEN: (
        "I could not prove an answer to this word for word, so I give none. Try a narrower question."
    ),
    RefusalReason.NOT_A_MEMBER: (
        "I answer full members of this company only. Ask a colleague who is one to put the question for you."
    ),
    RefusalReason.UNKNOWN_AUDIENCE: (
        "I could not find out who can read this conversation, so I give no answer here. Ask me in a direct message."
    ),
    RefusalReason.TOO_MANY: _TOO_MANY,
    RefusalReason.TOO_MANY_BY_ALL: _TOO_MANY,
}

_ASK_ME = "Ask me in a direct message: there I look in everything that you may read, which may be more."

IN_A_CHANNEL: Mapping[RefusalReason, str] = {
    **REFUSALS,
    RefusalReason.UNANSWERED: f"I found no answer to this in what everyone here may read. {_ASK_ME}",
    RefusalReason.UNPROVEN: (
        "I could not prove an answer to this, word for word, from what everyone here may read, so I give none. "
        f"Try a narrower question. {_ASK_ME}"
    ),
}

CLARIFICATIONS: Mapping[Literal["empty", "too_long", "composer"], str] = {
    "empty": "What would you like to know? Ask a whole question, such as: how many days of leave do I have?",
    "too_long": "That is longer than I can take in as one question. Please ask it in a few sentences.",
    "composer": "Could you say more precisely what you would like to know?",
}

NOTHING: Mapping[Literal["failed", "gone", "not_yours"], str] = {
    "failed": "I could not look that up just now. Please close this and click again in a minute.",
    "gone": "What this answer was made from is no longer kept. Ask the question again to see where its answer stands.",
    "not_yours": "There is nothing here that you may read now. Ask the question yourself to see what I can show you.",
}

THANKS = "Thank you. I am glad that this helped."
THANKS_ALL_THE_SAME = "Thank you for telling me. I have noted that this did not help; try it once more in other words."


def refusal(refused: Refusal, *, direct: bool) -> str:
    if not direct:
        return IN_A_CHANNEL[refused.reason]
    return " ".join((REFUSALS[refused.reason], *([_unknown_at(refused.unknown_at)] if refused.unknown_at else [])))


def _unknown_at(sources: Sequence[str]) -> str:
    return (
        f"I could not look in {_listed(sources)} for you, where your e-mail address is not known. "
        "Whoever runs Footnote can link your account there."
    )


def _listed(names: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def cut_short(receipt: str) -> str:
    return f"There is more than fits here. Whoever runs Footnote sees all of it with `footnote audit show {receipt}`."
