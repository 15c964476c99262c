"""Budgets in memory, of one day."""

from dataclasses import dataclass, field

from bot.core.nouns import Budget
from bot.core.ports import Cost, Purse, Taken

DAY = "2026-03-01"


@dataclass
class FakePurse(Purse):
    """`spent`: from the beginning, this budget is. Everything that is taken and settled is remembered. `most_tokens`: of
    everybody together.
    """

    spent: Budget | None = None
    most_tokens: int | None = None
    limits_money: bool = False
    taken: list[tuple[str, Cost, float]] = field(default_factory=list)
    settled: list[tuple[Taken, Cost]] = field(default_factory=list)
    tokens: int = 0

    def take(self, whose: str, cost: Cost, *, share: float = 1.0) -> Taken | Budget:
        if self.spent is not None:
            return self.spent
        if self.most_tokens is not None and self.tokens + cost.tokens > self.most_tokens * share:
            return "tokens_by_all"
        self.taken.append((whose, cost, share))
        self.tokens += cost.tokens
        return Taken(whose, DAY, cost)

    def settle(self, taken: Taken, cost: Cost) -> None:
        self.settled.append((taken, cost))
        self.tokens += cost.tokens - taken.cost.tokens
