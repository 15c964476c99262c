"""How does asking a person look: the button, what is confirmed, what is posted in whose name, and what the asker is told?
Pure. People's own words stand as a quote with their name, never as ours; values of buttons are opaque.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from bot.core.cited import day
from bot.slack import words
from bot.slack.render import plain
from bot.slack.render.characters import one_line, shortened
from bot.slack.render.kit import ASK_A_PERSON, Json, ask, buttons, note, one_run, plain_text
from bot.slack.render.message import Post
from bot.slack.render.mrkdwn import escaped, link
from bot.slack.render.parts import Run
from bot.slack.render.richtext import quote, rich_text
from policies.experts import MOST_CHARACTERS, MOST_OF_A_QUESTION, Unasked, Unsaved

ASK, SAVE = ASK_A_PERSON, "save_answer"  # ids of the buttons, and of the views behind them
SEND = "send_reply"  # of a button alone
TEXT, QUESTION, DAYS = "text", "question", "days"  # blocks of those views

SAVE_AS_ANSWER: Final = "Save as answer"

_MOST_QUOTED = 2_500
_TITLES: Final = {"ask": words.ASK_A_PERSON, "save": SAVE_AS_ANSWER}  # at most 24 characters

_LOADING: Final = "One moment…"
_FAILED: Final = "That could not be done just now. Please close this and click again in a minute."

_UNASKED: Final[dict[Unasked, str]] = {
    "asked": "This has been asked already. You are told here as soon as somebody replies.",
    "erased": "What this was about is no longer kept. Please ask your question again.",
    "nobody": "There is nobody to ask here any more: no rule names a channel for this. Ask whoever runs Footnote.",
    "not_yours": "Only whoever asked can hand this on. Ask me yourself, and you can hand on your own question.",
    "taken_back": "This question was taken back or changed since. Ask it again, and hand on what you get then.",
}
_UNSAVED: Final[dict[Unsaved, str]] = {
    "gone": "This reply is no longer there, so it cannot be saved. Write it again, and save that.",
    "not_a_member": "Only full members of this company who are in this channel can save an answer.",
    "not_yours": "Only whoever wrote the reply can save it as an answer. Ask them to, or write your own.",
    "saved": "This is saved already. Edit or delete your message, and it is an answer no more.",
}
NO_TEXT: Final = "Write what is to be asked."
NO_QUESTION: Final = "Write the question that this answers."


def wrong_days(most: int) -> str:
    return f"Write a number of days between 1 and {most}."


def offer_to_ask(said: str, receipt: str) -> tuple[Json, ...]:
    """After an answer that did not help."""
    return one_run(said), ask(receipt)


def loading(title: Literal["ask", "save"]) -> Json:
    return _view(title, [one_run(_LOADING)])


def failed(title: Literal["ask", "save"]) -> Json:
    return _view(title, [one_run(_FAILED)])


def unasked(why: Unasked | None) -> Json:
    return _view("ask", [one_run(_UNASKED[why or "erased"])])


def unsaved(why: Unsaved | None) -> Json:
    return _view("save", [one_run(_UNSAVED[why or "gone"])])


def confirm(receipt: str, experts: str, text: str) -> Json:
    """Exactly what happens, before it does."""
    what = [
        _text("This is posted in "),
        _channel(experts),
        _text(", in your name. Everyone there reads it, and nothing of what I found."),
    ]
    field = {
        "type": "plain_text_input",
        "action_id": TEXT,
        "multiline": True,
        "max_length": MOST_CHARACTERS,
        "initial_value": shortened(text, MOST_CHARACTERS),
    }
    blocks = [_line(what), _input(TEXT, "What is asked", field)]
    return {**_view("ask", blocks), **_submitted(ASK, receipt, "Post it")}


def asked(experts: str) -> Json:
    """Once it is certain that it will be posted."""
    said = [_text("It is being asked in "), _channel(experts), _text(". You are told as soon as somebody replies.")]
    return _view("ask", [_line(said)])


def question(asker: str, name: str, text: str, link_: str | None) -> Post:
    """In the experts' channel."""
    opening = [{"type": "user", "user_id": asker}, _text(" asks:")]
    where = [_line([_link(link_, "Where it was asked")])] if link(link_) else []
    shown = rich_text([quote([Run(text)])])
    how = note(_HOW_TO_REPLY)
    said = f"{escaped(one_line(name))} asks: {escaped(text)}"
    return Post(plain.cut(f"{said}\n{_HOW_TO_REPLY}"), (_line(opening), shown, *where, how))


_HOW_TO_REPLY: Final = (
    "Reply in this thread. Whoever asked is told; they read your words if they may read this channel. You can then save "
    "your reply as an answer for others who read this channel."
)


def handed_on(experts: str, link_: str | None) -> tuple[Json, str]:
    """In the place of the button, and the same in words alone."""
    elements = [_text("Asked in "), _channel(experts), _text(".")]
    if link(link_):
        elements += [_text(" "), _link(link_, "Open it there")]
    return _line(elements), "Asked in a channel of those who may know."


def not_handed_on(experts: str) -> Post:
    """To the asker alone: Slack did not take it, or it was given up."""
    said = "I could not post your question in "
    then = ". I may not be in there: ask whoever runs Footnote to invite me, and click again."
    return Post(f"{said}a channel{then}", (_line([_text(said), _channel(experts), _text(then)]),))


