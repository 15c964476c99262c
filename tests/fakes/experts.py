"""Slack's people and places, and what was said to them there, in memory. A message is said once by its name."""

from collections.abc import Mapping, Sequence

from bot.core.handing import ExpertReply, Experts, HandOver, Message, SavedAnswer, ToldThere
from connectors.model import AccessUnknown
from policies.evidence import Refusal
from policies.experts import Told


class FakeExperts(Experts):
    """`read_by`: who reads a channel; `unknown`: of which nobody can find out; `unread`: where we cannot read. `said_in`: what people say, by channel. `posts`: what was
    said by us, by its name; each time it was said anew or changed, the last of its texts is another.
    """

    def __init__(self) -> None:
        self.read_by: dict[str, set[str]] = {}
        self.unknown: set[str] = set()
        self.members: set[str] = set()
        self.said_in: dict[str, list[Message]] = {}
        self.posts: dict[str, list[str]] = {}
        self.unread: set[str] = set()
        self.refuses: set[str] = set()
        self.fails_with: Exception | None = None

    def readers(self, channel: str) -> frozenset[str] | None:
        return None if channel in self.unknown else frozenset(self.read_by.get(channel, ()))

    def reads(self, user: str, channel: str) -> bool:
        return user in self.members and user in self.read_by.get(channel, ())

    def name(self, user: str) -> str:
        return user.title()

    def said(self, channel: str, thread: str, message: str) -> Message | None:  # noqa: ARG002
        if self.fails_with is not None:
            raise self.fails_with
        if channel in self.unread:
            raise AccessUnknown(channel)
        return next((one for one in self.said_in.get(channel, ()) if one.message == message), None)

    def replies(self, channel: str, thread: str) -> Sequence[Message]:
        return [one for one in self.said_in.get(channel, ()) if one.message != thread]

    def link(self, channel: str, message: str) -> str | None:
        return f"https://acme.slack.test/{channel}/{message}"

    def ask(self, handed: HandOver, text: str, *, name: str, link: str | None) -> str | None:
        if handed.experts in self.refuses:
            return None
        return self._say(f"ask {handed.id}", f"{name}: {text} {link}")

    def show_asked(self, handed: HandOver, refused: Refusal, shown: Mapping[str, str], *, link: str | None) -> None:
        self._say(f"asked {handed.id}", f"{refused.reason} {shown['message']} {link}")

    def show_not_asked(self, handed: HandOver, attempt: int) -> None:
        self._say(f"not asked {handed.id} {attempt}", handed.experts)

    def tell(
        self, handed: HandOver, reply: ExpertReply, how: Told, said: Message, *, name: str, link: str | None
    ) -> ToldThere | None:
        if handed.asker.user in self.refuses:
            return None
        words = f"{name}: {said.text} {link}" if how != "without_words" else "somebody"
        message = self._say(f"tell {reply.id}", f"{how} {words} ({handed.text})")
        channel = handed.place.channel if how == "here" else f"D-{handed.asker.user}"
        return ToldThere(channel=reply.told.channel if reply.told else channel, message=message, how=how)

    def take_back(self, told: ToldThere) -> None:
        self._say(f"back {told.message}", told.how)

    def withhold(self, told: ToldThere) -> None:
        self._say(f"withheld {told.message}", told.how)

    def offer(self, reply: ExpertReply, saved: SavedAnswer | None) -> str:
        state = "gone" if reply.is_gone else f"{saved.state} {saved.question}" if saved is not None else "offered"
        return self._say(f"offer {reply.id}", state)

    def _say(self, name: str, text: str) -> str:
        self.posts.setdefault(name, []).append(text)
        return f"{[*self.posts].index(name) + 100}.0"
