"""What is a message after, by a model? It may name one of the kinds that the rules know, and say that it is not sure. Whatever
else it says, or where none answers, the examples alone decide.

It gets to read the message and the rules' examples, and nothing else.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from importlib import resources
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from bot.core.clock import timer
from bot.core.ports import NOBODYS, Errand, Guess, Guesser
from bot.models.classes import Matter, Models, Nobody
from bot.models.drafted import last_whole
from bot.models.gateway.faults import AskOtherwise, Kind
from bot.models.prompt import Message
from policies.evidence import Evidence
from policies.intents import Intent
from policies.redaction.kinds import InForce, Redaction
from policies.redaction.view import View
from policies.rules import QUESTION

MOST_TOKENS = 512  # some models count what they think as well
_EXAMPLES: Final = 12  # of each kind; more cost more than they tell
_READ: Final = 2000  # characters of the message


class HostedGuesser:
    """The port `Guesser` on models behind LiteLLM. `otherwise` guesses where they do not. `patience_s`: for all of them."""

    def __init__(
        self, models: Models, otherwise: Guesser, *, patience_s: float = math.inf, redaction: InForce = Redaction
    ) -> None:
        self._models, self._otherwise = models, otherwise
        self._patience_s, self._redaction = patience_s, redaction
        self._prompt = (resources.files("bot.models") / "prompts" / "sort.md").read_text(encoding="utf-8")
        self._digest = hashlib.sha256(self._prompt.encode()).hexdigest()[:8]

    @property
    def name(self) -> str:
        return self._named(self._models.name)

    def guess(self, text: str, intents: Mapping[str, Intent], errand: Errand = NOBODYS) -> Guess:
        kinds = [
            {"name": name, "does": intent.does, "examples": _some(intent.examples)} for name, intent in intents.items()
        ]
        view = View(Evidence(), self._redaction(), "model", question=text)
        data = json.dumps({"kinds": kinds, "message": view.question[:_READ]}, ensure_ascii=False, indent=1)
        messages = (Message("system", self._prompt), Message("user", data))
        errand = errand._replace(until=min(errand.until, timer() + self._patience_s))
        schema = _schema(intents)
        try:
            said, model, account = self._models.first(
                errand, Matter(removed=view.removed), lambda turn: _read(turn.ask(messages, schema).text, intents)
            )
        except Nobody as nobody:
            instead = self._otherwise.guess(text, intents, errand)
            return instead._replace(because=nobody.kind.value, account=nobody.account)
        scores = {**_scores(said), **self._restricted(text, intents, errand)}
        return Guess(scores, self._named(model.name), account=account)

    def _restricted(self, text: str, intents: Mapping[str, Intent], errand: Errand) -> Mapping[str, float]:
        """What the examples take for a subject on which nothing is said is one, whatever a model was talked into."""
        if not any(intent.does == "refuse" for intent in intents.values()):
            return {}
        scores = self._otherwise.guess(text, intents, errand).scores
        likeliest = max(scores, key=scores.__getitem__, default=QUESTION)
        return {likeliest: 1.0} if intents[likeliest].does == "refuse" else {}

    def warm(self, intents: Mapping[str, Intent]) -> None:
        self._otherwise.warm(intents)

    def _named(self, model: str) -> str:
        return f"{model}+prompt:{self._digest}"


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    intent: str
    sure: bool


def _schema(intents: Mapping[str, Intent]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"intent": {"type": "string", "enum": list(intents)}, "sure": {"type": "boolean"}},
        "required": ["intent", "sure"],
        "additionalProperties": False,
    }


def _some(examples: tuple[str, ...]) -> list[str]:
    """From all over: they stand together by how they are put."""
    step = max(1, math.ceil(len(examples) / _EXAMPLES))
    return list(examples[::step])


def _read(said: str, intents: Mapping[str, Intent]) -> _Said:
    found = last_whole(said, _Said)
    if found is None or found.intent not in intents:
        raise AskOtherwise(Kind.MALFORMED)
    return found


def _scores(said: _Said) -> dict[str, float]:
    """Not sure: as likely a question."""
    return {said.intent: 1.0} if said.sure or said.intent == QUESTION else {said.intent: 0.5, QUESTION: 0.5}
