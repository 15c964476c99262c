"""What a model gets to read: our words, and, as data, the question and the passages of this evidence. Nothing else.

The data is one JSON object, so that no text in it can end it and begin to speak for us.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib import resources
from string import Template
from typing import Final, Literal, NamedTuple

from policies.contract import Violation
from policies.evidence import Disagreement, Evidence, Found
from policies.rules import AnswerRules

_FILES: Final = ("write.md", "mend.md", "repair.md")
_MOST_SHOWN_AGAIN = 8_000


class Message(NamedTuple):
    role: Literal["system", "user", "assistant"]
    content: str


class Prompt:
    """The texts of one version. `digest` names it in every receipt."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._write, self._mend, self._repair = (texts[file] for file in _FILES)
        self.digest = hashlib.sha256(json.dumps([texts[file] for file in _FILES]).encode()).hexdigest()[:8]

    def messages(
        self, question: str, evidence: Evidence, rules: AnswerRules, violations: Sequence[Violation] = ()
    ) -> tuple[Message, ...]:
        ours = Template(self._write).substitute(lines=rules.answer.max_lines)
        if violations:
            ours = f"{ours}\n{self._mend}"
        return (Message("system", ours), Message("user", _data(question, evidence, violations)))

    def repair(self, said: str, why: str) -> tuple[Message, ...]:
        """What follows a reply that could not be read."""
        ours = Template(self._repair).substitute(why=why)
        return (Message("assistant", said[:_MOST_SHOWN_AGAIN] or "(nothing)"), Message("user", ours))


def packaged() -> Prompt:
    folder = resources.files("bot.models") / "prompts"
    return Prompt({file: (folder / file).read_text(encoding="utf-8") for file in _FILES})


def _data(question: str, evidence: Evidence, violations: Sequence[Violation]) -> str:
    data: dict[str, object] = {"question": question, "passages": [_shown(found) for found in evidence.found]}
    if violations:
        data["violations"] = [violation.model_dump(mode="json") for violation in violations]
    return json.dumps(data, ensure_ascii=False, indent=1)


def _shown(found: Found) -> dict[str, object]:
    """Neither its address nor its ids: there is nothing that a model could rightly do with them."""
    passage = found.passage
    shown: dict[str, object] = {
        "passage": passage.handle,
        "title": passage.title,
        "under": " › ".join(passage.heading_path),
        "updated": passage.updated.date().isoformat() if passage.updated else None,
        "text": passage.text,
    }
    if found.disagreements:
        shown["disagrees"] = [_disagreement(found, one) for one in found.disagreements]
    return shown


def _disagreement(found: Found, one: Disagreement) -> dict[str, object]:
    here = found.passage.text[one.here.first : one.here.end]
    said = {"here": here} if here else {}
    return {"with_passage": one.passage, "about": one.about, "that_one_is_newer": one.newer, **said}
