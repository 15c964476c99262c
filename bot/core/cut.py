"""Does a claim stop before the list or the code does that it quotes? A claim is verbatim, so that only its renderer can
say so. A sentence or a table's row is always whole, and says nothing of those below it.
"""

from collections.abc import Iterator, Sequence

from bot.core.markdown import Kind, blocks, is_fence, lines, without_marker
from bot.core.sentences import sentences
from policies.evidence import Claim, Evidence
from policies.verbatim import fold


def continues(claim: Claim, evidence: Evidence) -> bool:
    """True if what the claim quotes goes on in its passage below the last line of the claim."""
    said = _folded(claim.text)
    handles = dict.fromkeys(citation.passage for citation in claim.citations)
    passages = [passage for handle in handles if (passage := evidence.passage(handle)) is not None]
    rests = [rest for passage in passages for rest in _rests(said, passage.text)]
    return bool(rests) and 0 not in rests  # what stands there whole is not the beginning of something else


def _rests(said: Sequence[str], text: str) -> Iterator[int]:
    """How many lines the claim leaves out, for each place where it stands or begins to."""
    source = lines(text)
    for block in blocks(text):
        match block.kind:
            case Kind.LIST | Kind.CODE:
                yield from _rests_under(source[: block.span.first], said, _folded(block.text))
            case Kind.PARAGRAPH if len(said) == 1 and said[0] in map(fold, sentences(block.text)):
                yield 0
        for item in block.items:
            yield from _rest(said, _folded(without_marker(item)))


def _rests_under(above: Sequence[str], said: Sequence[str], whole: Sequence[str]) -> Iterator[int]:
    """The claim's first lines may be those that lead in."""
    for at in range(len(said)):
        if fold("\n".join(above)).endswith(" ".join(said[:at])):
            yield from _rest(said[at:], whole)


def _rest(said: Sequence[str], whole: Sequence[str]) -> Iterator[int]:
    closes_what_was_cut = len(said) < len(whole) and said[-1:] == whole[-1:] and is_fence(said[-1])
    quoted = said[:-1] if closes_what_was_cut else said
    if quoted == whole[: len(quoted)]:
        yield len(whole) - len(quoted)


def _folded(text: str) -> list[str]:
    return [fold(line) for line in text.split("\n") if line.strip()]
