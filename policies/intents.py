"""What kind of request this is, and what that kind is allowed to use."""

from typing import Literal

from policies.people import Noun

Retriever = Literal["keywords", "vectors"]


class Route(Noun):
    """Where a question may go. It is fixed by rules before anything is retrieved. `sources`, `spaces` (a place in a source,
    with all that is below it) and `kinds` of documents narrow where it looks; none of one sort: everywhere.
    """

    intent: str
    risk: Literal["low", "medium", "high"]
    retrievers: tuple[Retriever, ...]
    sources: tuple[str, ...] = ()
    spaces: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    model_class: Literal["fast", "strong"]
    tools: tuple[str, ...] = ()
    review: bool = False
