"""Reads rule texts into frozen models. A text that is not understood stops everything, with its line and the reason.

`policies` never touches the disk: texts come in as strings, whoever keeps them.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import Field, ValidationError, field_validator

from policies.intents import Route
from policies.people import Noun, Principal, principal

ANSWERS = "answers.toml"
INTENTS = "intents.toml"
AUDIENCE = "audience.toml"
FILES = (ANSWERS, AUDIENCE, INTENTS)
QUESTION = "question"  # the intent that always exists


class RulesError(Exception):
    """A rule text cannot be used. Fix the line named, or roll back to the version before."""

    def __init__(self, file: str, line: int | None, reason: str) -> None:
        super().__init__(f"{file}{f', line {line}' if line else ''}: {reason}")
        self.file, self.line, self.reason = file, line, reason


class QuestionLimits(Noun):
    """Of one, and of how many within a minute. Rules from before there were such limits have none."""

    max_characters: int = Field(ge=1)
    a_minute_by_one: int | None = Field(default=None, ge=1)
    a_minute_by_all: int | None = Field(default=None, ge=1)


class EvidenceLimits(Noun):
    candidates: int = Field(ge=1, le=1000)
    passages: int = Field(ge=1, le=50)
    per_document: int = Field(ge=1)


class Ranking(Noun):
    """How what both retrievers found becomes one order. A text that says nothing of it is older: then both count alike,
    and a document's other passages nothing.
    """

    keywords: float = Field(default=0.5, ge=0, le=1)
    not_near: float = Field(default=1.0, ge=0, le=1)
    document: float = Field(default=0.0, ge=0, lt=1)
    document_decay: float = Field(default=0.0, ge=0, lt=1)
    reranked: int = Field(default=0, ge=0, le=200)


class FollowUps(Noun):
    """What of a thread is searched with a question. Older texts say nothing of it: then nothing is."""

    questions: int = Field(default=0, ge=0, le=10)
    weight: float = Field(default=0.0, ge=0, le=1)
    within_minutes: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    max_characters: int = Field(default=2000, ge=100)
    told_to_model: int = Field(default=0, ge=0, le=20)
    max_characters_of_model: int = Field(default=400, ge=40)


class AnswerLimits(Noun):
    max_lines: int = Field(ge=1, le=50)
    max_claim_characters: int = Field(ge=40)


class Answerability(Noun):
    """How sure retrieval would have to be that there is an answer at all, and how sure the extractive composer must be that
    this is it; what they add up is in `bot.core.answerability` and `bot.models.confidence`. Of the first, older texts say
    nothing. It is told, and refuses nobody: another embedder's cosines would need other weights.
    """

    min_answerable: float = Field(default=0.0, ge=0, le=1)
    offset: float = Field(default=0.0, allow_inf_nan=False)
    nearness: float = Field(default=0.0, ge=0, le=100)
    coverage: float = Field(default=0.0, ge=0, le=100)
    lead: float = Field(default=0.0, ge=0, le=100)
    min_confidence: float = Field(ge=0)
    min_confidence_by_words: float = Field(ge=0)

    @property
    def calibrated(self) -> bool:
        return any((self.nearness, self.coverage, self.lead))


class AnswerRules(Noun):
    question: QuestionLimits
    evidence: EvidenceLimits
    ranking: Ranking = Ranking()
    follow_ups: FollowUps = FollowUps()
    answer: AnswerLimits
    answerability: Answerability


class FullMembers(Noun):
    principals: frozenset[Principal] = frozenset()

    @field_validator("principals")
    @classmethod
    def _qualified(cls, value: frozenset[Principal]) -> frozenset[Principal]:
        for held in value:
            principal(*held.partition("/")[::2])
        return value


class AudienceRules(Noun):
    """What each full member of the workspace counts as having among the readers of a place, if no source knows them."""

    full_members: FullMembers


class Rules(Noun):
    """One configuration, whole. `digest` names it in every receipt."""

    answers: AnswerRules
    audience: AudienceRules
    intents: Mapping[str, Route]
    digest: str


def parse(texts: Mapping[str, str]) -> Rules:
    unknown, missing = set(texts) - set(FILES), set(FILES) - set(texts)
    for file in sorted(unknown | missing):
        raise RulesError(file, None, "no such rule file is known" if file in unknown else "this rule file is missing")
    return Rules(
        answers=_model(AnswerRules, ANSWERS, texts[ANSWERS], _toml(ANSWERS, texts[ANSWERS])),
        audience=_model(AudienceRules, AUDIENCE, texts[AUDIENCE], _toml(AUDIENCE, texts[AUDIENCE])),
        intents=_intents(texts[INTENTS]),
        digest=digest(texts),
    )


def _intents(text: str) -> Mapping[str, Route]:
    intents = _toml(INTENTS, text)
    if QUESTION not in intents:
        raise RulesError(INTENTS, None, f"`{QUESTION}` is missing: nothing could be asked")
    return {name: _route(name, body, text) for name, body in intents.items()}


def _route(name: str, body: object, text: str) -> Route:
    if not isinstance(body, dict):
        raise RulesError(INTENTS, _line_of([name], text), f"`{name}` must be a table")
    if "intent" in body:
        raise RulesError(INTENTS, _line_of([name, "intent"], text), f"{name}.intent: the table's own name says it")
    return _model(Route, INTENTS, text, {"intent": name, **body}, table=name)


def digest(texts: Mapping[str, str]) -> str:
    """Names these exact texts: one changed byte, another digest."""
    whole = hashlib.sha256()
    for file in sorted(texts):
        for part in (file, texts[file]):
            data = part.encode()
            whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()


def _toml(file: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        number = int(line.group(1)) if line else max(1, len(text.splitlines()))  # "at end of document"
        raise RulesError(file, number, str(error)) from error


Model = TypeVar("Model", bound=Noun)


def _model(model: type[Model], file: str, text: str, body: dict[str, Any], *, table: str | None = None) -> Model:
    try:
        return model.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        path = [*([table] if table else []), *(str(part) for part in first["loc"])]
        raise RulesError(file, _line_of(path, text), f"{'.'.join(path)}: {first['msg']}") from error


def _line_of(path: list[str], text: str) -> int | None:
    """The line on which the offending key, or else the nearest table around it, is written."""
    here: list[str] = []
    depth, found = 0, None
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[+([^\]]+)\]", line)
        key = re.match(r"""\s*(["'\w.-]+)\s*=""", line)
        if header:
            here = _keys(header.group(1))
        written = here if header else [*here, *_keys(key.group(1))] if key else []
        if len(written) > depth and written == path[: len(written)]:
            depth, found = len(written), number
    return found


def _keys(dotted: str) -> list[str]:
    return [key.strip().strip("\"'") for key in dotted.split(".")]
