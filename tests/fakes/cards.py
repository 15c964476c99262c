"""Remembers which cards were shown to whom, and what each says by now."""

from collections import Counter
from collections.abc import Callable

from bot.core.nouns import SlackUser
from bot.core.proposals import Card, Cards, Sheet, Stage, Through
from connectors.model import Retryable


class FakeCards(Cards):
    """`says`: of each message, the stage that it shows, or `elsewhere`. Who is `away` cannot be written to."""

    def __init__(self) -> None:
        self.says: dict[str, Stage | str] = {}
        self.sheets: dict[str, Sheet] = {}
        self.approvals: dict[str, Stage] = {}
        self.sent: Counter[str] = Counter()  # to whom, how many messages
        self.away: set[str] = set()
        self.gone: set[str] = set()  # messages that somebody deleted
        self.is_down = False
        self.told_as_left: list[bool] = []  # each admin that was told, of what kind
        self.asked_with: dict[str, Sheet] = {}  # by who is asked to approve
        self.asks: Callable[[], object] = _nothing  # once somebody is asked to approve
        self.limited: Callable[[], object] | None = None  # once, instead of pointing to a card

    @property
    def through(self) -> dict[str, Through | None]:
        return {approver: sheet.through for approver, sheet in self.asked_with.items()}

    def show_there(self, card: Card, sheet: Sheet) -> bool:
        if card.message in self.gone:
            return False
        self._show(card.message, sheet)
        return True

    def show_alone(self, actor: SlackUser, sheet: Sheet, *, since: str) -> Card | None:  # noqa: ARG002
        if actor.user in self.away:
            return None
        message = f"card of {sheet.standing.proposal.id}"
        if message not in self.says:
            self.sent[actor.user] += 1
        self._show(message, sheet)
        return Card(channel=f"D{actor.user}", message=message)

    def point_to_it(self, card: Card) -> None:
        meanwhile, self.limited = self.limited, None
        if meanwhile is not None:
            meanwhile()
            raise Retryable("limited")
        self.says[card.message] = "elsewhere"

    def turn(self, card: Card, sheet: Sheet) -> bool:
        if self.is_down:
            raise Retryable("away")
        return self.show_there(card, sheet)

    def tell(self, actor: SlackUser, sheet: Sheet, *, since: str) -> Card | None:  # noqa: ARG002
        if actor.user in self.away:
            return None
        message = f"outcome of {sheet.standing.proposal.id}"
        self._show(message, sheet)
        return Card(channel=f"D{actor.user}", message=message)

    def ask_approver(self, approver: str, sheet: Sheet, *, since: str) -> str | None:  # noqa: ARG002
        if approver in self.away:
            return None
        if approver not in self.approvals:
            self.sent[approver] += 1
        self.approvals[approver], self.asked_with[approver] = sheet.standing.stage, sheet
        self.asks()
        return f"D{approver}/{approver}"

    def turn_approval(self, where: str, sheet: Sheet) -> None:
        self.approvals[where.partition("/")[2]] = sheet.standing.stage

    def tell_admin(self, admin: SlackUser, sheet: Sheet, *, since: str, has_left: bool) -> bool:  # noqa: ARG002
        if admin.user in self.away:
            return False
        self.sent[admin.user] += 1
        self.told_as_left.append(has_left)
        return True

    def _show(self, message: str, sheet: Sheet) -> None:
        self.says[message] = sheet.standing.stage
        self.sheets[message] = sheet


def _nothing() -> None: ...
