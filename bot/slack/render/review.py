"""How do a card for whoever checks an answer, its modals, and what is said meanwhile at the place look? Pure. Buttons and
modals carry nothing but the opaque id of whose turn it is.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.core.nouns import Meanwhile, Part, Ruled, Shows, SlackPlace, SlackUser
from bot.slack import words
from bot.slack.render import plain
from bot.slack.render.characters import one_line, shortened
from bot.slack.render.kit import Json, note, one_run, plain_text
from bot.slack.render.message import Post, closing_notes, said
from bot.slack.render.mrkdwn import escaped
from bot.slack.render.parts import Run
from bot.slack.render.richtext import quote, rich_text, section
from policies.contract import Violation

EDIT, DECLINE = "review:edit", "review:decline"  # the modals' names
APPROVED: Final = "review:approve"
REASON: Final = "reason"
MOST_OF_A_REASON: Final = 300
MOST_OF_A_CLAIM: Final = 3_000  # what a field takes; a longer one stays as it is
_MOST_OF_A_QUESTION: Final = 500
_TITLE: Final = "Check an answer"


def held() -> Post:
    return _noticed(words.HELD)


def noticed(about: Meanwhile) -> Post:
    return _noticed(words.NOTICED[about])


def _noticed(text: str) -> Post:
    return Post(text, (one_run(text),))


def card(part: Part, question: str, place: SlackPlace, *, readers: int, minutes: float, turn: str) -> Post:
    """`part` as it is to be posted."""
    body, spoken = said(part.reply, part.evidence, direct=_is_direct(place))
    under = map(note, closing_notes(part.reply, part.shortfall, part.offer))
    asked = shortened(one_line(question), _MOST_OF_A_QUESTION)
    opening = rich_text([section((Run(words.PLEASE_CHECK, bold=True),)), quote((Run(asked),))])
    told = words.within(minutes)
    text = "\n".join((words.PLEASE_CHECK, escaped(asked), spoken))
    return Post(plain.cut(text), (opening, *body, *under, _who_will_see(place, readers), note(told), _buttons(turn)))


def _who_will_see(place: SlackPlace, readers: int) -> Json:
    """The channel by its id: Slack shows its name to those who may see it."""
    if _is_direct(place):
        return one_run(words.SEEN_BY_THE_ASKER)
    channel: Json = {"type": "channel", "channel_id": place.channel}
    before, after = ({"type": "text", "text": text} for text in words.seen_in(readers))
    return rich_text([{"type": "rich_text_section", "elements": [before, channel, after]}])


def _is_direct(place: SlackPlace) -> bool:
    return place.channel.startswith("D")


def _buttons(turn: str) -> Json:
    """The last does no harm if it is pressed by mistake: it asks first."""
    named = ((APPROVED, words.APPROVE, "primary"), (EDIT, words.EDIT, None), (DECLINE, words.DECLINE, None))
    return {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": action,
                "text": plain_text(text),
                "value": turn,
                **({"style": style} if style else {}),
            }
            for action, text, style in named
        ],
    }


def card_over(question: str, shows: Shows, by: SlackUser, *, is_you: bool) -> Post:
    """Without the draft: it is where it belongs, or nowhere."""
    asked = rich_text([quote((Run(shortened(one_line(question), _MOST_OF_A_QUESTION)),))])
    if shows in ("approved", "declined") and not is_you:
        outcome = words.DECIDED_BY_ANOTHER[shows]
        user: Json = {"type": "user", "user_id": by.user}
        element = {"type": "rich_text_section", "elements": [user, {"type": "text", "text": f" {outcome}"}]}
        return Post(f"A colleague {outcome}", (asked, rich_text([element])))
    outcome = words.CARD_OVER[shows]
    return Post(outcome, (asked, one_run(outcome)))


def loading_edit(turn: str) -> Json:
    return _modal([one_run(words.LOADING_EDIT)], EDIT, turn, submit=None)


def edit_view(claims: Sequence[str], turn: str) -> Json:
    fields = [_field(number, text) for number, text in enumerate(claims)]
    return _modal([one_run(words.HOW_TO_EDIT), *fields], EDIT, turn, submit=words.APPROVE)


def _field(number: int, text: str) -> Json:
    if len(text) > MOST_OF_A_CLAIM:
        return note(words.STAYS.format(number=number + 1))
    element = {
        "type": "plain_text_input",
        "action_id": "text",
        "multiline": True,
        "initial_value": text,
        "max_length": MOST_OF_A_CLAIM,
    }
    label = plain_text(words.CLAIM.format(number=number + 1))
    return {"type": "input", "block_id": f"claim:{number}", "optional": True, "label": label, "element": element}


def decline_view(turn: str) -> Json:
    element = {
        "type": "plain_text_input",
        "action_id": "text",
        "multiline": True,
        "max_length": MOST_OF_A_REASON,
    }
    label = plain_text(words.REASON)
    reason = {"type": "input", "block_id": REASON, "optional": True, "label": label, "element": element}
    return _modal([reason], DECLINE, turn, submit=words.DECLINE)


def outcome_view(text: str) -> Json:
    return _modal([one_run(text)], EDIT, "", submit=None)


def complaints(broken: Sequence[Violation], *, first: str, is_empty: bool) -> Mapping[str, str]:
    """Under each field what is wrong with it, in words; of several, the first."""
    if is_empty:
        return {first: words.ALL_EMPTY}
    return {f"claim:{one.claim}": words.broken(one) for one in reversed(broken)}


def ruled(what: Ruled, clicker: SlackUser) -> str:
    """For somebody whose click decided nothing."""
    if what.outcome in words.DECIDED_BY_ANOTHER and what.by not in (None, clicker):
        return f"A colleague {words.DECIDED_BY_ANOTHER[what.outcome]}"
    return words.RULED[what.outcome]


def failed_view() -> Json:
    return outcome_view(words.NOTHING["failed"])


def _modal(shown: Sequence[Json], name: str, turn: str, *, submit: str | None) -> Json:
    return {
        "type": "modal",
        "callback_id": name,
        "private_metadata": turn,
        "title": plain_text(_TITLE),
        "close": plain_text("Cancel" if submit else "Close"),
        **({"submit": plain_text(submit)} if submit else {}),
        "blocks": list(shown),
    }
