"""How would a follow-up read if it were asked by itself, in a model's words? It gets to read what people asked in this
conversation, and nothing else: no answer, which may stand on what somebody who reads along by now may not read.

What it says is one line and a yes or no; whether that may be searched is for `policies.contract` to say.
"""

import hashlib
import json
from collections.abc import Sequence
from importlib import resources
from string import Template
from typing import Any, Final

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.core.errors import Unrewritten
from bot.core.ports import Rewritten
from bot.models.drafted import MOST_CHARACTERS, objects
from bot.models.gateway.completion import Gateway
from bot.models.gateway.faults import Kind, NoReply
from bot.models.prompt import Message

MOST_TOKENS = 1024  # some models count what they think as well

SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"whole": {"type": "string"}, "leans": {"type": "boolean"}},
    "required": ["whole", "leans"],
    "additionalProperties": False,
}

log = structlog.get_logger()


class HostedRewriter:
    """The port `Rewriter` on a model behind LiteLLM."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._prompt = (resources.files("bot.models") / "prompts" / "rewrite.md").read_text(encoding="utf-8")
        self._digest = hashlib.sha256(self._prompt.encode()).hexdigest()[:8]
        self._said: set[Kind] = set()

    @property
    def name(self) -> str:
        """The model with the version of what it is told."""
        return f"{self._gateway.model}+prompt:{self._digest}"

    def rewrite(self, question: str, before: Sequence[str], *, max_characters: int) -> Rewritten:
        ours = Template(self._prompt).substitute(characters=max_characters)
        data = json.dumps({"before": list(before), "question": question}, ensure_ascii=False, indent=1)
        try:
            said = self._gateway.ask((Message("system", ours), Message("user", data)), SCHEMA)
        except NoReply as fault:
            self._say_once(fault)
            raise Unrewritten(fault.kind.value) from None
        return Rewritten(*_read(said.text), said.call)

    def _say_once(self, fault: NoReply) -> None:
        """An operator reads it; it says the kind of error, and which settings to look at."""
        if fault.kind in self._said:
            return
        self._said.add(fault.kind)
        look_at = self._gateway.settings_of(fault)
        log.warning(
            "the model put no question in other words, so it is searched with those before it; this is said once",
            model=self.name,
            because=fault.kind.value,
            **({"look_at": " and ".join(look_at)} if look_at else {}),
        )


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    whole: str
    leans: bool


def _read(said: str) -> tuple[str, bool]:
    """The last whole object of this shape: what a model thinks aloud comes before what it means."""
    found: _Said | None = None
    for value in objects(said) if len(said) <= MOST_CHARACTERS else ():
        try:
            found = _Said.model_validate(value)
        except ValidationError:
            continue
    if found is None or not found.whole.isprintable():
        raise Unrewritten(Kind.MALFORMED.value)
    return found.whole.strip(), found.leans
