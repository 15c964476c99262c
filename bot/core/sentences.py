"""Where does a sentence end? Each is given back word for word, as a part of the text that it came from."""

import re
from collections.abc import Iterator

_END = re.compile(r"[.!?…]+[\"'”’)\]*_`]*(?=\s)|[。！？]")
_LABEL = re.compile(r"[^\w\n]*\w[^:\n]{0,40}:[*_]*\s")
_HARD_BREAK = re.compile(r"(?:(?<! ) {2,}|\\)\n")
_NEVER_LAST = frozenset(  # words that a full stop shortens, and that never close a sentence
    re.findall(
        r"\S+",
        """
        e.g i.e cf vs dr mr mrs ms prof st inkl exkl bzw ca z.b d.h u.a z.t evtl ggf vgl bijv o.a m.b.t
        approx fig sec art abs ext tel dept min max
        """,
    )
)
_BEFORE_NUMBER = frozenset({"no", "nr", "nos", "p", "pp", "ch", "vol", "v", "para", "item", "step"})
_MONTHS = frozenset(
    re.findall(
        r"\w+",
        """
        januar februar märz april mai juni juli august september oktober november dezember quartal
        januari februari maart mei augustus december kwartaal
        """,
    )
)


def sentences(text: str) -> Iterator[str]:
    for part in _lines_of_their_own(text):
        start = 0
        for end in _ends(part):
            if sentence := part[start:end].strip():
                yield sentence
            start = end
        if rest := part[start:].strip():
            yield rest


def _lines_of_their_own(text: str) -> list[str]:
    """`Owner: …` above `Phone: …` are no sentence, and neither are lines with a hard break between them."""
    lines = text.split("\n")
    if len(lines) == 1:
        return lines
    if all(_LABEL.match(line) for line in lines):
        return lines
    return _HARD_BREAK.split(text)


def _ends(text: str) -> Iterator[int]:
    for found in _END.finditer(text):
        following = text[found.end() : found.end() + 40].lstrip()
        if following and not _goes_on(text[max(0, found.start() - 20) : found.start()], found.group(), following):
            yield found.end()


def _goes_on(before: str, mark: str, following: str) -> bool:
    first = next((character for character in following if character.isalnum()), "")
    if first.islower() and not following.startswith(("`", "http")):
        return True
    if mark[0] != "." or mark.startswith(".."):
        return False
    words = before.split()
    last = words[-1].lstrip("(\"'*_[").lower() if words else ""
    if last.isdigit():
        next_word = re.split(r"\W", following, maxsplit=1)[0].lower()
        return len(last) <= 2 and (next_word in _MONTHS or words == [last])  # noqa: PLR2004 - 3. Quartal, 12. Mai
    is_initial = len(last) == 1 and last.isalpha()
    return last in _NEVER_LAST or is_initial or (last in _BEFORE_NUMBER and first.isdigit())
