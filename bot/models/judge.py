"""Do its quotes support a claim, as another model reads them? It can only take away: what it says yes to is proven by the contract,
or by nothing.

It gets to read the question, the claims and what they quote, and nothing else; a verdict is one of three words.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from importlib import resources
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.core.clock import timer
from bot.core.nouns import Judging, Verdict
from bot.core.ports import NOBODYS, Errand
from bot.models.classes import Matter, Models, Nobody
from bot.models.drafted import last_whole
from bot.models.gateway.faults import AskOtherwise, Kind
from bot.models.prompt import Message
from policies.evidence import Claim, Evidence
from policies.redaction.kinds import InForce, Redaction
from policies.redaction.view import View

MOST_TOKENS = 1024  # some models count what they think as well
_MOST_VERDICTS: Final = 100


class HostedJudge:
    """The port `Judge` on models behind LiteLLM. `patience_s`: for all of them together."""

    def __init__(self, models: Models, *, patience_s: float = math.inf, redaction: InForce = Redaction) -> None:
        self._models, self._patience_s, self._redaction = models, patience_s, redaction
        self._prompt = (resources.files("bot.models") / "prompts" / "judge.md").read_text(encoding="utf-8")
        self._digest = hashlib.sha256(self._prompt.encode()).hexdigest()[:8]

    @property
    def name(self) -> str:
        """The model with the version of what it is told."""
        return self._named(self._models.name)

    def judge(
        self, question: str, claims: Mapping[int, Claim], evidence: Evidence, errand: Errand = NOBODYS
    ) -> Judging:
        cited = {citation.passage for claim in claims.values() for citation in claim.citations}
        of_them = Evidence(found=tuple(one for one in evidence.found if one.passage.handle in cited))
        view = View(of_them, self._redaction(), "model", question=question)
        shown = [_shown(number, view.masked_claim(claim), view.evidence) for number, claim in claims.items()]
        data = json.dumps({"question": view.question, "claims": shown}, ensure_ascii=False, indent=1)
        messages = (Message("system", self._prompt), Message("user", data))
        errand = errand._replace(until=min(errand.until, timer() + self._patience_s))
        sources = frozenset(passage.source for passage in of_them.passages)
        matter = Matter(len(of_them.found), sources, view.removed_in([data]))
        try:
            said, model, account = self._models.first(
                errand, matter, lambda turn: _read(turn.ask(messages, _SCHEMA).text)
            )
        except Nobody as nobody:
            return Judging(by=self.name, because=nobody.kind.value, **dict(nobody.account))
        verdicts = tuple(Verdict(claim=number, supported=_of(number, said)) for number in claims)
        return Judging(by=self._named(model.name), verdicts=verdicts, **dict(account))

    def _named(self, model: str) -> str:
        return f"{model}+prompt:{self._digest}"


def _shown(number: int, claim: Claim, evidence: Evidence) -> dict[str, object]:
    quotes = []
    for citation in claim.citations:
        passage = evidence.passage(citation.passage)
        if passage is not None:
            under = " › ".join(passage.heading_path)
            quotes.append({"title": passage.title, "under": under, "quote": citation.quote})
    return {"claim": number, "text": claim.text, "quotes": quotes}


class _Verdict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    claim: int
    supported: Literal["yes", "no", "unclear"]


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    verdicts: list[_Verdict] = Field(max_length=_MOST_VERDICTS)


_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "verdicts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "claim": {"type": "integer"},
                    "supported": {"type": "string", "enum": ["yes", "no", "unclear"]},
                },
                "required": ["claim", "supported"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["verdicts"],
    "additionalProperties": False,
}


def _read(said: str) -> _Said:
    found = last_whole(said, _Said)
    if found is None:
        raise AskOtherwise(Kind.MALFORMED)
    return found


def _of(number: int, said: _Said) -> Literal["yes", "no", "unclear"]:
    """Nothing, or two things at once, is unclear."""
    verdicts = {one.supported for one in said.verdicts if one.claim == number}
    return verdicts.pop() if len(verdicts) == 1 else "unclear"
