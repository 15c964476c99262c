"""Which claims of a draft that is still being said are whole? Each is given out once, as soon as its last character is
there, however the text is cut into pieces; the work is proportional to the text.

Only a text that begins with its draft, and says first that there is an answer, is read before it is whole: what stands
after thinking aloud may be something else in the end.
"""

import re
from collections.abc import Iterator
from typing import Final

from bot.models.drafted import MOST_CHARACTERS, claim_from
from policies.evidence import Claim

_OUTSIDE: Final = re.compile(r'["{}\[\],:]')
_INSIDE: Final = re.compile(r'["\\]')
_BEFORE: Final = re.compile(r"\s*(?:```\w*\s*)?")
_DRAFT, _CLAIMS, _CLAIM = 1, 2, 3  # how deep one is within each


class Heard:
    """One draft, as it is being said."""

    def __init__(self) -> None:
        self._characters = self._depth = 0
        self._is_over = False  # whatever else comes is read when it is whole
        self._in_string = self._escaped = self._in_claims = self._is_answer = False
        self._name = ""
        self._kept: list[str] = []  # of what is being read: what stands before the draft, a name, a value, a claim

    def more(self, piece: str) -> Iterator[Claim]:
        self._characters += len(piece)
        self._is_over = self._is_over or self._characters > MOST_CHARACTERS
        at = 0
        while at < len(piece) and not self._is_over:
            if self._depth == 0:
                at = self._before(piece)
            elif self._in_string:
                at = self._within_string(piece, at)
            else:
                at, claim = self._outside(piece, at)
                if claim is not None:
                    yield claim

    def _before(self, piece: str) -> int:
        """White space, and a fence."""
        at = piece.find("{")
        self._kept.append(piece if at < 0 else piece[:at])
        if at < 0:
            return len(piece)
        self._is_over = _BEFORE.fullmatch("".join(self._kept)) is None
        self._depth, self._kept = _DRAFT, []
        return at + 1

    def _within_string(self, piece: str, at: int) -> int:
        if self._escaped:
            self._escaped = False
            self._keep(piece[at])
            return at + 1
        found = _INSIDE.search(piece, at)
        end = found.end() if found is not None else len(piece)
        self._keep(piece[at:end])
        if found is not None:
            self._escaped, self._in_string = found.group() == "\\", found.group() == "\\"
        return end

    def _outside(self, piece: str, at: int) -> tuple[int, Claim | None]:
        """Up to the next sign that means something, and the claim that is whole with it."""
        found = _OUTSIDE.search(piece, at)
        self._keep(piece[at : found.start() if found is not None else len(piece)])
        return (found.end(), self._takes(found.group())) if found is not None else (len(piece), None)

    def _takes(self, sign: str) -> Claim | None:
        match sign:
            case '"':
                self._in_string = True
                self._keep(sign)
            case "{" | "[":
                self._opens(sign)
            case "}" | "]":
                return self._closes(sign)
            case ":" if self._depth == _DRAFT:
                self._name = "".join(self._kept).strip()
                self._kept = []
            case "," if self._depth == _DRAFT:
                self._ends_value()
            case _:
                self._keep(sign)
        return None

    def _opens(self, sign: str) -> None:
        if self._depth == _DRAFT and self._name == '"claims"':
            self._in_claims = sign == "["
            self._is_over = not (self._in_claims and self._is_answer)
        self._depth += 1
        if self._depth == _CLAIM:
            self._kept = []
        self._keep(sign)

    def _closes(self, sign: str) -> Claim | None:
        self._keep(sign)
        self._depth -= 1
        self._is_over = self._depth < _DRAFT or (self._in_claims and self._depth < _CLAIMS)
        if not self._in_claims or self._depth != _CLAIMS:
            return None
        claim = claim_from("".join(self._kept))
        self._is_over, self._kept = claim is None, []
        return claim

    def _ends_value(self) -> None:
        if self._name == '"answerable"':
            self._is_answer = "".join(self._kept).strip() == "true"
        self._kept = []

    def _keep(self, text: str) -> None:
        if self._depth == _DRAFT or (self._in_claims and self._depth >= _CLAIM):
            self._kept.append(text)
