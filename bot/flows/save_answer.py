"""How a reply becomes an answer: only its author says so, and only while it stands in Slack with its words.

click → theirs? a member's? still there? → its words, as they are now → confirm: question, days → [ledger]
      → still there? → its words, name, link → [ledger] → read as a document → found by whoever reads that channel
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from bot.core.failpoints import Reach
from bot.core.handing import ExpertReply, Experts, HandOver, HandOvers, Message, SavedAnswer, Saving
from bot.core.nouns import SlackUser
from bot.flows.hand_over import Seen
from connectors.model import AccessUnknown
from policies.experts import MOST_OF_A_QUESTION, Lives, Unsaved, why_not_saved


class _Stands(NamedTuple):
    reply: ExpertReply
    handed: HandOver
    said: Message | None


def saving(
    id_: str, clicker: SlackUser, channel: str, *, desk: HandOvers, people: Experts, lives: Lives, seen: Seen
) -> Saving | Unsaved | None:
    """None: there is no such reply in this channel. The question is seen as the experts' channel was shown it.
    `AccessUnknown`: nobody can say whether the reply is still there.
    """
    stands = _standing(id_, desk, people)
    if stands is None or stands.reply.channel != channel:
        return None
    why_not = _why_not(stands, clicker, desk, people)
    if why_not is not None or stands.said is None:
        return why_not
    return Saving(seen(stands.handed.text), stands.said.text, lives.days, lives.most_days)


def want(
    id_: str, clicker: SlackUser, question: str, days: int, *, desk: HandOvers, now: datetime
) -> SavedAnswer | Unsaved | None:
    """Durable when it returns. Slack is not asked: that may take longer than it waits for us."""
    reply = desk.reply(id_)
    handed = desk.hand_over(reply.hand_over) if reply is not None else None
    if reply is None or handed is None:
        return None
    before = desk.saved(id_)
    why_not = why_not_saved(
        author=reply.author,
        clicker=clicker.user,
        is_gone=reply.is_gone,
        reads=clicker.team == handed.asker.team,
        is_saved=before is not None and before.state in {"wanted", "kept"},
    )
    if why_not is not None:
        return why_not
    wanted = SavedAnswer(
        id=reply.id,
        receipt=handed.receipt,
        channel=reply.channel,
        thread=reply.thread,
        message=reply.message,
        author=reply.author,
        question=question[:MOST_OF_A_QUESTION],
        saved_at=now,
        until=now + timedelta(days=days),
    )
    return wanted if desk.want(wanted) else "saved"


def save(id_: str, *, desk: HandOvers, people: Experts, reach: Reach) -> None:
    """What its author has confirmed, with the words that stand in Slack at this moment."""
    wanted = desk.saved(id_)
    if wanted is None or wanted.state != "wanted":
        return
    try:
        stands = _standing(id_, desk, people)
    except AccessUnknown:
        desk.refuse(id_)
        return
    if stands is None:
        return
    author = SlackUser(team=stands.handed.asker.team, user=wanted.author)
    link = people.link(wanted.channel, wanted.message)
    why_not = _why_not(stands, author, desk, people, is_wanted=True)
    if why_not is not None or stands.said is None or link is None:
        desk.refuse(id_)
        return
    name = people.name(wanted.author)
    reach("saved.before_keep")
    desk.keep(wanted.model_copy(update={"text": stands.said.text, "name": name, "link": link}))
    reach("saved.after_keep")


def _standing(id_: str, desk: HandOvers, people: Experts) -> _Stands | None:
    reply = desk.reply(id_)
    handed = desk.hand_over(reply.hand_over) if reply is not None else None
    if reply is None or handed is None:
        return None
    said = None if reply.is_gone else people.said(reply.channel, reply.thread, reply.message)
    return _Stands(reply, handed, said)


def _why_not(
    stands: _Stands, clicker: SlackUser, desk: HandOvers, people: Experts, *, is_wanted: bool = False
) -> Unsaved | None:
    reply, saved = stands.reply, desk.saved(stands.reply.id)
    return why_not_saved(
        author=reply.author,
        clicker=clicker.user,
        is_gone=stands.said is None or stands.said.author != reply.author or not stands.said.text,
        reads=clicker.team == stands.handed.asker.team and people.reads(clicker.user, reply.channel),
        is_saved=not is_wanted and saved is not None and saved.state in {"wanted", "kept"},
    )
