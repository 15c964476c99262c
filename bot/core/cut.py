"""Does a claim stop before the list does that it quotes? A claim is verbatim, so that only its renderer can say so."""

from bot.core.markdown import is_item
from policies.contract import fold
from policies.evidence import Claim, Evidence


def continues(claim: Claim, evidence: Evidence) -> bool:
    """True if the passage's list goes on below the last line of the claim."""
    quoted = [line for line in claim.text.split("\n") if line.strip()]
    if len(quoted) < 2 or not any(is_item(line) for line in quoted[1:]):  # noqa: PLR2004 - a lead-in or item, and an item
        return False
    return any(
        _goes_on(quoted, passage.text.split("\n"))
        for citation in claim.citations
        if (passage := evidence.passage(citation.passage)) is not None
    )


def _goes_on(quoted: list[str], source: list[str]) -> bool:
    lines = [line for line in source if line.strip()]
    wanted = [fold(line) for line in quoted]
    for at in range(len(lines) - len(wanted)):
        here, following = lines[at : at + len(wanted)], lines[at + len(wanted)]
        folded = [fold(line) for line in here]
        if folded[1:] == wanted[1:] and folded[0].endswith(wanted[0]):
            if is_item(here[0]) and not is_item(quoted[0]):  # one item without its marker, and what is nested in it
                return _indent(following) > _indent(here[0])
            return is_item(following) or _indent(following) > 0
    return False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
