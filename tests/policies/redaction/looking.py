"""What is hidden in a text, as words."""

from policies.redaction.found import found
from policies.redaction.kinds import Kind


def hidden(text: str, *kinds: Kind, regions: tuple[str, ...] = ()) -> list[str]:
    return [text[seat.first : seat.end] for seat in found(text, frozenset(kinds or Kind), regions)]


def kinds(text: str) -> list[str]:
    return [seat.kind.value for seat in found(text, frozenset(Kind))]
