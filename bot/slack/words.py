"""What Footnote says in its own name. No sentence here depends on anything that a reader may not read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from bot.core.cited import month
from bot.core.nouns import Beside, Meanwhile, Shortfall, Shows
from bot.core.receipt import State
from policies.contract import Rule, Violation
from policies.evidence import Known, Notice, Put, Refusal, RefusalReason
from policies.intents import Offer

FOR_YOU_ALONE = "This part is for you alone, because not everyone there may read it."
ALONE_THERE = "It is a rule there that whoever asks is answered alone."
EDITED = "You edited your question; this answers the new wording."
GOES_ON = "(The answer goes on. Open the documents below for the rest.)"
GOES_ON_THERE = "(and it goes on there)"
STATUS = "is reading what you may read…"
WHY = "Why?"
ASK_A_PERSON = "Ask a person"
USEFUL, NOT_USEFUL = "Useful", "Not useful"
USE = "Use this draft"
DONE = "Done"
USING = "Change it as you like and copy it from here. I send nothing, and what you change here is not kept."
PARTS_OF_A_DRAFT = "Draft, part {number}"
A_DRAFT = "Draft"
HIDDEN = "Only what you may read now is shown."
LOADING = "Looking up what this answer was made from…"

# Whose budget it is is nobody's business who reads along: the receipt says it.
SHORTFALLS: Mapping[Shortfall, str] = {
    "smaller": "Today's budget for the larger language models is spent, so a smaller one wrote this.",
    "spent": "Today's budget for language models is spent, so this is in the documents' own words.",
    "kept": "These documents are shown to no language model, so this is in their own words.",
    "rest": "The language model stopped in the middle, so the rest is in the documents' own words.",
    "away": "No language model gave an answer just now, so this is in the documents' own words.",
}


class Side(NamedTuple):
    """Of a disagreement: a page's name, what it says, and when it was last edited, as they are shown."""

    page: str
    says: str
    day: str | None


def conflict(one: Side, other: Side, *, newer: Literal["here", "there"] | None) -> str:
    first, second = _side(one, is_newer=newer == "here"), _side(other, is_newer=newer == "there")
    return f"Two pages disagree: {first}; {second}."


def _side(side: Side, *, is_newer: bool) -> str:
    page = f"the newer, {side.page}," if is_newer else side.page
    return f"{page} says “{side.says}”{f' ({side.day})' if side.day else ''}"


def superseded(old: str, new: str) -> str:
    return f"{new} has taken the place of {old}, which is cited here."


_MOST_NAMED = 3


def old(pages: Sequence[tuple[str, datetime]]) -> str:
    """By their names, and when each was edited."""
    (first, edited), *others = pages[:_MOST_NAMED]
    named = [f"{first} was last edited in {month(edited)}", *(f"{page} in {month(when)}" for page, when in others)]
    return f"{_listed(named)}."


def unread(source: str, day_: str) -> str:
    return f"{source} was last read on {day_}; what was changed there since is not in this answer."


def draft(*, is_text: bool) -> str:
    if is_text:
        return "Draft, not sent:"
    return "Sentences of your documents to write from, as they stand there; nothing was sent:"


def shortened(left_out: int) -> str:
    """Of a conversation that was summarised."""
    messages = "One message was" if left_out == 1 else f"{left_out} messages were"
    return f"{messages} left out of this summary: it is of the first one and the newest."


AN_ADDRESS = "(see where this comes from)"
_NOR_THE_REST = (
    "Nor have I done what else you asked for: I do one thing for each message, so please ask for it in another."
)
_PUT = "A card in our direct conversation asks whoever wanted it whether to put it there. Nothing has been put anywhere yet."


def put(said: Put) -> str:
    """Under a draft that was also to be put somewhere."""
    return _PUT if said.because is None else f"I put it nowhere. {denied(said.because, is_part=said.is_part)}"


def denied(because: str, *, is_part: bool) -> str:
    why = DENIED.get(because, DENIED["no_rule"])
    return f"{why} {_NOR_THE_REST}" if is_part else why


ASK_IN = "Ask in"

