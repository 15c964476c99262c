"""What did a model say: is there a draft in it? It is read, whatever stands around it, and never guessed at."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from enum import StrEnum
from typing import Annotated, Any, Final, NamedTuple, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from policies.contract import MOST_OPTIONS
from policies.evidence import Citation, Claim, Draft

MOST_CHARACTERS = 60_000
_MOST_OBJECTS = 200
_MOST_PARTS = 50

_CITATION: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"passage": {"type": "integer"}, "quote": {"type": "string"}},
    "required": ["passage", "quote"],
    "additionalProperties": False,
}


def _schema(**of_a_claim: Mapping[str, str]) -> dict[str, Any]:
    claim = {"text": {"type": "string"}, **of_a_claim, "citations": {"type": "array", "items": _CITATION}}
    return {
        "type": "object",
        "properties": {
            "answerable": {"type": "boolean"},
            "claims": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": claim,
                    "required": [*claim],
                    "additionalProperties": False,
                },
            },
            "clarify": {"type": ["string", "null"]},
            "options": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["answerable", "claims", "clarify", "options"],
        "additionalProperties": False,
    }


SCHEMA: Final = _schema()
"""For the models that can be held to it; what they return is read in the same way as everybody else's."""
SCHEMA_OF_A_TEXT: Final = _schema(paragraph={"type": "integer"})


class Why(StrEnum):
    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_JSON = "not_json"  # or cut off
    WRONG_SHAPE = "wrong_shape"


class Unreadable(NamedTuple):
    """`at` is where in the shape, in our own words; nothing of what was said."""

    why: Why
    at: str = ""

    def __str__(self) -> str:
        return f"{self.why}: {self.at}" if self.at else self.why


def _storable(text: str) -> str:
    """Half characters and NUL are no text that a database keeps."""
    return text.encode("utf-8", errors="replace").decode().replace("\0", "\ufffd")


Shape = TypeVar("Shape", bound=BaseModel)
Text = Annotated[str, AfterValidator(_storable)]


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Citation(_Said):
    passage: int = Field(ge=-(2**31), lt=2**31)
    quote: Text


def _paragraph(said: object) -> int | None:
    """Where it is no number that can be one, there are no paragraphs."""
    return said if isinstance(said, int) and 0 <= said <= _MOST_PARTS else None


class _Claim(_Said):
    text: Text
    paragraph: Annotated[int | None, BeforeValidator(_paragraph)] = None
    citations: tuple[_Citation, ...] = Field(default=(), max_length=_MOST_PARTS)


class _Draft(_Said):
    claims: tuple[_Claim, ...] = Field(default=(), max_length=_MOST_PARTS)
    answerable: bool = True
    clarify: Text | None = None
    options: tuple[Text, ...] | None = Field(default=None, max_length=_MOST_PARTS)

    @model_validator(mode="before")
    @classmethod
    def _is_one(cls, value: Any) -> Any:
        if isinstance(value, dict) and not value.keys() & {"claims", "answerable", "clarify"}:
            raise ValueError("none of the fields is there")
        return value


def draft_from(said: str, *, max_claims: int) -> Draft | Unreadable:
    """The last whole object that is a draft: what a model thinks aloud comes before what it means."""
    if not said.strip():
        return Unreadable(Why.EMPTY)
    if len(said) > MOST_CHARACTERS:
        return Unreadable(Why.TOO_LONG)
    found: Draft | Unreadable = Unreadable(Why.NOT_JSON)
    for value in objects(said):
        read = _read(value, max_claims)
        if isinstance(read, Draft) or not isinstance(found, Draft):
            found = read
    return found


def claim_from(said: str) -> Claim | None:
    """One claim by itself, if that is what it is."""
    try:
        return _claim(_Claim.model_validate(json.loads(said)))
    except (ValueError, RecursionError):
        return None


def objects(said: str) -> Iterator[object]:
    """Every JSON object that stands in the text, outermost only."""
    decoder, at = json.JSONDecoder(), said.find("{")
    for _ in range(_MOST_OBJECTS):
        if at < 0:
            return
        try:
            value, end = decoder.raw_decode(said, at)
            yield value
        except (ValueError, RecursionError):
            end = at + 1
        at = said.find("{", end)


def last_whole(said: str, shape: type[Shape]) -> Shape | None:
    """The last whole object of this shape: what a model thinks aloud comes before what it means."""
    found = None
    for value in objects(said) if len(said) <= MOST_CHARACTERS else ():
        with suppress(ValidationError):
            found = shape.model_validate(value)
    return found


def _read(value: object, max_claims: int) -> Draft | Unreadable:
    try:
        draft = _Draft.model_validate(value)
    except ValidationError as error:
        return Unreadable(Why.WRONG_SHAPE, _place(error))
    claims = tuple(_claim(claim) for claim in draft.claims[:max_claims])
    clarify = None if claims else (draft.clarify or "").strip() or None
    offered = (draft.options or ())[:MOST_OPTIONS] if clarify else ()
    options = tuple(" ".join(option.split()) for option in offered)
    return Draft(claims=claims, answerable=draft.answerable, clarify=clarify, options=options)


def _claim(claim: _Claim) -> Claim:
    """One sentence stands on one line."""
    citations = tuple(Citation(passage=citation.passage, quote=citation.quote) for citation in claim.citations)
    return Claim(text=" ".join(claim.text.split()), citations=citations, paragraph=claim.paragraph)


def _place(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    return ".".join(str(part) for part in first["loc"]) or "the whole"
