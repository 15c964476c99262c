"""`footnote demo`: a whole company on this machine. The bot is the real one; the Slack that it speaks to is ours."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pydantic import SecretStr

from bot import app, service
from bot.cli import weights
from bot.cli.sync import bring_up_to_date
from bot.cli.terminal import command, complain, out, say
from bot.playground.company import ACME, acme
from bot.playground.slack import Channel, SlackEmulator
from bot.settings import Settings

_SOURCE = "acme"
_PATIENCE_S = 60.0
_LOOK_S = 0.03
_FIRST_QUESTION = "How much is the home office allowance in Porto?"
_HELP = """\
/as NAME      be somebody else: {people}
/in #CHANNEL  go to a channel: {channels}
/dm           write to Footnote alone
/quit         leave
Anything else is said to Footnote where you are. In a channel it answers from what everyone there may read."""


def demo() -> None:
    with command() as settings, SlackEmulator(acme()) as slack, _footnote(settings, slack):
        chat = _Chat(slack, "ana", slack.world.im("ana", next(iter(slack.world.apps.values()))))
        say("This is Acme, and you are in its Slack. Type /help to see how to be somebody else, or to go elsewhere.")
        out.print()
        say(f"{chat.where} {_FIRST_QUESTION}", style="bold")
        chat.says(_FIRST_QUESTION)
        chat.run()


@contextmanager
def _footnote(settings: Settings, slack: SlackEmulator) -> Iterator[None]:
    """On a home of its own, so that nothing of the demo mixes with what is real."""
    ours = settings.model_copy(
        update={
            "home": settings.home / "demo",
            "workspace": "demo",
            "database_url": None,
            "chroma_url": None,
            "slack_bot_token": SecretStr(slack.bot_token()),
            "slack_app_token": SecretStr(slack.app_token()),
            "slack_api_url": slack.url,
        }
    )
    with app.records(ours) as records:
        if _SOURCE not in {source.name for source in records.sources.listed()}:
            with records.database.writing() as session:
                records.sources.add(session, _SOURCE, "folder", {"path": str(ACME)}, records.clock())
        embedder = weights.fetched(ours)
        bring_up_to_date(records, embedder, [_SOURCE], command="footnote demo")
        with service.in_slack(records, embedder, command="footnote demo"):
            yield


@dataclass
class _Chat:
    """One person's window: what they write, and what they see of what comes back."""

    slack: SlackEmulator
    person: str
    place: Channel
    seen: set[str] = field(default_factory=set)

    @property
    def where(self) -> str:
        return f"{self.person} {'to Footnote' if self.place.kind == 'im' else f'in #{self.place.name}'}>"

    def run(self) -> None:
        for line in _lines(lambda: self.where):
            match line.split():
                case []:
                    continue
                case ["/quit" | "/exit"]:
                    return
                case ["/help"]:
                    self._help()
                case ["/as", name]:
                    self._be(name.lower().removeprefix("@"))
                case ["/dm"]:
                    self._go(self._direct())
                case ["/in", channel]:
                    self._find(channel)
                case [str(first), *_] if first.startswith("/"):
                    complain(f"{first} is none of the commands; /help lists them.")
                case _:
                    self.says(line)

    def says(self, text: str) -> None:
        """In a channel, Footnote hears what names it."""
        me, direct = self.slack.as_user(self.person), self._direct()
        self.seen |= {message["ts"] for message in me.visible_messages(direct)}
        named = text if self.place.kind == "im" else f"{self.slack.mention('footnote')} {text}"
        said = me.post(self.place, named)
        self.seen.add(said.ts)
        if not self._shows(said.ts):
            complain(f"No answer came within {_PATIENCE_S:.0f} seconds.")

    def _shows(self, asked: str) -> bool:
        """The reply here, and what came for this person alone beside it."""
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            here = self._new(self.place, asked)
            if here:
                self._print(here)
                if self.place.kind != "im":
                    self._show_aside()
                return True
            time.sleep(_LOOK_S)
        return False

    def _show_aside(self) -> None:
        time.sleep(10 * _LOOK_S)
        aside = self._new(self._direct(), None)
        if aside:
            say(f"  … and to {self.person} alone:", style="dim")
            self._print(aside)

    def _new(self, place: Channel, under: str | None) -> list[dict[str, str]]:
        """Messages of the bot that were not seen yet: under this one, or in the direct conversation."""
        me = self.slack.as_user(self.person)
        threaded = under if place.kind != "im" else None
        return [
            message
            for message in me.visible_messages(place, thread_ts=threaded)
            if message.get("bot_id") and message["ts"] not in self.seen
        ]

    def _print(self, messages: list[dict[str, str]]) -> None:
        for message in messages:
            self.seen.add(message["ts"])
            out.print()
            say(_readable(message["text"]))
        out.print()

    def _help(self) -> None:
        me = self.slack.as_user(self.person)
        channels = ", ".join(f"#{channel.name}" for channel in me.channels() if channel.name)
        people = ", ".join(user.name for user in self.slack.world.users.values() if not user.is_bot)
        say(_HELP.format(people=people, channels=channels))

    def _be(self, name: str) -> None:
        if name not in {user.name for user in self.slack.world.users.values() if not user.is_bot}:
            complain(f"Nobody here is called {name}; /help lists them.")
            return
        self.person = name
        if self.place.kind == "im" or self.slack.world.user(name).id not in self.place.members:
            self.place = self._direct()

    def _find(self, name: str) -> None:
        try:
            channel = self.slack.world.channel(name)
        except LookupError:
            channel = None
        me = self.slack.as_user(self.person)
        if channel is None or me.id not in channel.members:
            complain(f"{self.person} is in no channel {name}; /help lists those.")
        else:
            self._go(channel)

    def _go(self, place: Channel) -> None:
        self.place = place

    def _direct(self) -> Channel:
        return self.slack.world.im(self.person, next(iter(self.slack.world.apps.values())))


def _lines(prompt: Callable[[], str]) -> Iterator[str]:
    """What is typed, or piped in, until there is no more."""
    while True:
        if sys.stdin.isatty():
            out.print(f"{prompt()} ", end="", style="bold", markup=False)
        line = sys.stdin.readline()
        if not line:
            return
        if not sys.stdin.isatty():
            say(f"{prompt()} {line.rstrip()}", style="bold")
        yield line.strip()


def _readable(text: str) -> str:
    """As Slack's client shows it: these three are written otherwise on the way."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
