"""Reads rule texts into frozen models. A text that is not understood stops everything, with its line and the reason.

`policies` never touches the disk: texts come in as strings, whoever keeps them.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, TypeVar

from pydantic import Field, ValidationError, field_validator

from policies.admins import admin_named
from policies.channels import ChannelRules, Style, is_channel
from policies.examples import Examples
from policies.experts import Experts
from policies.gate import ToolRule, Tools
from policies.intents import Intent
from policies.people import Noun, Principal, principal
from policies.redaction.kinds import Redaction
from policies.topics import Topic

ADMINS = "admins.toml"
ANSWERS = "answers.toml"
INTENTS = "intents.toml"
AUDIENCE = "audience.toml"
CHANNELS = "channels.toml"
REDACTION = "redaction.toml"
EXPERTS = "experts.toml"
TOOLS = "tools.toml"
FILES = (ADMINS, ANSWERS, AUDIENCE, CHANNELS, EXPERTS, INTENTS, REDACTION, TOOLS)
OVERRIDES = "overrides.toml"  # what admins have set in place of what these say, by the file's name without its ending
_NOT_ALWAYS = frozenset({ADMINS, CHANNELS, EXPERTS, REDACTION, TOOLS})  # older texts go without
QUESTION = "question"  # the intent that always exists


class RulesError(Exception):
    """A rule text cannot be used. Fix the line named, or roll back to the version before."""

    def __init__(self, file: str, line: int | None, reason: str, path: Sequence[str] = ()) -> None:
        super().__init__(f"{file}{f', line {line}' if line else ''}: {reason}")
        self.file, self.line, self.reason, self.path = file, line, reason, tuple(path)


class QuestionLimits(Noun):
    """Of one, and of how many within a minute. Rules from before there were such limits have none."""

    max_characters: int = Field(ge=1)
    a_minute_by_one: int | None = Field(default=None, ge=1)
    a_minute_by_all: int | None = Field(default=None, ge=1)


class EvidenceLimits(Noun):
    """How many pieces are looked at, and kept. A document that `leads` the others by so much is the answer: of it more are
    kept. Older texts know no such document.
    """

    candidates: int = Field(ge=1, le=1000)
    passages: int = Field(ge=1, le=50)
    per_document: int = Field(ge=1)
    per_leading_document: int = Field(default=1, ge=1)
    leads: float = Field(default=1.0, ge=0, le=1)


class Ranking(Noun):
    """How what both retrievers found becomes one order. A text that says nothing of it is older: then both count alike,
    and a document's other passages nothing.
    """

    keywords: float = Field(default=0.5, ge=0, le=1)
    not_near: float = Field(default=1.0, ge=0, le=1)
    document: float = Field(default=0.0, ge=0, lt=1)
    document_decay: float = Field(default=0.0, ge=0, lt=1)
    reranked: int = Field(default=0, ge=0, le=200)


class Factors(Noun):
    """What a passage's worth is multiplied with. Older texts have none. `recency` is what a document gains that was changed
    today; `authority` names sources, each with how much it counts: near 1, for it must not outweigh what was asked.
    """

    recency: float = Field(default=0.0, ge=0, le=0.2)
    recency_half_life_days: float = Field(default=365.0, gt=0, allow_inf_nan=False)
    authority: Mapping[str, Annotated[float, Field(ge=0.8, le=1.25)]] = {}


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
    min_support: float = Field(default=0.0, ge=0, le=1)  # older texts say nothing of it: then any will do


class Summaries(Noun):
    """Of how many messages a summary is made: of a thread, the first and the newest; of a conversation, those said `last`."""

    messages: int = Field(default=200, ge=2, le=1000)
    last: int = Field(default=50, ge=1, le=1000)
    characters: int = Field(default=60_000, ge=1000)


class Drafts(Noun):
    """How many sentences a text may have that is written for somebody."""

    max_lines: int = Field(default=12, ge=1, le=50)


class Ages(Noun):
    """From when on an answer says how old is what it cites: `months` after the last edit, for a source or a place in one
    (with all below it) as `places` has it; and `unread_days` after a source was last read. 0: never. Older texts have none.
    """

    months: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    unread_days: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    places: Mapping[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = {}

    def of(self, place: str) -> float:
        """The nearest place that is named decides."""
        named = [one for one in self.places if f"{place}/".startswith(f"{one}/")]
        return self.places[max(named, key=len)] if named else self.months


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


class Routing(Noun):
    """`sure`: by how much an action has to be likelier than a question. `unsure`: by how much it may be less likely, so that an
    answer comes with an offer; and a restricted subject, so that it is refused. `sure_of_other_languages`: how much likelier
    than a question anything has to be that is not in English, to who reads English alone; `sure_by_words`: that is compared by
    words alone. Of several questions in one message,
    `questions` are answered. Older texts split none.
    """

    sure: float = Field(default=0.0, ge=0, le=1)
    unsure: float = Field(default=0.0, ge=0, le=1)
    sure_of_other_languages: float = Field(default=0.0, ge=0, le=1)
    sure_by_words: float = Field(default=0.0, ge=0, le=1)
    questions: int = Field(default=1, ge=1, le=5)


class AnswerRules(Noun):
    question: QuestionLimits
    routing: Routing = Routing()
    evidence: EvidenceLimits
    ranking: Ranking = Ranking()
    factors: Factors = Factors()
    follow_ups: FollowUps = FollowUps()
    answer: AnswerLimits
    answerability: Answerability
    summary: Summaries = Summaries()
    draft: Drafts = Drafts()
    ages: Ages = Ages()
    topics: Mapping[str, Topic] = {}
    examples: Examples = Examples()
    style: Style = Style()


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


class AdminRules(Noun):
    """Who may administer, beside those whom the settings name; and who may see what was asked and answered. `a_minute`: of
    commands, by one person.
    """

    people: frozenset[str] = frozenset()
    auditors: frozenset[str] = frozenset()
    a_minute: int = Field(default=60, ge=5)

    @field_validator("people", "auditors")
    @classmethod
    def _named(cls, value: frozenset[str]) -> frozenset[str]:
        return frozenset(map(admin_named, value))


class Rules(Noun):
    """One configuration, whole. `digest` names it in every receipt."""

    answers: AnswerRules
    audience: AudienceRules
    intents: Mapping[str, Intent]
    redaction: Redaction = Redaction()
    experts: Experts = Experts()
    admins: AdminRules = AdminRules()
    channels: Mapping[str, ChannelRules] = {}
    tools: Mapping[str, Mapping[str, ToolRule]] = {}
    digest: str


def parse(texts: Mapping[str, str]) -> Rules:
    unknown, missing = set(texts) - {*FILES, OVERRIDES}, set(FILES) - set(texts) - _NOT_ALWAYS
    for file in sorted(unknown | missing):
        raise RulesError(file, None, "no such rule file is known" if file in unknown else "this rule file is missing")
    bodies = tables(texts)
    try:
        answers = _model(AnswerRules, ANSWERS, texts[ANSWERS], bodies[ANSWERS])
        intents = _intents(texts[INTENTS], bodies[INTENTS])
        _check_intents(answers.examples, intents, texts[ANSWERS])
        return Rules(
            answers=answers,
            audience=_model(AudienceRules, AUDIENCE, texts[AUDIENCE], bodies[AUDIENCE]),
            intents=intents,
            redaction=_model(Redaction, REDACTION, texts.get(REDACTION, ""), bodies[REDACTION]),
            experts=_model(Experts, EXPERTS, texts.get(EXPERTS, ""), bodies[EXPERTS]),
            admins=_model(AdminRules, ADMINS, texts.get(ADMINS, ""), bodies[ADMINS]),
            channels=_channels(texts.get(CHANNELS, ""), bodies[CHANNELS]),
            tools=_tools(texts.get(TOOLS, ""), bodies[TOOLS], intents),
            digest=digest(texts),
        )
    except RulesError as error:
        raise _where_it_was_set(error, texts) from error


def tables(texts: Mapping[str, str]) -> Mapping[str, dict[str, Any]]:
    """Of each file, what holds: what was set goes before what is packaged."""
    over = _toml(OVERRIDES, texts.get(OVERRIDES, ""))
    for stem, table in over.items():
        if f"{stem}.toml" not in FILES or not isinstance(table, dict):
            raise RulesError(OVERRIDES, line_of([stem], texts[OVERRIDES]), "no such rule file is known", [stem])
    return {file: _merged(_toml(file, texts.get(file, "")), over.get(file.removesuffix(".toml"), {})) for file in FILES}


def _merged(below: Any, above: Any) -> Any:
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{name: _merged(below[name], one) if name in below else one for name, one in above.items()}}


def _where_it_was_set(error: RulesError, texts: Mapping[str, str]) -> RulesError:
    """What is packaged is right by itself: where both say something, what was set is wrong."""
    path = [error.file.removesuffix(".toml"), *error.path]
    over = texts.get(OVERRIDES, "")
    set_, packaged = (
        _depth(_toml(OVERRIDES, over), path),
        _depth(_toml(error.file, texts.get(error.file, "")), path[1:]),
    )
    if set_ > 1 and set_ > packaged:
        return RulesError(OVERRIDES, line_of(path, over), error.reason, path)
    return RulesError(error.file, error.line, error.reason, path)


def _depth(found: Any, path: Sequence[str]) -> int:
    """How many steps of the path are there."""
    for steps, name in enumerate(path):
        if not isinstance(found, dict) or name not in found:
            return steps
        found = found[name]
    return len(path)


_NOT_TO_BE_SET = {
    "intent": "the table's own name says it",
    "offers": "each message decides it",
    "scope": "the channel decides it (channels.toml)",
}


def _intents(text: str, intents: Mapping[str, object]) -> Mapping[str, Intent]:
    if QUESTION not in intents:
        raise RulesError(INTENTS, None, f"`{QUESTION}` is missing: nothing could be asked")
    found = {name: _intent(name, body, text) for name, body in intents.items()}
    if found[QUESTION].does != "answer":
        raise RulesError(
            INTENTS,
            line_of([QUESTION, "does"], text),
            f"`{QUESTION}` has to answer: all else falls to it",
            [QUESTION, "does"],
        )
    return found


def _intent(name: str, body: object, text: str) -> Intent:
    if not isinstance(body, dict):
        raise RulesError(INTENTS, line_of([name], text), f"`{name}` must be a table", [name])
    for key, why in _NOT_TO_BE_SET.items():
        if key in body:
            raise RulesError(INTENTS, line_of([name, key], text), f"{name}.{key}: {why}", [name, key])
    return _model(Intent, INTENTS, text, {"intent": name, **body}, table=[name])


def _channels(text: str, channels: Mapping[str, object]) -> Mapping[str, ChannelRules]:
    return {name: _channel(name, body, text) for name, body in channels.items()}


def _channel(name: str, body: object, text: str) -> ChannelRules:
    if not is_channel(name) or not isinstance(body, dict):
        reason = f"`{name}` must be a channel's id, such as C0123456789, and have a table"
        raise RulesError(CHANNELS, line_of([name], text), reason, [name])
    return _model(ChannelRules, CHANNELS, text, body, table=[name])


def _check_intents(examples: Examples, intents: Mapping[str, Intent], text: str) -> None:
    """A slip of the pen would leave a set out for ever."""
    for name, one in examples.sets.items():
        for intent in one.intents:
            if intent not in intents:
                path = ["examples", "sets", name, "intents"]
                reason = f"examples.sets.{name}.intents: there is no intent `{intent}`"
                raise RulesError(ANSWERS, line_of(path, text), reason, path)


def _tools(text: str, targets: Mapping[str, object], intents: Mapping[str, Intent]) -> Tools:
    return {target: _tools_at(target, body, text, intents) for target, body in targets.items()}


def _tools_at(target: str, body: object, text: str, intents: Mapping[str, Intent]) -> Mapping[str, ToolRule]:
    if not isinstance(body, dict):
        raise RulesError(TOOLS, line_of([target], text), f"`{target}` must be a table", [target])
    return {does: _tool([target, does], one, text, intents) for does, one in body.items()}


def _tool(path: list[str], body: object, text: str, intents: Mapping[str, Intent]) -> ToolRule:
    name = ".".join(path)
    if not isinstance(body, dict):
        raise RulesError(TOOLS, line_of(path, text), f"`{name}` must be a table", path)
    found = _model(ToolRule, TOOLS, text, body, table=path)
    for intent in found.intents:
        if intent not in intents:
            at = [*path, "intents"]
            raise RulesError(TOOLS, line_of(at, text), f"{name}.intents: there is no intent `{intent}`", at)
    return found


def digest(texts: Mapping[str, str]) -> str:
    """Names these exact texts: one changed byte, another digest."""
    whole = hashlib.sha256()
    for file in sorted(texts):
        for part in (file, texts[file]):
            data = part.encode()
            whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()


def _toml(file: str, text: str) -> dict[str, Any]:
    """The caller's own."""
    try:
        return {name: _copied(found) for name, found in _read(text).items()}
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        number = int(line.group(1)) if line else max(1, len(text.splitlines()))  # "at end of document"
        raise RulesError(file, number, str(error)) from error