# While a colleague checks an answer, and when they have.
HELD = "A colleague checks this answer before you get it; you will see it here."
NOTICED: Mapping[Meanwhile, str] = {
    "next": "Another colleague looks at this answer now; you will see it here.",
    "approved": "A colleague has checked the answer. It stands below.",
    "over": "A colleague was asked to check the answer. What came of it stands below.",
    "withdrawn": "This question was taken back or changed, so nobody checks an answer to it any more.",
}
CHECKED = ("Checked by ", ".")
CHECKED_EDITED = ("Checked by ", ", who put some of it in other words.")
PLEASE_CHECK = "Please check this answer before anybody sees it. Somebody asked:"
APPROVE, EDIT, DECLINE = "Approve", "Edit", "Decline"
SEEN_BY_THE_ASKER = "Whoever asked will see it, and nobody else."
LOADING_EDIT = "Getting the answer…"
HOW_TO_EDIT = (
    "Each part keeps its sources, and may say only what they say: numbers, dates and names have to stand in what it quotes. "
    "Empty a part to leave it out."
)
CLAIM = "Part {number}"
STAYS = "Part {number} is too long to be changed here, so it stays as it is."
REASON = "What should whoever asked know? They see this."
ALL_EMPTY = "One part at least has to stay. To have none shown, close this and press Decline."
DECIDED_BY_ANOTHER: Mapping[str, str] = {
    "approved": "has approved it already.",
    "declined": "has declined it already.",
}
CARD_OVER: Mapping[Shows, str] = {
    "approved": "You approved it. It is shown where it was asked.",
    "declined": "You declined it. Whoever asked is told so, kindly.",
    "passed": "Time ran out, or you may not read all of it any more, so this was passed on.",
    "over": "What the answer was made from changed, or who may read it did, so it was not shown.",
    "withdrawn": "The question was taken back or changed, so there is nothing more to do here.",
}
_NOTHING_TO_CHECK = "There is nothing to check here any more."
RULED: Mapping[Literal["taken", "unknown", "not_yours", "approved", "declined", "passed", "over", "withdrawn"], str] = {
    "taken": _NOTHING_TO_CHECK,
    "unknown": _NOTHING_TO_CHECK,
    "not_yours": "Only whoever was asked to check this can do that.",
    "approved": CARD_OVER["approved"],
    "declined": CARD_OVER["declined"],
    "passed": CARD_OVER["passed"],
    "over": CARD_OVER["over"],
    "withdrawn": CARD_OVER["withdrawn"],
}
_BROKEN: Mapping[Rule, str] = {
    Rule.EMPTY_CLAIM: "This says nothing. Empty the field to leave it out.",
    Rule.UNSUPPORTED_NUMBER: "“{}” does not stand in what this quotes.",
    Rule.UNSUPPORTED_DATE: "The date “{}” does not stand in what this quotes.",
    Rule.UNSUPPORTED_NAME: "“{}” is not named in what this quotes.",
    Rule.CHANGED_UNIT: "“{}” has another unit in what this quotes.",
    Rule.CHANGED_BOUND: "What this quotes has another bound (at most, at least) than “{}”.",
    Rule.CHANGED_NEGATION: "What this quotes denies more, or less, than this does.",
    Rule.CHANGED_QUALIFIER: "What this quotes is limited otherwise (only, must, may): {}.",
    Rule.FOREIGN_LINK: "Links come from the sources alone; take “{}” out.",
    Rule.PING: "Nobody can be mentioned here; take “{}” out.",
    Rule.TOO_LONG: "This is too long: {}.",
    Rule.OTHER_LANGUAGE: "Please write in the language of the question.",
    Rule.LITTLE_SUPPORT: "This says other things than what it quotes. Stay nearer to its words.",
    Rule.NOT_ALLOWED: "A rule for this subject does not allow “{}”.",
    Rule.OUT_OF_RANGE: "A rule for this subject does not allow “{}”.",
}
_UNPROVEN = "What this quotes does not prove it. Stay nearer to its words."
_MOST_OF_A_DETAIL = 80


def broken(violation: Violation) -> str:
    """For whoever wrote it, at the field."""
    return _BROKEN.get(violation.rule, _UNPROVEN).format(violation.detail[:_MOST_OF_A_DETAIL])


