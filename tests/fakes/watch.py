"""Who looks after models, in memory."""

from dataclasses import dataclass, field

from bot.core.ports import Watch


@dataclass
class FakeWatch(Watch):
    paused: set[str] = field(default_factory=set)
    told: list[tuple[str, str | None]] = field(default_factory=list)

    def is_paused(self, model: str) -> bool:
        return model in self.paused

    def heard(self, model: str, because: str | None) -> None:
        self.told.append((model, because))
