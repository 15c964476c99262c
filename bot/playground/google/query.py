"""Google Drive's `q`: what of all that one sees is wanted. A word that Drive does not know is refused, never passed over."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from operator import eq, ge, gt, le, lt, ne
from typing import Final, NamedTuple, Protocol

from bot.playground.google.errors import invalid
from bot.playground.google.nouns import File

Wanted = Callable[[File], bool]

_TOKEN: Final = re.compile(r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*')|(?P<word>[A-Za-z]\w*)|(?P<sign><=|>=|!=|[=<>()]))")
_SIGNS: Final = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_TEXTS: Final[dict[str, Callable[[File], str]]] = {
    "name": lambda file: file.name,
    "mimeType": lambda file: file.mime_type,
}
_TIMES: Final[dict[str, Callable[[File], float]]] = {
    "modifiedTime": lambda file: file.modified,
    "createdTime": lambda file: file.created,
}
_MOST_NESTED: Final = 50


class Facts(Protocol):
    """What `q` can ask of a file, as this caller sees it. People are named by address."""

    def me(self) -> str: ...
    def parents(self, file: File) -> Sequence[str]: ...
    def owners(self, file: File) -> Sequence[str]: ...
    def writers(self, file: File) -> Sequence[str]: ...
    def readers(self, file: File) -> Sequence[str]: ...
    def trashed(self, file: File) -> bool: ...
    def shared_with_me(self, file: File) -> bool: ...
    def folder(self, ref: str) -> str: ...


class Token(NamedTuple):
    kind: str  # text, word, sign; "" at the end
    value: str


def parsed(q: str, facts: Facts) -> Wanted:
    if not q.strip():
        return lambda _: True
    reading = _Reading(list(_tokens(q)), facts)
    wanted = reading.either(0)
    if reading.next().kind:
        raise invalid("q")
    return wanted


def _tokens(q: str) -> Iterator[Token]:
    at, text = 0, q.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise invalid("q")
        yield Token(match.lastgroup, match[match.lastgroup])
        at = match.end()


class _Reading:
    def __init__(self, tokens: list[Token], facts: Facts) -> None:
        self._tokens = [*tokens, Token("", "")]
        self._at = 0
        self._facts = facts

    def next(self) -> Token:
        token = self._tokens[min(self._at, len(self._tokens) - 1)]
        self._at += 1
        return token

    def _is_next(self, *words: str) -> bool:
        token = self._tokens[min(self._at, len(self._tokens) - 1)]
        if token.kind != "text" and token.value in words:
            self._at += 1
            return True
        return False

    def either(self, depth: int) -> Wanted:
        """`and` and `or` are read from the left; brackets say it otherwise."""
        if depth > _MOST_NESTED:
            raise invalid("q")
        found = self._one(depth)
        while True:
            if self._is_next("and"):
                found = _both(found, self._one(depth))
            elif self._is_next("or"):
                found = _any(found, self._one(depth))
            else:
                return found

    def _one(self, depth: int) -> Wanted:
        if depth > _MOST_NESTED:
            raise invalid("q")
        if self._is_next("not"):
            inner = self._one(depth + 1)
            return lambda file: not inner(file)
        if self._is_next("("):
            found = self.either(depth + 1)
            if not self._is_next(")"):
                raise invalid("q")
            return found
        token = self.next()
        match token.kind:
            case "text":
                return self._in(_said(token))
            case "word":
                return self._compared(token.value)
            case _:
                raise invalid("q")

    def _in(self, value: str) -> Wanted:
        if not self._is_next("in"):
            raise invalid("q")
        match self.next():
            case Token("word", "parents"):
                folder = self._facts.folder(value)
                return lambda file: folder in self._facts.parents(file)
            case Token("word", "owners" | "writers" | "readers" as kind):
                who = (self._facts.me() if value == "me" else value).lower()
                holders = {
                    "owners": self._facts.owners,
                    "writers": self._facts.writers,
                    "readers": self._facts.readers,
                }[kind]
                return lambda file: who in {each.lower() for each in holders(file)}
            case _:
                raise invalid("q")

    def _compared(self, field: str) -> Wanted:
        sign, value = self.next(), self.next()
        flags: dict[str, Wanted] = {
            "trashed": self._facts.trashed,
            "sharedWithMe": self._facts.shared_with_me,
            "starred": lambda _: False,
        }
        if field in flags:
            return _flag(sign, value, flags[field])
        if field in _TEXTS:
            return _text(sign, value, _TEXTS[field], begins=field == "name")
        if field in _TIMES:
            return _time(sign, value, _TIMES[field])
        raise invalid("q")


def _both(one: Wanted, other: Wanted) -> Wanted:
    return lambda file: one(file) and other(file)


def _any(one: Wanted, other: Wanted) -> Wanted:
    return lambda file: one(file) or other(file)


def _flag(sign: Token, value: Token, of: Wanted) -> Wanted:
    if sign.value not in {"=", "!="} or value not in {Token("word", "true"), Token("word", "false")}:
        raise invalid("q")
    wanted = (value.value == "true") == (sign.value == "=")
    return lambda file: of(file) == wanted


def _text(sign: Token, value: Token, of: Callable[[File], str], *, begins: bool) -> Wanted:
    """`contains` means: a word of a name begins with it; or it is somewhere in a type."""
    if value.kind != "text":
        raise invalid("q")
    said = _said(value)
    match sign.value:
        case "=":
            return lambda file: of(file) == said
        case "!=":
            return lambda file: of(file) != said
        case "contains" if begins:
            words = said.lower()
            return lambda file: f" {of(file).lower()}".find(f" {words}") >= 0
        case "contains":
            return lambda file: said in of(file)
        case _:
            raise invalid("q")


def _time(sign: Token, value: Token, of: Callable[[File], float]) -> Wanted:
    if sign.value not in _SIGNS or value.kind != "text":
        raise invalid("q")
    try:
        said = datetime.fromisoformat(_said(value))
    except ValueError:
        raise invalid("q") from None
    moment = (said if said.tzinfo else said.replace(tzinfo=UTC)).timestamp()
    return lambda file: bool(_SIGNS[sign.value](round(of(file), 3), moment))  # as it is shown


def _said(token: Token) -> str:
    return re.sub(r"\\(.)", r"\1", token.value[1:-1])
