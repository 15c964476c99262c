"""Cuts a document into pieces where its own structure cuts it. Nothing is ever lost, and no piece is unbounded.

A piece is whole source lines, word for word. Only two things are repeated: a table's header over each of its parts, and
the line that leads into a list over each of its parts. A line too long for any piece is cut at sentences, words or
signs; a number or a word is cut only if it is itself too long for any piece.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bot.core.markdown import Block, Kind, blocks, lines
from bot.core.nouns import Piece

AIM = 200  # words a piece is filled to
TINY = 60  # words; a section smaller than this shares a piece with its neighbour
CAP = 230  # words; no piece is larger
CHARACTERS_A_WORD = 8  # so that a text without spaces has a size too
BLANKS_A_WORD = 32  # characters of any kind: so that one of nothing but spaces has one
REPEATED = CAP // 3  # words; a longer header or lead-in is not repeated

_WORD = re.compile(r"\w+")
_AFTER_SENTENCE = re.compile(r"[.!?。！？][)\"'”’*_]*[ \t]+|[。！？]")
_LINE = re.compile(r"\n")
_SPACE = re.compile(r"(?<!\s)(?![\u00a0\u2007\u202f]\S)(?:(?<!\d)\s++|\s++(?!\d))")  # not in 10 000, nor a no-break one
_SIGN = re.compile(r"(?<=\w)(?!['’.@-]\w)[^\w\s]++(?:(?!\d)|(?<![.,:/'’+$€£#-]))")  # not in 1,000.50, -5 or don't
_SIGN_OR_SPACE = re.compile(r"[^\w\s]++|\s++")
_BORDERS = (_LINE, _AFTER_SENTENCE, _SPACE, _SIGN, _SIGN_OR_SPACE)  # from coarse to fine
_LETTER_PARTS = frozenset({"Mn", "Mc", "Me"})  # an accent belongs to its letter
_JOINERS = frozenset("\u00ad\u200c\u200d\u2060")
_LEADS_IN = re.compile(r":[*_\s]*$")


def chunk(title: str, text: str) -> tuple[Piece, ...]:
    source = lines(text)
    found = (
        (section.path, piece.strip("\n"))
        for section in _shared(_sections(blocks(text)))
        for piece in _pieces(section, source)
        if piece.strip()
    )
    return tuple(
        Piece(ordinal=ordinal, heading_path=_path(title, path), text=piece)
        for ordinal, (path, piece) in enumerate(found)
    )


def size(text: str) -> int:
    """In words; a table's bars and rulers are none, and a long run of letters or of spaces counts as several."""
    letters = len("".join(text.split()))
    return max(len(_WORD.findall(text)), -(-letters // CHARACTERS_A_WORD), -(-len(text) // BLANKS_A_WORD))


class _Atom(NamedTuple):
    """Text that stays together, small enough for a piece. `head` stands above it where it opens a piece."""

    text: str
    size: int  # with its joint
    joint: str  # between it and what stands before it
    head: str = ""


class _Section(NamedTuple):
    """A heading and what stands directly under it."""

    path: tuple[str, ...]
    blocks: tuple[Block, ...]
    size: int


def _path(title: str, path: tuple[str, ...]) -> tuple[str, ...]:
    below = path[1:] if path and path[0].casefold() == title.strip().casefold() else path
    return (title, *below) if title.strip() else below


def _sections(found: Iterable[Block]) -> Iterator[_Section]:
    body: list[Block] = []
    for block in found:
        if block.kind is Kind.HEADING and body:
            yield _section(body)
            body = []
        body.append(block)
    if body:
        yield _section(body)


def _section(body: Sequence[Block]) -> _Section:
    return _Section(body[0].path, tuple(body), sum(size(block.text) for block in body))


def _shared(sections: Iterable[_Section]) -> Iterator[_Section]:
    """Neighbours share a piece when one of them is tiny, or one opens the other, and both fit."""
    held: _Section | None = None
    for section in sections:
        if held and _belong_together(held, section):
            held = _Section(_common(held.path, section.path), held.blocks + section.blocks, held.size + section.size)
            continue
        if held:
            yield held
        held = section
    if held:
        yield held


def _belong_together(held: _Section, section: _Section) -> bool:
    if held.size + section.size > AIM:
        return False
    is_opened_by_held = section.path[: len(held.path)] == held.path
    return is_opened_by_held or held.size < TINY or section.size < TINY


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    shared = 0
    while shared < min(len(one), len(other)) and one[shared] == other[shared]:
        shared += 1
    return one[:shared]


def _pieces(section: _Section, source: Sequence[str]) -> Iterator[str]:
    if section.size <= CAP:
        whole = "\n".join(source[section.blocks[0].span.first : section.blocks[-1].span.end])
        if size(whole) <= CAP:  # blank lines between blocks are in none of them
            yield whole
            return
    pieces_wanted = -(-section.size // AIM)
    yield from _packed(_atoms(section.blocks), aim=section.size / pieces_wanted)


def _packed(atoms: Iterable[_Atom], *, aim: float) -> Iterator[str]:
    """Evenly, rather than into full pieces and a rest: an atom goes to the side on which more of it fits."""
    piece, held = "", 0
    for atom in atoms:
        if piece and (held + atom.size > CAP or held + atom.size / 2 > aim):
            yield piece
            piece, held = "", 0
        if piece:
            piece, held = piece + atom.joint + atom.text, held + atom.size
        else:
            piece = f"{atom.head}\n{atom.text}" if atom.head else atom.text
            held = size(piece)
    if piece:
        yield piece


def _atoms(found: Sequence[Block]) -> Iterator[_Atom]:
    """Blocks that fit a piece, each with the lines that lead into it; of larger ones, their parts."""
    lead: tuple[Block, ...] = ()
    end, joint = 0, "\n"
    for at, block in enumerate(found):
        if not lead:
            joint = "\n" if block.span.first == end else "\n\n"
        end = block.span.end
        opening = _joined(lead)
        if at + 1 < len(found) and _leads_in(block) and size(opening) + size(block.text) <= REPEATED:
            lead += (block,)
            continue
        whole = _joined((*lead, block))
        if size(whole) <= CAP:
            yield _Atom(whole, size(joint + whole), joint)
        else:
            yield from _cut(block, lead, joint)
        lead = ()


def _leads_in(block: Block) -> bool:
    return block.kind is Kind.HEADING or (block.kind is Kind.PARAGRAPH and bool(_LEADS_IN.search(block.text[-20:])))


def _joined(found: Sequence[Block]) -> str:
    text, end = "", 0
    for block in found:
        text += (("\n" if block.span.first == end else "\n\n") if text else "") + block.text
        end = block.span.end
    return text


def _cut(block: Block, lead: Sequence[Block], joint: str) -> Iterator[_Atom]:
    """The first part stands under everything that leads in; the others under what is repeated."""
    opening = _joined(lead)
    match block.kind:
        case Kind.TABLE:
            opening = "\n".join((opening, *block.head)) if opening else "\n".join(block.head)
            repeated, members = "\n".join(block.head), block.rows
        case Kind.LIST:
            repeated, members = (lead[-1].text if lead and lead[-1].kind is Kind.PARAGRAPH else ""), block.items
        case _:
            repeated, members = "", (block.text,)
    repeated = repeated if size(repeated) <= REPEATED else ""
    if size(opening) > REPEATED:
        yield from _parts(opening, CAP, joint)
        opening, joint = "", "\n"
    over = opening or repeated
    room = CAP - size(f"{over}\n") if over else CAP
    for member in members:
        for part in _parts(member, room, joint):
            yield _under(opening, part) if opening else part._replace(head=repeated)
            opening = ""
        joint = "\n"


def _under(opening: str, part: _Atom) -> _Atom:
    whole = f"{opening}\n{part.text}"
    return _Atom(whole, size(part.joint + whole), part.joint)


def _parts(text: str, room: int, joint: str) -> Iterator[_Atom]:
    """Nothing stands between the parts: together they are the text, so that what is quoted across them is verbatim."""
    for part in _fitting(text, room, _BORDERS):
        yield _Atom(part, size(joint + part), joint)
        joint = ""


def _fitting(text: str, room: int, borders: Sequence[re.Pattern[str]]) -> Iterator[str]:
    """Parts no larger than `room`, cut at the first of the borders, and where that is not enough at the others."""
    if not borders:
        yield from _letters(text, room)
        return
    held: list[str] = []
    filled = 0
    for member in _split_after(borders[0], text):
        needed = size(member)
        if held and filled + needed > room:
            yield "".join(held)
            held, filled = [], 0
        if needed > room:
            yield from _fitting(member, room, borders[1:])
        else:
            held.append(member)
            filled += needed
    if held:
        yield "".join(held)


def _letters(run: str, room: int) -> Iterator[str]:
    """Nothing to cut at. Letters with a sign between any two count as a word each, so that `room * 2` always fit."""
    start = 0
    while start < len(run):
        end = _before_accents(run, start, start + room * CHARACTERS_A_WORD)
        if size(run[start:end]) > room:
            end = _before_accents(run, start, start + room * 2)
        yield run[start:end]
        start = end


def _before_accents(run: str, start: int, end: int) -> int:
    """A border at `end`, or before the letter whose accents stand there; more of them than a letter has are cut."""
    at = end
    while start < at < len(run) and end - at < CHARACTERS_A_WORD and _is_inside(run[at]):
        at -= 1
    return at if start < at < len(run) and not _is_inside(run[at]) else end


def _split_after(border: re.Pattern[str], text: str) -> Iterator[str]:
    start = 0
    for found in border.finditer(text):
        if not _is_inside(text[found.end() - 1]):
            yield text[start : found.end()]
            start = found.end()
    if start < len(text):
        yield text[start:]


def _is_inside(character: str) -> bool:
    """Whether it is a part of a letter or of a word, though it is no letter."""
    return character in _JOINERS or unicodedata.category(character) in _LETTER_PARTS
