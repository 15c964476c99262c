"""How it is done in each channel: by the rules of this moment, and by what was asked there before."""

from bot import app
from bot.core.nouns import Question, ReceiptId, SlackPlace, SlackUser
from bot.core.ports import People
from bot.flows.channel import Surroundings
from bot.slack.heard import Customs
from bot.stores.passages import PassageStore
from policies.channels import Mode, settled_for


class RuledCustoms(Customs):
    """Of a thread, whatever the time: `within` counts outside threads alone."""

    def __init__(self, records: app.Records) -> None:
        self._records = records

    def mode(self, channel: str) -> Mode:
        return settled_for(channel, self._records.config.rules().channels).mode

    def is_taken(self, subject: str) -> bool:
        return self._records.inbox.is_taken(subject)

    def has_asked(self, place: SlackPlace, user: SlackUser) -> bool:
        now = self._records.clock()
        asked = Question(receipt=ReceiptId(""), text="", asker=user, place=place, asked_at=now)
        return any(one.asker == user for one in self._records.inbox.before(asked, now - now))


def surroundings(records: app.Records, people: People) -> Surroundings:
    passages = PassageStore(records.database)
    return Surroundings(people=people, access=records.access, shelves=passages.shelves, clock=records.clock)
