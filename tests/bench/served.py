"""The real bot in a process of its own, and a Slack with the real limits around it in this one: what was said, when
Slack had its acknowledgement, and which message answers which question.

What counts is what the emulator saw. The bot's own record only says which receipt a message belongs to, and where the
time went.
"""

import hashlib
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from bot import app
from bot.core.clock import utc_now
from bot.core.nouns import ReceiptId
from bot.models.weights import locate
from bot.playground.slack import BOT_SCOPES, Channel, Message, Person, SlackEmulator, SlackWorld
from bot.settings import Settings, load
from policies.rules import ANSWERS
from tests import company
from tests.bench.figures import percentile

CHANNELS: Final = 20
PEOPLE: Final = 30
BOOT_S: Final = 90.0
QUESTIONS: Final = (
    "How many days of annual leave do I have?",
    "When do unused days of leave expire?",
    "What does the Team plan cost a month?",
    "How many seats does the Campus plan have?",
    "What does ERR_4012 mean?",  # only engineering may read it: elsewhere a refusal here, an answer to the asker alone
)
_CHATTER: Final = (
    "good morning all",
    "the build is green again, thanks for looking",
    "can somebody take over the stand-up tomorrow?",
    "lunch at half past twelve?",
    "I have put the notes of the meeting into the usual place, tell me if anything is missing",
)


@dataclass
class Asked:
    """A question, as the emulator saw it."""

    channel: str
    ts: str
    thread: str
    text: str

    @property
    def at(self) -> float:
        return float(self.ts)


class Fate(NamedTuple):
    """What became of one question."""

    asked: Asked
    here: Sequence[Message]  # the bot's messages where it was asked
    stages_s: Mapping[str, float]  # what the receipt says of where the time went
    kind: str | None  # answer, refusal, clarification, failed
    is_open: bool  # it still waits, or somebody is at it

    @property
    def wait_s(self) -> float:
        return float(self.here[0].ts) - self.asked.at


