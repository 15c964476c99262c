"""What a model gets to read: our words with a few examples, then, as data, the question and the passages of this evidence, and
once more what to do. Nothing else.

The data is one JSON object, so that no text in it can end it and begin to speak for us. Examples are numbered so that nothing
of theirs can be cited.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from string import Template
from typing import Final, Literal, NamedTuple

from bot.models.paid import tokens_of
from policies.channels import Style
from policies.contract import Violation
from policies.evidence import Claim, Disagreement, Evidence, Found
from policies.examples import Example, Examples, Page
from policies.rules import AnswerRules

_WRITE: Final = "write.md"
_BESIDE: Final = ("mend.md", "repair.md", "go_on.md", "style.md", "examples.md", "last.md")
_MOST_SHOWN_AGAIN = 8_000
_FIRST_OF_EXAMPLES: Final = 9_001  # no evidence has so many passages


class Message(NamedTuple):
    role: Literal["system", "user", "assistant"]
    content: str


class Prompt:
    """The texts of one version, for one `task`, with the examples that are shown. `digest` names all of it in the receipt, and
    `examples` the sets.
    """

    def __init__(self, texts: Mapping[str, str], task: str = _WRITE, examples: Mapping[str, str] | None = None) -> None:
        self._texts, self._task, self._shown = texts, task, examples or {}
        self.examples = tuple(self._shown)
        whole = [*(texts[file] for file in (task, *_BESIDE)), *self._shown.values()]
        self.digest = hashlib.sha256(json.dumps(whole).encode()).hexdigest()[:8]

    def showing(self, examples: Examples, question: str, evidence: Evidence) -> "Prompt":
        """With those that the rules have for such a question and such evidence, as many as fit. They are answers: nobody
        learns from them how to write anything else.
        """
        if self._task != _WRITE:
            return self
        shown: dict[str, str] = {}
        for name, one in examples.beside(question, evidence).items():
            written = _written(one.shown, _FIRST_OF_EXAMPLES + 100 * len(shown))
            if tokens_of([*shown.values(), written]) <= examples.max_tokens:
                shown[name] = written
        return Prompt(self._texts, self._task, shown)

    def messages(
        self,
        question: str,
        evidence: Evidence,
        rules: AnswerRules,
        violations: Sequence[Violation] = (),
        said: Sequence[Claim] = (),
        *,
        seen: Callable[[str], str] = str,
    ) -> tuple[Message, ...]:
        """`said`: what readers have seen of the answer by now; `seen`: what may be read of an example, or of a wish."""
        lines = max(1, rules.answer.max_lines - len(said))
        examples = "\n".join(map(seen, self._shown.values()))
        ours = (
            self._filled(self._task, lines=lines),
            *((self._texts["mend.md"],) if violations else ()),
            *((self._texts["go_on.md"],) if said else ()),
            *((self._texts["style.md"],) if rules.style != Style() else ()),
            *((self._filled("examples.md", examples=examples),) if examples else ()),
        )
        data = _data(question, evidence, violations, said, _wishes(rules.style, seen))
        last = self._filled("last.md", lines=lines)
        return (Message("system", "\n".join(ours)), Message("user", f"{data}\n\n{last}"))

    def _filled(self, file: str, **values: object) -> str:
        return Template(self._texts[file]).substitute(values)

    def repair(self, said: str, why: str) -> tuple[Message, ...]:
        """What follows a reply that could not be read."""
        return (
            Message("assistant", said[:_MOST_SHOWN_AGAIN] or "(nothing)"),
            Message("user", self._filled("repair.md", why=why)),
        )


def packaged(task: str = _WRITE) -> Prompt:
    folder = resources.files("bot.models") / "prompts"
    return Prompt({file: (folder / file).read_text(encoding="utf-8") for file in (task, *_BESIDE)}, task)


def _written(examples: Sequence[Example], first: int) -> str:
    """One set, each of its examples on a line."""
    lines = []
    for one in examples:
        passages = [_page(page, number) for number, page in enumerate(one.passages, start=first)]
        claims = [_moved(claim, first - 1).model_dump(mode="json") for claim in one.claims]
        draft = {"answerable": bool(claims), "claims": claims, "clarify": None, "options": []}
        lines.append(json.dumps({"question": one.question, "passages": passages, "draft": draft}, ensure_ascii=False))
        first += len(one.passages)
    return "\n".join(lines)


def _page(page: Page, number: int) -> dict[str, object]:
    updated = page.updated.isoformat() if page.updated else None
    return {"passage": number, "title": page.title, "under": "", "updated": updated, "text": page.text.strip("\n")}


def _moved(claim: Claim, by: int) -> Claim:
    citations = tuple(one.model_copy(update={"passage": one.passage + by}) for one in claim.citations)
    return claim.model_copy(update={"citations": citations})


def _wishes(style: Style, seen: Callable[[str], str]) -> Mapping[str, object]:
    """What is wished, and nothing of what is not."""
    wishes = {
        "persona": seen(style.persona) if style.persona else None,
        "tone": seen(style.tone) if style.tone else None,
        "output": [seen(one) for one in style.output],
    }
    return {name: one for name, one in wishes.items() if one}


def _data(
    question: str,
    evidence: Evidence,
    violations: Sequence[Violation],
    said: Sequence[Claim],
    style: Mapping[str, object],
) -> str:
    data: dict[str, object] = {"question": question, "passages": [_shown(found) for found in evidence.found]}
    if violations:
        data["violations"] = [one.model_dump(mode="json", exclude_defaults=True) for one in violations]
    if style:
        data["style"] = style
    if said:
        data["said"] = [claim.model_dump(mode="json", exclude_defaults=True) for claim in said]
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