def seen_in(readers: int) -> tuple[str, str]:
    """Before and after the channel's name."""
    return "Whoever reads ", f" will see it: {readers} {'person' if readers == 1 else 'people'} now."


def within(minutes: float) -> str:
    return f"You have {minutes:g} {'minute' if minutes == 1 else 'minutes'}; after that it is passed on."


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
    RefusalReason.NOT_ADDRESSED: "That was said to somebody else, so I do not reply. Ask me by my name if I should.",
    RefusalReason.TOO_MANY: _TOO_MANY,
    RefusalReason.TOO_MANY_BY_ALL: _TOO_MANY,
    RefusalReason.PAUSED: (
        "I am paused: an admin has stopped all answers for now, so I have not looked this up. Ask me again later, "
        "or ask whoever looks after the subject."
    ),
    RefusalReason.RESTRICTED: (
        "I say nothing on this subject: that is a rule here, whatever any document says. Ask whoever looks after it."
    ),
    RefusalReason.OUT_OF_SCOPE: (
        "That is nothing that I can look up: I answer from this company's documents. Ask me something that one of them "
        "may say."
    ),
    RefusalReason.NO_TOOL: (
        "I cannot do this, so nothing was done. Ask me how it is done or who does it, and I look for the page "
        "that says so."
    ),
    RefusalReason.NO_SUMMARY: (
        "There is no thread here that I could summarise. Ask me in the thread itself, or send me a link to it in a direct "
        "message. In a channel you can ask for its last messages, or for what was said there today."
    ),
    RefusalReason.SUMMARY_BESIDE: "I summarise a conversation when that is all you ask. Ask me that by itself, please.",
    RefusalReason.LINK_ELSEWHERE: (
        "I summarise another conversation for you alone, because not everyone here may be in it. "
        "Ask me with that link in a direct message."
    ),
    RefusalReason.UNREADABLE_LINK: (
        "There is nothing that I can summarise for you there. It has to be a conversation that both of us are in. Ask somebody "
        "who is in it to invite you, or me; or check the link."
    ),
    RefusalReason.EMPTY_CONVERSATION: (
        "Nothing was said there that I could summarise: I leave out my own answers, and what has no words. "
        "Ask me again when more was said."
    ),
    RefusalReason.UNPROVEN_SUMMARY: (
        "I could not prove a summary of this, word for word, so I give none. Ask me for something in particular, such as "
        "what was decided, or who does what."
    ),
    RefusalReason.NOT_REVIEWED: (
        "A colleague has to check answers on this subject, and nobody who may could do so in time. Ask again later, or ask "
        "whoever looks after the subject."
    ),
    RefusalReason.DECLINED: (
        "A colleague looked at the answer to this and would rather not have it given. Ask in other words, or ask whoever "
        "looks after the subject."
    ),
    RefusalReason.OUTDATED: (
        "While a colleague checked the answer to this, what it was made from changed, or who reads here did. "
        "Ask me again, please."
    ),
    RefusalReason.NEEDS_SLACK: (
        "A colleague checks answers on this subject before anybody sees them, and I reach them in Slack alone. "
        "Ask me there, please."
    ),
}

# Under an answer, where the message may have wanted something else.
OFFERS: Mapping[Offer, str] = {
    "act": (
        "If you wanted this done: nothing was done. Ask me for it by itself, and say where; or ask me how it is done."
    ),
    "draft": "I draft a text when that is all you ask. Please ask me for it by itself.",
}

# Under whatever was made of a message, where more than words stood in it.
BESIDE: Mapping[Beside, str] = {
    "file": "I read what you wrote, and not the file beside it. Put what matters from it into your question.",
    "forwarded": (
        "I read what you wrote yourself, and not the message that you passed on. Put what matters from it into your "
        "question."
    ),
}

_ABOUT_ME_ELSEWHERE = "Ask me that in a direct message: what I know of you is for you alone."

