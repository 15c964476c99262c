"""Which evidence is what people have said? Each message is a passage of its own, in the order in which they were said, cited
by the link to it. Its version is its text as it stands now: an edited message is another one.
"""

from collections.abc import Iterator

from bot.core.cited import moment
from bot.core.nouns import SAID, Message, Talk
from bot.core.record import text_digest
from policies.evidence import Evidence, Found, Passage, Ranks


def listened(talk: Talk, channel: str) -> Evidence:
    return Evidence(found=tuple(_found(channel, number, one) for number, one in enumerate(talk.messages, start=1)))


def fitting(talk: Talk, most_characters: int) -> Talk:
    """The first message, which says what it is about, and as many of the newest as there is room for."""
    if not talk.messages:
        return talk
    first, *rest = talk.messages
    kept = [*reversed([*_within(reversed(rest), most_characters - len(first.text))])]
    left_out = len(rest) - len(kept)
    return Talk(messages=(first, *kept), left_out=talk.left_out + left_out)


def _within(messages: Iterator[Message], most_characters: int) -> Iterator[Message]:
    for one in messages:
        most_characters -= len(one.text)
        if most_characters < 0:
            return
        yield one


def _found(channel: str, number: int, one: Message) -> Found:
    passage = Passage(
        handle=number,
        id=f"{SAID}:{channel}/{one.ts}",
        document=f"{SAID}:{channel}/{one.ts}",
        source=SAID,
        title=f"{one.author}, {moment(one.at)}",
        url=one.link,
        place=channel,
        updated=one.at,
        version=text_digest(one.text),
        ordinal=number - 1,
        heading_path=(),
        text=one.text,
        author=one.author,
    )
    return Found(passage=passage, list_id=f"{SAID}:{channel}", score=0.0, ranks=Ranks())
