"""Remembers who was asked to check what, and what their cards and the place say since."""

from collections.abc import Mapping

from bot.core.nouns import Meanwhile, Part, Question, Shows, SlackUser, Turn
from bot.core.ports import ReviewDesk


class FakeReviewDesk(ReviewDesk):
    """Who is `away` cannot be written to. As in Slack, a card is looked for only where one may be there already."""

    def __init__(self) -> None:
        self.cards: list[tuple[Turn, Part]] = []
        self.says: dict[str, Shows] = {}
        self.notices: list[Meanwhile] = []
        self.away: set[str] = set()
        self.asked: list[str] = []

    def ask(
        self,
        turn: Turn,
        question: Question,
        part: Part,
        *,
        readers: int,  # noqa: ARG002
        minutes: float,  # noqa: ARG002
        again: bool,
    ) -> Mapping[str, str] | None:
        self.asked.append(question.text)
        if turn.reviewer.user in self.away:
            return None
        if not (again and any(one.id == turn.id for one, _ in self.cards)):
            self.cards.append((turn, part))
        return {"channel": f"D{turn.reviewer.user}", "message": turn.id}

    def turn(self, turn: Turn, question: Question, shows: Shows, by: SlackUser) -> None:  # noqa: ARG002
        self.says[turn.reviewer.user] = shows

    def notice(self, channel: str, message: str, about: Meanwhile) -> None:  # noqa: ARG002
        self.notices.append(about)