@lru_cache(maxsize=64)
def _read(text: str) -> dict[str, Any]:
    """Most of what is read is as it was in the version before, and reading it takes longest. Key: the text, whosever it is."""
    return tomllib.loads(text)


def _copied(found: Any) -> Any:
    match found:
        case dict():
            return {name: _copied(one) for name, one in found.items()}
        case list():
            return [_copied(one) for one in found]
        case _:
            return found


Model = TypeVar("Model", bound=Noun)


def read(model: type[Model], file: str, text: str) -> Model:
    """One text of an operator's, understood as this model, or refused in the same way as a rule."""
    return _model(model, file, text, _toml(file, text))


def _model(model: type[Model], file: str, text: str, body: dict[str, Any], *, table: Sequence[str] = ()) -> Model:
    try:
        return model.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        path = [*table, *(str(part) for part in first["loc"])]
        raise RulesError(file, line_of(path, text), f"{'.'.join(path)}: {first['msg']}", path) from error


def line_of(path: Sequence[str], text: str) -> int | None:
    """The line on which the offending key, or else the nearest table around it, is written."""
    here: list[str] = []
    depth, found = 0, None
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[+([^\]]+)\]", line)
        key = re.match(r"""\s*(["'\w.-]+)\s*=""", line)
        if header:
            here = _keys(header.group(1))
        written = here if header else [*here, *_keys(key.group(1))] if key else []
        if len(written) > depth and written == list(path[: len(written)]):
            depth, found = len(written), number
    return found


def _keys(dotted: str) -> list[str]:
    return [key.strip().strip("\"'") for key in dotted.split(".")]
