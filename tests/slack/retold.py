"""Summaries of an emulated Slack's conversations, by the real flow and what it reads Slack with; its receipts are in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.core.nouns import Part, Question, ReceiptId, SlackPlace, SlackUser
from bot.core.ports import Composer
from bot.flows.answer import Outcome, answer
from bot.flows.reply import Answering
from bot.models.condensed import Condensed
from bot.playground.slack import Channel, Message
from bot.slack import render
from bot.slack.conversations import SlackConversations
from bot.slack.heard import Us
from tests.fakes.guesser import ScriptedGuesser
from tests.fakes.work import FakeWork
from tests.flows.world import World
from tests.slack.emulated import Office

SUMMARISE = "summarise this thread"
Talk = Sequence[tuple[str, str]]


class Retelling:
    """Whatever begins with "summarise" is taken to ask for that."""

    def __init__(self, office: Office) -> None:
        self.office, self.company = office, World()
        self.company.guesser = ScriptedGuesser(ummarise="summary")
        self.company.now = datetime.fromtimestamp(office.world.clock.now(), UTC)
        app = next(iter(office.world.apps.values()))
        self.us = Us(team=app.team_id, user=app.user_id, bot=app.bot_id)
        self.conversations = SlackConversations(office.client, self.us, office.people)
        self.work: FakeWork | None = None

    def house(self, composer: Composer | None = None) -> Answering:
        made = self.company.answering()
        reading = replace(
            made.reading, people=self.office.people, access=self.office.access, conversations=self.conversations
        )
        writer = composer or Condensed(None)
        return replace(made, reading=reading, summariser=lambda *_: writer)

    def talks(self, channel: str | Channel, talk: Talk) -> Message:
        """A thread; its first message."""
        (who, text), *others = talk
        head = self.office.slack.as_user(who).post(channel, text)
        for who, text in others:
            self.office.slack.as_user(who).post(channel, text, thread_ts=head.ts)
        return head

    def ask(self, who: str, text: str, where: str | Channel | None = None, thread: str | None = None) -> FakeWork:
        """As it comes from Slack; without a place, in the direct conversation."""
        world = self.office.world
        app = next(iter(world.apps.values()))
        channel = world.im(who, app) if where is None else world.channel(where) if isinstance(where, str) else where
        message = self.office.slack.as_user(who).post(channel, text, thread_ts=thread)
        in_thread = thread or (None if where is None else message.ts)
        place = SlackPlace(team=self.us.team, channel=channel.id, message=message.ts, thread=in_thread)
        user = SlackUser(team=world.user(who).team_id, user=world.user(who).id)
        asked_at = datetime.fromtimestamp(float(message.ts), UTC)
        question = Question(receipt=ReceiptId("r_1"), text=text, asker=user, place=place, asked_at=asked_at)
        return FakeWork(question)

    def answered(self, work: FakeWork, composer: Composer | None = None) -> Outcome:
        self.work = work
        return answer(work, self.house(composer), self.company.poster)

    def said(self, who: str, text: str, where: str | Channel | None = None, thread: str | None = None) -> str:
        """What a reader sees of it, without any looks."""
        work = self.ask(who, text, where, thread)
        return shown(work, self.answered(work))


def shown(work: FakeWork, outcome: Outcome) -> str:
    part = Part(reply=outcome.reply, evidence=outcome.evidence)
    assert isinstance(work.question.place, SlackPlace)
    direct = work.question.place.channel.startswith("D")
    return render.reply(part.reply, part.evidence, receipt="r_1", direct=direct).text


def link(channel: Channel, message: Message) -> str:
    return f"https://acme.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