# Why something is not done: by the rule of the gate, or by what was found where it was to be done.
DENIED: Mapping[str, str] = {
    "no_rule": "No rule allows it any more. Ask whoever runs Footnote.",
    "not_enabled": "It is switched off. Whoever runs Footnote can switch it on.",
    "other_intent": "The rules allow this for other requests only.",
    "not_a_member": "Only full members of this company, whose address is confirmed, can have things done.",
    "not_for_them": "The rules do not name you for this. Ask whoever runs Footnote.",
    "not_here": "The rules do not allow it here. Try it in our direct conversation, or ask whoever runs Footnote.",
    "incomplete": "Something that it needs was not said yet. Press Edit to say it.",
    "other_target": "The rules do not allow it there. Name another place, or ask whoever runs Footnote.",
    "other_recipient": "The rules do not allow it for everybody whom it would reach.",
    "too_much": "It is more than the rules allow.",
    "too_many": "You have had this done as often as the rules allow in a day. Try it again tomorrow.",
    "too_late": "It was good for a while only, which is over. Ask again.",
    "not_theirs": "Only whoever asked can confirm it.",
    "own_approval": "Nobody approves what they asked for themselves.",
    "not_an_approver": "There is nobody who could approve it. Ask whoever runs Footnote.",
    "group_unread": (
        "Who approves it is a group of people in Slack, and I cannot see who is in it. Ask whoever runs Footnote to look: "
        "`footnote doctor` says what is missing."
    ),
    "nobody_to_approve": "Nobody who could approve it can be written to. Ask whoever runs Footnote.",
    "too_long": "It is too long to be shown whole on a card, and only what was shown can be confirmed.",
    "outdated": "What it was written from has changed, or may not be read any more. Ask again.",
    "not_for_all": (
        "Not everybody who would read it there may read what it was written from. You may use the draft yourself, or name "
        "another place."
    ),
    "cancelled": "You cancelled it.",
    "refused": "A colleague, who was asked to approve it, said no.",
    "not_now": "Whether it is allowed cannot be found out just now. Press again in a minute.",
    "put_away": "Footnote was removed from this workspace meanwhile. Ask again if you still want it.",
    "edited": "You changed it; the new one is below, or in our direct conversation.",
    "paused": "An admin has paused Footnote. Press again once that is over.",
    "taken_back": "What you asked was taken back, or changed, since.",
    "changed": "It is not what it was when I first looked. Ask again.",
    "fault": "Something went wrong on our side. Whoever runs Footnote can find out more in the log.",
    "unreachable": "You could not be written to.",
    "no_such_target": "There is no such place, or you may not do this there.",
    "not_yours": "There is no such place, or you may not do this there.",
    "not_set_up": "What this would be done in (a wiki, a drive, an issue tracker) is not set up here. Ask whoever runs Footnote.",
    "unknown_there": "It is not known there who you are, so nothing can be done in your name.",
    "invalid": "What it was sent to does not take it like this. Ask again in other words.",
    "refused_there": "What it was sent to said no.",
    "away": "What it was sent to could not be reached, so nothing was done. Ask again in a while.",
    "settled": "By what you found there.",
    "settled_by_admin": "That is what an admin found there.",
}

