"""A class of models as the composition root makes it: on terms, and paid for out of a purse."""

from bot.core.ports import Purse, Watch
from bot.models.classes import Model, Models
from bot.models.gateway.completion import MOST_TOKENS, Gateway
from bot.models.gateway.door import Limits
from bot.models.paid import UNWATCHED
from policies.disclosure import UNDECLARED, Disclosure
from tests.fakes.purse import FakePurse


def models(
    *names: str,
    limits: Limits,
    disclosure: Disclosure = UNDECLARED,
    purse: Purse | None = None,
    fast: tuple[str, ...] = (),
    most_tokens: int = MOST_TOKENS,
    watch: Watch = UNWATCHED,
) -> Models:
    """`fast`: those after them, for which a fifth of each budget is kept."""
    pays = purse or FakePurse()
    share = {name: 0.8 for name in names if fast}
    made = [
        Model(
            Gateway(name, limits, most_tokens=most_tokens, terms=disclosure.of(name)),
            disclosure,
            pays,
            share=share.get(name, 1.0),
            watch=watch,
        )
        for name in (*names, *fast)
    ]
    return Models(made, missed="a model gave no answer; this is said once")
