"""What was said where, in lists. A conversation that is not among them does not exist for us."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.core.nouns import Message, Question, SlackUser, Stretch, Talk
from bot.core.ports import Conversations


def said(ts: str, author: str, text: str) -> Message:
    return Message(
        ts=ts,
        author=author,
        at=datetime.fromtimestamp(float(ts), UTC),
        text=text,
        link=f"https://acme.slack.com/archives/C1/p{ts.replace('.', '')}",
    )


@dataclass
class FakeConversations(Conversations):
    """`when_read` happens before each look."""

    there: dict[str, list[Message]] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    with_us: set[str] = field(default_factory=set)
    spells: dict[str, str] = field(default_factory=dict)
    when_read: Callable[[], object] = lambda: None
    read_: list[Stretch] = field(default_factory=list)

    def has(self, channel: str, person: SlackUser) -> bool:
        return person.user in self.members.get(channel, set())

    def spelled(self, question: Question) -> str:
        return self.spells.get(question.written or "", question.text)

    def is_with_us(self, question: Question) -> bool:
        return str(question.asker) in self.with_us

    def read(self, stretch: Stretch, *, most: int) -> Talk | None:
        self.when_read()
        self.read_.append(stretch)
        if stretch.channel not in self.there:
            return None
        said = [one for one in self.there[stretch.channel] if stretch.before is None or one.ts < stretch.before]
        left_out = max(0, len(said) - most)
        return Talk(messages=(*said[:1], *said[1 + left_out :]), left_out=left_out)