def replied(name: str, said_: str, experts: str, link_: str | None, asked_: str) -> Post:
    """Somebody's words, with their name, under the question that they reply to."""
    about = _shown_question(asked_)
    opening = [_text(one_line(name), bold=True), _text(" replied in "), _channel(experts), _text(f" to {about}:")]
    shown = shortened(said_, _MOST_QUOTED)
    where = [_line([_link(link_, "Open the reply")])] if link(link_) else []
    said = f"{escaped(one_line(name))} replied to {escaped(about)}: {escaped(shown)}"
    return Post(plain.cut(said), (_line(opening), rich_text([quote([Run(shown)])]), *where))


def replied_elsewhere(experts: str, asked_: str) -> Post:
    """To whoever may not read it there."""
    about = _shown_question(asked_)
    said, then = (
        f"Somebody replied to {about} in ",
        ". You are not in there; they can send it to you.",
    )
    return Post(f"{escaped(said)}a channel{then}", (_line([_text(said), _channel(experts), _text(then)]),))


def taken_back() -> Post:
    said = "This reply was deleted by whoever wrote it."
    return Post(said, (note(said),))


def withheld() -> Post:
    said = "This reply is shown here no more: not everyone here may read where it was written."
    return Post(said, (note(said),))


def unreadable() -> Post:
    said = "This reply is shown here no more: there are no words that I can read where it was written."
    return Post(said, (note(said),))


def is_it_the_answer(author: str, reply: str, *, is_refused: bool, can_be_sent: bool) -> Post:
    """Under a reply, to its author. `is_refused`: they said so, and it could not be saved."""
    asked_ = "this could not be saved. Is it the answer?" if is_refused else "is this the answer?"
    said = f"{asked_} Save it, and I answer with it whoever reads this channel, with your name and a link to it."
    line = _line([{"type": "user", "user_id": author}, _text(f" {said}")])
    save = buttons((SAVE_AS_ANSWER, SAVE), value=reply)
    return Post(said.capitalize(), (line, save, *_to_send(reply, can_be_sent)))


def is_saved(author: str, reply: str, question_: str, until: datetime, *, can_be_sent: bool) -> Post:
    said = f" saved this as the answer to {_shown_question(question_)}, until {day(until)} or until it is edited or deleted."
    line = _line([{"type": "user", "user_id": author}, _text(said)])
    return Post(escaped(f"Its author{said}"), (line, *_to_send(reply, can_be_sent)))


def _to_send(reply: str, can_be_sent: bool) -> tuple[Json, ...]:  # noqa: FBT001
    """Where whoever asked may not read it: its words leave the channel only by their author's hand."""
    return (note(_NOT_SENT), buttons((_SEND, SEND), value=reply)) if can_be_sent else ()


_SEND: Final = "Send it to whoever asked"
_NOT_SENT: Final = (
    "Whoever asked is not in this channel, and knows only that somebody replied. If you send it, they read your words, with "
    "your name, in their direct messages."
)
NOT_YOURS_TO_SEND: Final = "Only whoever wrote the reply can send it, and only while it is there."


def nothing_to_save() -> Post:
    said = "The reply was deleted, so there is nothing to save."
    return Post(said, (note(said),))


def to_save(reply: str, question_: str, said: str, days: int, most: int) -> Json:
    """The words as they stand in Slack, and nobody's to change here."""
    text = {
        "type": "plain_text_input",
        "action_id": QUESTION,
        "max_length": MOST_OF_A_QUESTION,
        "initial_value": shortened(one_line(question_), MOST_OF_A_QUESTION),
    }
    number = {
        "type": "number_input",
        "action_id": DAYS,
        "is_decimal_allowed": False,
        "min_value": "1",
        "max_value": str(most),
        "initial_value": str(days),
    }
    blocks = [
        _input(QUESTION, "The question that it answers", text),
        one_run("Your reply, word for word:"),
        rich_text([quote([Run(shortened(said, _MOST_QUOTED))])]),
        _input(DAYS, "For how many days it is an answer", number),
        note(_WHO_READS),
    ]
    return {**_view("save", blocks), **_submitted(SAVE, reply, "Save")}


_WHO_READS: Final = (
    "Whoever reads this channel may be answered with it, with your name, a link to your message and the day. Edit or delete "
    "the message, and it is an answer no more."
)


def being_saved() -> Json:
    return _view("save", [one_run("It is being saved. The line under your reply says so in a moment.")])


def _shown_question(text: str) -> str:
    return f"“{shortened(one_line(text), 150)}”"


def _view(title: Literal["ask", "save"], blocks: Sequence[Json]) -> Json:
    return {"type": "modal", "title": plain_text(_TITLES[title]), "close": plain_text("Close"), "blocks": list(blocks)}


def _submitted(what: str, about: str, label: str) -> Json:
    """What it is about is opaque: whoever sends it back may have changed it."""
    return {
        "callback_id": what,
        "private_metadata": about,
        "submit": plain_text(label),
        "close": plain_text("Cancel"),
    }


def _input(name: str, label: str, element: Json) -> Json:
    return {"type": "input", "block_id": name, "label": plain_text(label), "element": element}


def _line(elements: Sequence[Json]) -> Json:
    return rich_text([{"type": "rich_text_section", "elements": list(elements)}])


def _text(text: str, *, bold: bool = False) -> Json:
    return {"type": "text", "text": text} | ({"style": {"bold": True}} if bold else {})


def _channel(id_: str) -> Json:
    """Slack shows its name, to those who may see it."""
    return {"type": "channel", "channel_id": id_}


def _link(url: str | None, label: str) -> Json:
    return {"type": "link", "url": url, "text": label}
