"""What can go wrong, named by what the caller does next; a source's own errors are in `connectors.model`.

BadUse       the person asked for something that cannot be: their words say what to do instead
Unready      something outside has to be done first (weights, a database, another process): said with its command
LostLease    another worker has this work now: stop at once and touch nothing
Broken       a record contradicts itself: stop, keep everything, tell an operator
Unembedded   there is no vector this time: a question is searched by words alone, a sync is tried again
Unranked     the reranker gave no order this time: what was found stays in the order that it has without
Unrewritten  no model made a question whole: it is searched with those before it
Unproposed   no model said what is to be done: the words of the request alone do
"""

from collections.abc import Sequence

from bot.core.nouns import Account
from connectors.model import Retryable


class FootnoteError(Exception):
    """A message that an operator can act on."""


class BadUse(FootnoteError):  # noqa: N818 - named by recovery, not by kind
    """The request cannot be carried out as it was put."""


class Unready(FootnoteError):  # noqa: N818
    """Something has to be done first."""


class LostLease(FootnoteError):  # noqa: N818
    """Another worker has this work now."""


class Broken(FootnoteError):  # noqa: N818
    """A record contradicts itself."""


class Unembedded(Retryable):
    """The embedder gave no vector. `because` is a kind of error; `look_at` names settings, where one is the reason."""

    def __init__(self, embedder: str, because: str, look_at: Sequence[str] = ()) -> None:
        hint = f"; look at {' and '.join(look_at)}" if look_at else ""
        super().__init__(f"the embedder {embedder} gave no vectors ({because.replace('_', ' ')}){hint}")
        self.because = because


class Unranked(FootnoteError):  # noqa: N818
    """There is no other order. `because` is a kind of error; `is_sent`: what it was to compare has left all the same."""

    def __init__(self, because: str, *, is_sent: bool = True) -> None:
        super().__init__(f"the reranker gave no order ({because.replace('_', ' ')})")
        self.because, self.is_sent = because, is_sent


class Unrewritten(FootnoteError):  # noqa: N818
    """There are no other words for a question. `because` is a kind of error."""

    def __init__(self, because: str, account: Account | None = None) -> None:
        super().__init__(f"the question was not put in other words ({because.replace('_', ' ')})")
        self.because, self.account = because, account or Account()


class Unproposed(FootnoteError):  # noqa: N818
    """Nobody but the words themselves says what is wanted. `because` is a kind of error."""

    def __init__(self, because: str, account: Account | None = None) -> None:
        super().__init__(f"no model put the request into arguments ({because.replace('_', ' ')})")
        self.because, self.account = because, account or Account()
