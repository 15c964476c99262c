"""Messages sorted as scripted."""

from collections.abc import Mapping

from bot.core.ports import NOBODYS, Errand, Guess, Guesser
from policies.intents import Intent


class ScriptedGuesser(Guesser):
    """`intents`: of texts that contain these words, the intent; of all others, a question."""

    def __init__(self, **intents: str) -> None:
        self._intents = intents
        self.asked: list[str] = []

    @property
    def name(self) -> str:
        return "scripted"

    def guess(self, text: str, intents: Mapping[str, Intent], errand: Errand = NOBODYS) -> Guess:  # noqa: ARG002
        self.asked.append(text)
        named = next((intent for word, intent in self._intents.items() if word in text), "question")
        return Guess({named: 1.0}, self.name)

    def warm(self, intents: Mapping[str, Intent]) -> None: ...
