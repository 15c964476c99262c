"""What did models do for a question, and what could not be done as it should have been? In plain words, from what the
receipt says. Pure, and never with words that a model or a server used.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bot.core.nouns import Byline, Reordering, Wording
from bot.core.receipt import Looked

_BECAUSE: Final[Mapping[str, str]] = {
    "timeout": "it took too long",
    "busy": "it was busy",
    "unreachable": "it could not be reached",
    "key": "its key was not accepted",
    "unknown_model": "there is no such model",
    "too_long": "it was too much for it",
    "filtered": "its provider held the answer back",
    "not_accepted": "it did not accept the request",
    "malformed": "what it sent could not be used",
}
_BROKE: Final[Mapping[str, str]] = {
    "empty_claim": "it said nothing",
    "unsupported_number": "it put in a number that nobody had said",
    "unsupported_name": "it put in a name that nobody had said",
    "changed_negation": "it denied more or less than was asked",
    "foreign_link": "it put in a link",
    "ping": "it put in a mention",
    "too_long": "it was too long",
}


def noted(kind: str, body: Mapping[str, Any]) -> tuple[str, ...]:
    """Of one event of a receipt."""
    match kind:
        case "claimed" if body.get("wording"):
            return tuple(_of_wording(Wording.model_validate(body["wording"])))
        case "retrieved" | "searched":
            ordered = Reordering.model_validate(body["reordering"]) if body.get("reordering") else None
            return tuple(_of_search(body.get("embedder"), body.get("without_vectors"), ordered))
        case "composed":
            return tuple(line for by in body.get("by", ()) for line in _of_byline(Byline.model_validate(by)))
    return ()


def noted_of(look: Looked) -> tuple[str, ...]:
    """Of one look for evidence, with what was made of it."""
    return (
        *(_of_wording(look.wording) if look.wording else ()),
        *_of_search(look.embedder, look.without_vectors, look.reordering),
        *(_of_byline(look.by) if look.by else ()),
    )


def _of_wording(wording: Wording) -> Iterator[str]:
    rewriting = wording.rewriting
    if rewriting is None:
        return
    if rewriting.because is None:
        yield f"{rewriting.by} put the question so that it can be understood by itself; as it was asked it is searched too."
    elif rewriting.calls:
        broke = " and ".join(_BROKE.get(rule, rule) for rule in rewriting.because.split(", "))
        yield f"{rewriting.by} put the question in other words, which are not searched: {broke}. {_AS_PUT}"
    else:
        yield f"{rewriting.by} did not put the question in other words: {_why(rewriting.because)}. {_AS_PUT}"


_AS_PUT: Final = "It is searched with those before it, as they were put."


def _of_search(embedder: str | None, without_vectors: str | None, ordered: Reordering | None) -> Iterator[str]:
    if without_vectors is not None:
        yield f"Words alone were searched, not meaning: {embedder} gave no vectors, for {_why(without_vectors)}."
    if ordered is not None and ordered.because is None:
        yield f"{ordered.by} put the first {ordered.passages} passages in this order."
    elif ordered is not None and ordered.because is not None:
        yield f"{ordered.by} was asked to put the first {ordered.passages} passages in order, and did not: {_why(ordered.because)}. They stand as they were found."


def _of_byline(by: Byline) -> Iterator[str]:
    if by.instead_of is not None and by.because is not None:
        yield f"{by.composer} wrote instead of {by.instead_of}, which did not answer: {_why(by.because)}."
    if by.without_vectors is not None:
        yield f"Sentences were compared by words alone: the embedder gave no vectors, for {_why(by.without_vectors)}."


def _why(because: str) -> str:
    return _BECAUSE.get(because, because)