@dataclass
class Town:
    """People, channels and the bot. `asked` grows as they ask."""

    slack: SlackEmulator
    settings: Settings
    process: "subprocess.Popen[str]"
    asked: list[Asked] = field(default_factory=list)
    failed_acts: int = 0

    # -- what people do

    def asks(self, channel: Channel, chance: Random, thread: str | None = None) -> Asked:
        text = chance.choice(QUESTIONS)
        said = self._somebody(channel, chance).post(
            channel, f"{self.slack.mention('footnote')} {text}", thread_ts=thread
        )
        question = Asked(channel.id, said.ts, thread or said.ts, text)
        self.asked.append(question)
        return question

    def chats(self, channel: Channel, chance: Random) -> None:
        under = [m.ts for m in list(channel.messages.values())[-20:] if not m.is_reply and m.subtype is None]
        thread = chance.choice(under) if under and chance.random() < 0.3 else None
        self._somebody(channel, chance).post(channel, chance.choice(_CHATTER), thread_ts=thread)

    def edits(self, channel: Channel, chance: Random) -> None:
        """Something that was no question."""
        us = self.slack.mention("footnote")
        plain = [m for m in self._recent(channel) if us not in m.text]
        if not plain:
            return self.chats(channel, chance)
        message = chance.choice(plain)
        self.slack.as_user(message.user).edit(channel, message.ts, f"{message.text} (edited)")
        return None

    def reacts(self, channel: Channel, chance: Random) -> None:
        recent = self._recent(channel)
        if not recent:
            return self.chats(channel, chance)
        self._somebody(channel, chance).react(channel, chance.choice(recent).ts, chance.choice(("eyes", "tada", "+1")))
        return None

    def moves(self, channel: Channel, chance: Random) -> None:
        """Somebody leaves who may leave, or comes back."""
        guest = self.slack.world.user(f"user{chance.randrange(PEOPLE // 2, PEOPLE):02}")
        inside = self.slack.as_user("user00")
        if guest.id in channel.members:
            self.slack.as_user(guest.id).leave(channel)
        else:
            inside.invite(channel, guest)

    @property
    def channels(self) -> list[Channel]:
        return [channel for channel in self.slack.world.channels.values() if channel.kind in ("public", "private")]

    def _somebody(self, channel: Channel, chance: Random) -> Person:
        """The first half never leave."""
        users = self.slack.world.users
        return self.slack.as_user(chance.choice([m for m in channel.members if not users[m].is_bot]))

    def _recent(self, channel: Channel) -> list[Message]:
        users = self.slack.world.users
        return [
            message
            for message in list(channel.messages.values())[-30:]
            if message.subtype is None and not message.app_id and message.user in channel.members
            if not users[message.user].is_bot
        ]

    # -- what became of it

    def settle(self, patience_s: float) -> float:
        """Until nothing waits any more, or patience ends; how long that took."""
        began = time.monotonic()
        with app.records(self.settings) as records:
            while time.monotonic() - began < patience_s:
                if not self.slack.hub.post.due and not self.slack.hub.post.waiting and not records.inbox.waits():
                    break
                time.sleep(0.25)
        return time.monotonic() - began

    def fates(self, asked: Iterable[Asked]) -> list[Fate]:
        """First what is open: whatever is closed by then has its message."""
        with app.records(self.settings) as records:
            still_open = {receipt for receipt, state in records.inbox.states() if state in ("waiting", "claimed")}
        told = self._receipts()
        shown = self._shown()
        return [_fate(question, told.get((question.channel, question.ts), ()), shown, still_open) for question in asked]

    def _shown(self) -> Mapping[str, Sequence[Message]]:
        """The bot's messages, by their nonce."""
        shown: defaultdict[str, list[Message]] = defaultdict(list)
        with self.slack.world.lock:
            for channel in self.slack.world.channels.values():
                for message in channel.messages.values():
                    if message.app_id and message.metadata:
                        shown[message.metadata["event_payload"]["nonce"]].append(message)
        return shown

    def now(self) -> float:
        return self.slack.world.clock.now()

    def acks_ms(self, since: float, until: float) -> list[float]:
        """Of everything first sent between these two moments. What Slack gave up waiting for counts as that long."""
        return [
            (sent.acked_at - sent.at if sent.acked_at is not None else self.slack.delivery.ack_s) * 1000
            for sent in self.slack.sent
            if since <= sent.at <= until and sent.attempt == 0
        ]

    def sent_again(self, since: float) -> int:
        """Envelopes that were not acknowledged in time, or could not be delivered."""
        return sum(sent.attempt > 0 for sent in self.slack.sent if sent.at >= since)

    def calls(self, since: float) -> dict[str, dict[str, int]]:
        """How often each method was called, and how often Slack said: later."""
        made: Counter[str] = Counter()
        refused: Counter[str] = Counter()
        for request in self.slack.requests.all():
            if request.at >= since:
                made[request.method] += 1
                refused[request.method] += request.status == 429
        return {method: {"calls": made[method], "told_to_wait": refused[method]} for method in sorted(made)}

    def cpu_s(self) -> float:
        """The bot's own, until now."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _receipts(self) -> Mapping[tuple[str, str], Sequence["_Receipt"]]:
        found: defaultdict[tuple[str, str], list[_Receipt]] = defaultdict(list)
        with app.records(self.settings) as records:
            with records.database.reading() as session:
                opened = records.ledger.receipts(session, 1_000_000)
            for one in opened:
                events = records.receipts.events(ReceiptId(one.receipt))
                place = (events[0].body or {}).get("place", {}) if events and events[0].kind == "asked" else {}
                if "message" in place:
                    at = {event.kind: datetime.fromisoformat(event.at).timestamp() for event in events}
                    closed = next((event.body or {} for event in events if event.kind == "closed"), {})
                    kind = "failed" if "failed" in at else closed.get("reply", {}).get("kind")
                    found[place["channel"], place["message"]].append(_Receipt(one.receipt, _stages(at), kind))
        return found


class _Receipt(NamedTuple):
    id: str
    stages_s: Mapping[str, float]
    kind: str | None


def _ask_as_often_as_they_like(settings: Settings) -> None:
    """What is measured is how much can be answered, not how much may be asked."""
    limits = {line: "" for line in app.packaged_rules()[ANSWERS].splitlines() if line.startswith("a_minute_by_")}
    assert limits
    text = "\n".join(limits.get(line, line) for line in app.packaged_rules()[ANSWERS].splitlines())
    with app.records(settings) as records, records.database.writing() as session:
        records.config.adopt(session, app.packaged_rules(), utc_now())
        records.config.save(
            session, {**app.packaged_rules(), ANSWERS: text}, author="bench", note="no limits", now=utc_now()
        )


@contextmanager
def town(
    folder: Path, *, channels: int = CHANNELS, embedder: str = "builtin", environment: Mapping[str, str] | None = None
) -> Iterator[Town]:
    """The company has been read, and the bot is in Slack and listens. `environment`: what it is set to beside."""
    with SlackEmulator(_world(channels)) as slack, (folder / "serve.log").open("w") as log:
        home = folder / "home"
        settings = Settings(home=home, embedder=embedder, DATABASE_URL=None, CHROMA_URL=None)
        _write(folder / "company")
        with app.records(settings) as records, records.database.writing() as session:
            records.sources.add(session, "acme", "folder", {"path": str(folder / "company")}, utc_now())
        _ask_as_often_as_they_like(settings)
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"],
            env={
                **os.environ,  # noqa: TID251 - handed on as it is
                "DATABASE_URL": "",
                "CHROMA_URL": "",
                "FOOTNOTE_HOME": str(home),
                "FOOTNOTE_EMBEDDER": embedder,
                "FOOTNOTE_ANSWERS_KEPT_MB": "0",  # few questions are asked over and over: each is to be answered anew
                "SLACK_BOT_TOKEN": slack.bot_token(),
                "SLACK_APP_TOKEN": slack.app_token(),
                "SLACK_API_URL": slack.url,
                **(environment or {}),
            },
            stdout=log,
            stderr=log,
            text=True,
        )
        try:
            _until(lambda: slack.hub.count() > 0 and _has_read(settings), process, folder / "serve.log")
            yield Town(slack, settings, process)
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def embedder_here() -> str:
    """The real weights if they are on this machine; otherwise words alone."""
    found = load()
    return "builtin" if found.embedder == "builtin" and locate(found.models) is not None else "none"


def floor_waits_s(asked: Iterable[Asked], *, gap_s: float = 1.0) -> list[float]:
    """What a perfect bot would make people wait: it answers at once, and Slack lets one message a second into a channel."""
    free: dict[str, float] = {}
    waits = []
    for question in sorted(asked, key=lambda one: one.at):
        at = max(question.at, free.get(question.channel, 0.0))
        free[question.channel] = at + gap_s
        waits.append(at - question.at)
    return waits


def out_of_order(fates: Iterable[Fate]) -> int:
    """Questions whose answer stands before that of an earlier one in the same thread."""
    threads: defaultdict[tuple[str, str], list[Fate]] = defaultdict(list)
    for fate in fates:
        if fate.here:
            threads[fate.asked.channel, fate.asked.thread].append(fate)
    wrong = 0
    for fates_there in threads.values():
        said = [float(fate.here[0].ts) for fate in sorted(fates_there, key=lambda fate: fate.asked.at)]
        wrong += sum(later < earlier for earlier, later in pairwise(said))
    return wrong


def stages(fates: Iterable[Fate]) -> dict[str, dict[str, float]]:
    """Where the time went, by the receipts."""
    times: defaultdict[str, list[float]] = defaultdict(list)
    for fate in fates:
        for stage, s in fate.stages_s.items():
            times[stage].append(s)
    return {stage: {"p50": percentile(some, 50), "p95": percentile(some, 95)} for stage, some in times.items()}


def _stages(at: Mapping[str, float]) -> dict[str, float]:
    spans = (
        ("for_a_worker", "asked", "claimed"),
        ("until_retrieved", "claimed", "retrieved"),
        ("until_composed", "retrieved", "composed"),
        ("until_closed", "composed", "closed"),
        ("until_posted", "closed", "posted"),
    )
    return {stage: at[end] - at[start] for stage, start, end in spans if start in at and end in at}


def _fate(
    question: Asked, receipts: Sequence[_Receipt], shown: Mapping[str, Sequence[Message]], still_open: Collection[str]
) -> Fate:
    nonces = [_nonce(receipt.id, part) for receipt in receipts for part in ("here", "elsewhere", "failure")]
    return Fate(
        asked=question,
        here=[message for nonce in nonces for message in shown.get(nonce, ())],
        stages_s=receipts[0].stages_s if receipts else {},
        kind=receipts[0].kind if receipts else None,
        is_open=any(receipt.id in still_open for receipt in receipts),
    )


def _nonce(receipt: str, part: str) -> str:
    return hashlib.sha256(f"{receipt}:{part}".encode()).hexdigest()[:32]


def _world(channels: int) -> SlackWorld:
    """Every other channel is public: then everyone of the workspace reads along."""
    world = SlackWorld(team="Acme", domain="acme")
    footnote = world.add_app(scopes=BOT_SCOPES | {"reactions:read"})  # more than it asks for: more to acknowledge
    names = [f"user{number:02}" for number in range(PEOPLE)]
    for name in names:
        world.add_user(name, email=f"{name}@acme.test")
    for number in range(channels):
        inside = [*names[: PEOPLE // 2], *names[PEOPLE // 2 + number % 5 :: 5]]
        world.add_channel(f"room-{number:02}", members=[*inside, footnote], private=number % 2 == 1)
    return world


def _write(folder: Path) -> None:
    groups = ("eng", "hr", "sales")
    people = "".join(f"  user{number:02}@acme.test: [group:{groups[number % 3]}]\n" for number in range(PEOPLE))
    belongs = "".join(f"  group:{name}: [group:staff]\n" for name in groups)
    company.write(folder, people=f"people:\n{people}groups:\n{belongs}")


def _has_read(settings: Settings) -> bool:
    with app.records(settings) as records:
        return any(source.passages for source in records.sources.active())


def _until(happens: Callable[[], bool], process: "subprocess.Popen[str]", log: Path) -> None:
    deadline = time.monotonic() + BOOT_S
    while not happens():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the bot did not start: {log.read_text()[-2000:]}")
        time.sleep(0.1)
