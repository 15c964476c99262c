"""What kind of request this is, and what that kind is allowed to use."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from policies.people import Noun

Retriever = Literal["keywords", "vectors"]
Does = Literal["answer", "draft", "summarise", "act", "greet", "thank", "talk", "help", "about_me", "decline", "refuse"]
"""What becomes of a request. `answer` and `draft` look something up; all others are replied to by rule."""
ModelClass = Literal["fast", "strong"]
"""Who writes: those that cost least, or those that write best."""
Offer = Literal["act", "draft"]
"""What else somebody may have meant, or what of it we cannot do: said under the answer."""

LOOKS_UP: Final[frozenset[Does]] = frozenset({"answer", "draft"})
TALKS: Final[frozenset[Does]] = frozenset({"greet", "thank", "talk"})

_Text = Annotated[str, Field(min_length=1, max_length=300)]


class Route(Noun):
    """Where a question may go. It is fixed by rules before anything is retrieved. `sources`, `spaces` (a place in a source,
    with all that is below it) and `kinds` of documents narrow where it looks; none of one sort: everywhere. `scope`
    (places, too) is that of the channel where it was asked, and narrows that further. `max_claims` narrows what is said of it.
    With `review`, an answer is seen once one of the `reviewers` (Slack's ids, in the order in which they are asked) has
    approved it; each has so many minutes.
    """

    intent: str
    does: Does = "answer"  # older receipts and texts do not say it
    risk: Literal["low", "medium", "high"]
    retrievers: tuple[Retriever, ...] = ()
    sources: tuple[str, ...] = ()
    spaces: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    model_class: ModelClass = "strong"
    tools: tuple[str, ...] = ()
    max_claims: int | None = Field(default=None, ge=1, le=50)
    review: bool = False
    reviewers: tuple[Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,40}$")], ...] = ()
    review_within_minutes: float | None = Field(default=None, gt=0, le=10_080, allow_inf_nan=False)
    offers: Offer | None = None

    @property
    def looks_up(self) -> bool:
        return self.does in LOOKS_UP


class Request(Noun):
    """One of the things that a message asks for, and where that goes."""

    text: str
    route: Route


class Intent(Route):
    """A kind of request: its route, how people put it (`examples`), and words that always mean it. `says` is an admin's own
    reply, and `ask_in` the channel to go to instead. `hand_over`: of a subject that is refused, people may be asked.
    """

    examples: tuple[_Text, ...] = Field(default=(), max_length=1000)
    words: tuple[Annotated[str, Field(min_length=2, max_length=100)], ...] = ()
    says: str | None = Field(default=None, min_length=1, max_length=600)
    ask_in: str | None = Field(default=None, pattern=r"^[CG][A-Z0-9]{2,40}$")
    hand_over: bool = False

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        if self.looks_up and not self.retrievers:
            raise ValueError("it looks something up, and names no `retrievers`")
        if self.looks_up and (self.says or self.ask_in):
            raise ValueError("what is looked up says what documents say: `says` and `ask_in` are for replies by rule")
        if self.hand_over and self.does != "refuse":
            raise ValueError("`hand_over` is for what is refused; of anything else people may be asked in any case")
        return self

    @model_validator(mode="after")
    def _says_who_reviews(self) -> Self:
        if self.review and not self.looks_up:
            raise ValueError("what is said by rule is not reviewed: `review` is for what is looked up")
        if self.review and not (self.reviewers and self.review_within_minutes):
            raise ValueError("with `review`, name `reviewers`, and in `review_within_minutes` how long each has")
        if not self.review and (self.reviewers or self.review_within_minutes):
            raise ValueError("`reviewers` and `review_within_minutes` are for an intent with `review = true`")
        return self

    @property
    def route(self) -> Route:
        return Route.model_validate({name: getattr(self, name) for name in Route.model_fields})