_NOTICES: Mapping[str, str] = {
    "proposed": "One moment: I am getting ready what you asked for. Nothing is done before you have confirmed it.",
    "greet": "Hello! Ask me something that one of your company's pages may say, and I show you where it says so.",
    "thank": "Gladly. I am here when there is something else to look up.",
    "talk": (
        "I am Footnote, a program that answers from your company's documents, and no good at small talk. "
        "Ask me something that one of your pages may say."
    ),
    "help": (
        "Ask me a question in your own words, such as: how many days of leave do I have? I answer from the pages that you "
        "may read, with the sentence that proves it and a link to it. In a channel I use only what everyone there may "
        "read; in a direct message, all that you may read. In a thread you can ask me to summarise it, and anywhere to "
        "draft a text for you. Nothing is done that you have not confirmed, and where I find no proof I say so."
    ),
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

CLARIFICATIONS: Mapping[Literal["empty", "too_long", "composer", "which"], str] = {
    "empty": "What would you like to know? Ask a whole question, such as: how many days of leave do I have?",
    "too_long": "That is longer than I can take in as one question. Please ask it in a few sentences.",
    "composer": "Could you say more precisely what you would like to know?",
    "which": "That depends on which of these you mean. If it is none of them, ask again and name yours.",
}

CHOSEN = "Chosen: {option}"

UNCHOSEN: Mapping[Literal["erased", "not_yours", "taken_back"], str] = {
    "erased": "What this was about is no longer kept. Please ask your question again.",
    "not_yours": "Only whoever asked can choose here. Ask me yourself, and I answer from what you may read.",
    "taken_back": "This question was taken back or changed since, so there is nothing to choose any more.",
}

NOTHING: Mapping[Literal["failed", "gone", "not_yours"], str] = {
    "failed": "I could not look that up just now. Please close this and click again in a minute.",
    "gone": "What this answer was made from is no longer kept. Ask the question again to see where its answer stands.",
    "not_yours": "There is nothing here that you may read now. Ask the question yourself to see what I can show you.",
}

THANKS = "Thank you. I am glad that this helped."
THANKS_ALL_THE_SAME = "Thank you for telling me. I have noted that this did not help; try it once more in other words."

# On our Home.
AT_HOME = "Footnote"
HOME_OF_OTHERS = (
    "Hello! I answer full members of this company from its documents, and show them only what they may read. "
    "Ask a colleague who is one to put a question for you."
)
HOME_PAUSED = "I am paused: an admin has stopped all answers for now. Ask me again later."
HOME_ASK = (
    "Ask me in the Messages tab, or mention me in a channel. I answer from documents that you may read, with the sentence that "
    "proves it. Such as:"
)
HOME_EXAMPLES = (
    "How many days of leave do I have?",
    "What do I do when somebody cannot log in?",
    "Draft a mail about how we handle travel costs.",
    "In a thread: summarise this.",
)
HOME_SHELVES = "For you, I look in:"
HOME_NO_SHELVES = "There is no document yet that I know you may read. What is below says why, as far as I know."
HOME_MORE = "And more than fits here."
HOME_KNOWN = "Where I know you"
HOME_NO_SOURCES = "I read no source yet, so there is nothing that I could find you in."
HOME_UNKNOWN = (
    "Where I do not know you, I can show you nothing. I look for {address}, the address that Slack has confirmed."
)
HOME_LINKED = "If you have another one {where}, ask {admins} to link your account."
HOME_SIGN_IN = "Where there is a button, you can also sign in yourself: that links your account."
HOME_NO_ADDRESS = (
    "Slack has confirmed no e-mail address of yours, and that is what I know people by. Confirm it in your Slack account's "
    "settings; I look again when you open this tab."
)
WHOEVER_RUNS = "whoever runs Footnote"
HOME_RECENT = "What you asked lately"
HOME_NOTHING_ASKED = "Nothing that I could show you here. What you ask me stands here, for you alone."
HOME_ONLY_READABLE = "Only you see this. An answer is listed for as long as you may read what it was made from."
HOME_NO_WORDS = "(without words)"
HOME_ERASED = "(What you asked is no longer kept.)"
OUTCOMES: Mapping[State, str] = {
    "working": "Being answered",
    "held": "A colleague checks the answer",
    "answered": "Answered",
    "refused": "No answer",
    "clarified": "Asked back",
    "failed": "It went wrong on my side",
    "withdrawn": "Taken back",
    "erased": "No longer kept",
}
HOME_LIMITS = "Your limits"
HOME_NO_BUDGET = "None: there is no budget here that you could use up."
HOME_BUDGET = (
    "Spent on language models for you today: {spent}. Once that is spent, answers are in the documents' own words."
)
HOME_BUDGET_OVER = "Today's budget for language models is spent. I still answer, in the documents' own words; it begins anew at midnight, UTC."
HOME_OFFICE = "For admins"
HOME_WELL = "All is well here: {what}."
HOME_ILL = "Not well: {what}. At the shell, `footnote doctor` says what to do about it."
HOME_COMMANDS = (
    "More of each: `/footnote status`, `/footnote sources`, `/footnote budget`, `/footnote policy history`, "
    "`/footnote audit verify`. All commands: `/footnote help`"
)
HOME_PENDING = "Waiting for a second admin, who has a card for it in their messages with me:"
HOME_NOTHING_PENDING = "Nothing waits for a second admin. What was set, and by whom: `/footnote policy show`"


def left_out(questions: int) -> str:
    """Of several in one message."""
    others = "one more question" if questions == 1 else f"{questions} more questions"
    return f"There was {others} in your message than I answer at once. Please ask again what is missing."


def notice(said: Notice) -> str:
    if said.says is not None:
        return said.says
    if said.about == "denied":
        return f"I do not do this. {denied(said.because or '', is_part=said.is_part)}"
    if said.about != "about_me":
        return _NOTICES[said.about]
    return _about_me(said.name or "", said.known) if said.known is not None else _ABOUT_ME_ELSEWHERE


def _about_me(name: str, known: Sequence[Known]) -> str:
    lines = [f"I know you as {name}."]
    lines += [_at(one) for one in known] or ["I read no source yet, so there is nothing that I could find you in."]
    unknown = [one for one in known if not one.principals]
    if unknown:
        linked, listed = ([one.source for one in unknown if one.by_address == by] for by in (False, True))
        lines.append(f"Where I do not know you, I can show you nothing. {_how_to_be_known(linked, listed)}")
    return "\n".join(
        (*lines, "I keep what you ask, and what I answered, in the ledger that whoever runs Footnote can read.")
    )


def _at(known: Known) -> str:
    if not known.principals:
        return f"In {known.source} I do not know you."
    groups = sum(principal.startswith("group:") for principal in known.principals)
    return f"In {known.source} I know you{_as_member(groups)}."


def _as_member(groups: int) -> str:
    """Their names are a source's own, and some are numbers."""
    match groups:
        case 0:
            return ""
        case 1:
            return ", as a member of one group"
        case _:
            return f", as a member of {groups} groups"


def refusal(refused: Refusal, *, direct: bool) -> str:
    """Without the channel to go to, which each surface names in its way."""
    if refused.reason is RefusalReason.DECLINED and refused.says is not None:
        return f"{REFUSALS[refused.reason]} They say: “{refused.says}”"
    if refused.says is not None:
        return refused.says
    if refused.can:
        return _can(refused.can)
    if not direct:
        return IN_A_CHANNEL[refused.reason]
    unknown = [_unknown_at(refused)] if refused.unknown_at else []
    return " ".join(
        (REFUSALS[refused.reason], *unknown, *([_sign_in(refused.sign_in_at)] if refused.sign_in_at else []))
    )


def _can(does: Sequence[str]) -> str:
    """An example says more than a rule."""
    return (
        "Nothing was done: I do not see what of this I could do. Once you have confirmed it, I can do this for you: "
        f"{'; '.join(does)}. Say what, and where, as in: create a ticket in ENG: the lamp is broken."
    )


def _sign_in(sources: Sequence[str]) -> str:
    return f"Or sign in yourself at {' or '.join(sources)}: that links your account."


def _unknown_at(refused: Refusal) -> str:
    linked = [source for source in refused.unknown_at if source not in refused.by_address]
    return (
        f"I could not look in {_listed(refused.unknown_at)} for you, where your e-mail address is not known. "
        f"{_how_to_be_known(linked, refused.by_address)}"
    )


def _how_to_be_known(linked: Sequence[str], by_address: Sequence[str]) -> str:
    link = [f"Whoever runs Footnote can link your account {at(linked, by_address)}."] if linked else []
    return " ".join((*link, *([to_be_listed(by_address)] if by_address else [])))


def at(linked: Sequence[str], by_address: Sequence[str]) -> str:
    """By name, where not all of them are meant."""
    return f"at {_listed(linked)}" if by_address else "there"


def to_be_listed(sources: Sequence[str]) -> str:
    """A folder says itself who exists."""
    return f"Whoever keeps the folder of {_listed(sources)} can add your address to its people.yaml."


def _listed(names: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def cut_short(receipt: str) -> str:
    return f"There is more than fits here. Whoever runs Footnote sees all of it with `footnote audit show {receipt}`."
