"""How would a follow-up read if it were asked by itself, in a model's words? It gets to read what people asked in this
conversation, and nothing else: no answer, which may stand on what somebody who reads along by now may not read.

What it says is one line and a yes or no; whether that may be searched is for `policies.contract` to say.
"""

import hashlib
import json
import math
from collections.abc import Sequence
from importlib import resources
from string import Template
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from bot.core.clock import timer
from bot.core.errors import Unrewritten
from bot.core.ports import NOBODYS, Errand, Rewritten
from bot.models.classes import Matter, Models, Nobody
from bot.models.drafted import last_whole
from bot.models.gateway.faults import AskOtherwise, Kind
from bot.models.prompt import Message
from policies.evidence import Evidence
from policies.redaction.kinds import InForce, Redaction
from policies.redaction.view import View

MOST_TOKENS = 1024  # some models count what they think as well

SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"whole": {"type": "string"}, "leans": {"type": "boolean"}},
    "required": ["whole", "leans"],
    "additionalProperties": False,
}


class HostedRewriter:
    """The port `Rewriter` on models behind LiteLLM. `patience_s`: for all of them together."""

    def __init__(self, models: Models, *, patience_s: float = math.inf, redaction: InForce = Redaction) -> None:
        self._models, self._patience_s, self._redaction = models, patience_s, redaction
        self._prompt = (resources.files("bot.models") / "prompts" / "rewrite.md").read_text(encoding="utf-8")
        self._digest = hashlib.sha256(self._prompt.encode()).hexdigest()[:8]

    @property
    def name(self) -> str:
        """The model with the version of what it is told."""
        return self._named(self._models.name)

    def rewrite(
        self, question: str, before: Sequence[str], *, max_characters: int, errand: Errand = NOBODYS
    ) -> Rewritten:
        ours = Template(self._prompt).substitute(characters=max_characters)
        view = View(Evidence(), self._redaction(), "model", question=question, beside=before)
        data = json.dumps({"before": view.beside, "question": view.question}, ensure_ascii=False, indent=1)
        messages = (Message("system", ours), Message("user", data))
        errand = errand._replace(until=min(errand.until, timer() + self._patience_s))
        try:
            (whole, leans), model, account = self._models.first(
                errand, Matter(removed=view.removed), lambda turn: _read(turn.ask(messages, SCHEMA).text)
            )
        except Nobody as nobody:
            raise Unrewritten(nobody.kind.value, nobody.account) from None
        return Rewritten(view.restored_words(whole), leans, account, self._named(model.name))

    def _named(self, model: str) -> str:
        return f"{model}+prompt:{self._digest}"


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    whole: str
    leans: bool


def _read(said: str) -> tuple[str, bool]:
    found = last_whole(said, _Said)
    if found is None or not found.whole.isprintable():
        raise AskOtherwise(Kind.MALFORMED)
    return found.whole.strip(), found.leans
