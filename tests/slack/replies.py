"""Answers to render, and how to read what was rendered."""

from collections.abc import Iterator
from typing import Any

from policies.evidence import Answer, Citation, Claim, Evidence
from tests.fakes.passages import some_evidence

Json = dict[str, Any]


def of(*texts: str) -> tuple[Answer, Evidence]:
    """One claim a text, each verbatim from a document of its own."""
    claims = (
        Claim(text=text, citations=(Citation(passage=number, quote=text),))
        for number, text in enumerate(texts, start=1)
    )
    return Answer(claims=tuple(claims)), some_evidence(*texts)


def renamed(evidence: Evidence, **changes: Any) -> Evidence:
    """The same passages with something else known of their documents."""
    return Evidence(
        found=tuple(
            one.model_copy(update={"passage": one.passage.model_copy(update=changes)}) for one in evidence.found
        )
    )


def inside(value: Any) -> Iterator[Json]:
    """Every object, from the outside in."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from inside(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from inside(inner)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from strings(inner)


def of_type(value: Any, kind: str) -> list[Json]:
    return [one for one in inside(value) if one.get("type") == kind]


def read(value: Any) -> str:
    """What a person reads of it, without a space between the pieces."""
    return "".join(one["text"] for one in inside(value) if isinstance(one.get("text"), str))
