"""On which terms are models used? As the operator's file says, which is read when a process starts."""

from bot.core.errors import BadUse
from bot.settings import Settings, variable
from policies.disclosure import UNDECLARED, Disclosure, parse

_SETTING = variable("model_terms")


def declared(settings: Settings) -> Disclosure:
    """A file that cannot be read declares nothing, and so stops everything."""
    if settings.model_terms is None:
        return UNDECLARED
    try:
        text = settings.model_terms.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadUse(f"{_SETTING}: {settings.model_terms} cannot be read ({type(error).__name__}).") from None
    return parse(text, file=settings.model_terms.name)


def unpriced(setting: str, model: str) -> BadUse:
    """Of a model that is paid for in dollars."""
    return BadUse(
        f"{setting}: nobody knows what {model} costs, and there is a budget in dollars. Say its price in {_SETTING}, or "
        "limit tokens instead."
    )
