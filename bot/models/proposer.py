"""Into which arguments of which tool would a model put what somebody wants done? It gets to read their own words and what the
tools take: no document, no thread. Whether it is typed rightly, and what of it was really said, is found out elsewhere.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from importlib import resources
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from bot.core.clock import timer
from bot.core.errors import Unproposed
from bot.core.ports import NOBODYS, Errand
from bot.core.proposals import AnyTool, Slots
from bot.models.classes import Matter, Models, Nobody
from bot.models.drafted import last_whole
from bot.models.gateway.faults import AskOtherwise, Kind
from bot.models.prompt import Message
from policies.evidence import Evidence
from policies.gate import ToolRule
from policies.redaction.kinds import InForce, Redaction
from policies.redaction.view import View

MOST_TOKENS = 4096

SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"tool": {"type": ["string", "null"]}, "arguments": {"type": "object"}},
    "required": ["tool", "arguments"],
}


class HostedProposer:
    """The port `Proposer` on models behind LiteLLM. `patience_s`: for all of them together."""

    def __init__(self, models: Models, *, patience_s: float = math.inf, redaction: InForce = Redaction) -> None:
        self._models, self._patience_s, self._redaction = models, patience_s, redaction
        self._prompt = (resources.files("bot.models") / "prompts" / "propose.md").read_text(encoding="utf-8")
        self._digest = hashlib.sha256(self._prompt.encode()).hexdigest()[:8]

    @property
    def name(self) -> str:
        """The model with the version of what it is told."""
        return self._named(self._models.name)

    def propose(
        self,
        request: str,
        tools: Mapping[str, tuple[AnyTool, ToolRule]],
        *,
        wrong: Mapping[str, str],
        errand: Errand = NOBODYS,
    ) -> Slots:
        view = View(Evidence(), self._redaction(), "model", question=request, beside=tuple(wrong.values()))
        told = [
            {"name": name, "does": rule.does, "takes": tool.takes.model_json_schema()}
            for name, (tool, rule) in tools.items()
        ]
        data = {
            "request": view.question,
            "tools": told,
            **({"wrong": dict(zip(wrong, view.beside, strict=True))} if wrong else {}),
        }
        messages = (Message("system", self._prompt), Message("user", json.dumps(data, ensure_ascii=False, indent=1)))
        errand = errand._replace(until=min(errand.until, timer() + self._patience_s))
        try:
            said, model, account = self._models.first(
                errand, Matter(removed=view.removed), lambda turn: _read(turn.ask(messages, SCHEMA).text)
            )
        except Nobody as nobody:
            raise Unproposed(nobody.kind.value, nobody.account) from None
        values = {name: _restored(one, view) for name, one in said.arguments.items() if one not in (None, "", [])}
        return Slots(said.tool, values, account, self._named(model.name))

    def _named(self, model: str) -> str:
        return f"{model}+prompt:{self._digest}"


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    tool: str | None
    arguments: dict[str, Any]


def _read(said: str) -> _Said:
    found = last_whole(said, _Said)
    if found is None:
        raise AskOtherwise(Kind.MALFORMED)
    return found


def _restored(value: Any, view: View) -> Any:
    """With what was masked for the model, as it was written."""
    match value:
        case str():
            return view.restored_words(value)
        case list():
            return [_restored(one, view) for one in value]
        case _:
            return value
