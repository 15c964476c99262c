"""A BEIR folder as a source and as questions: read with care, for it comes from anywhere, and written as Markdown.

    corpus.jsonl   {"_id", "title"?, "text"}
    queries.jsonl  {"_id", "text", "metadata"?: {"history"?: [["user" | "agent", text], …]}}
    qrels/test.tsv query-id, corpus-id, score
    acl.json       who may read what; only with a reader

What cannot be understood is refused with file and line. Ids never become file names: documents are numbered.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bot.core.errors import BadUse
from bot.core.nouns import Said

EVERYONE = "reader@eval.invalid"  # in whose name is searched; what they hold is in the folder's people.yaml
SOURCE = "eval"
_GROUP = "group:p{}"  # principals may have any letters; in the folder they are numbered too
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+\S")
_WORDS = re.compile(r"[A-Za-z]{3,}")
_NO_WORD = re.compile(r"[^A-Za-z0-9]+")
_LONGEST_NAME = 80


class Document(NamedTuple):
    id: str
    title: str
    text: str


class Asked(NamedTuple):
    """`facts` is what else the set says of a question, such as whether there is an answer."""

    id: str
    text: str
    thread: tuple[Said, ...]
    facts: Mapping[str, object]


class Readers(NamedTuple):
    """What a document lets in, and what each reader holds."""

    allow: Mapping[str, frozenset[str]]
    holds: Mapping[str, frozenset[str]]


class Set(NamedTuple):
    documents: tuple[Document, ...]
    questions: tuple[Asked, ...]
    grades: Mapping[str, Mapping[str, int]]  # question → document → how relevant


def read(folder: Path) -> Set:
    documents = tuple(_documents(folder / "corpus.jsonl"))
    questions = tuple(_questions(folder / "queries.jsonl"))
    grades = _grades(folder / "qrels" / "test.tsv")
    if not any(grades.get(question.id) for question in questions):
        raise BadUse(f"{folder / 'qrels' / 'test.tsv'}: no question of queries.jsonl has a relevant document in it.")
    return Set(documents, questions, grades)


def readers(folder: Path, name: str) -> Readers:
    """Who is not in it holds `user:NAME` and `anyone`; a document that is not in it is nobody's."""
    file = folder / "acl.json"
    if not file.exists():
        raise BadUse(f"--as needs {file}, which says who may read what.")
    try:
        body = json.loads(_text(file))
    except ValueError as error:
        raise BadUse(f"{file}, line {getattr(error, 'lineno', 1)}: {error}") from error
    if not isinstance(body, dict) or not isinstance(body.get("docs"), dict):
        raise BadUse(f'{file}, line 1: it must read {{"docs": {{id: {{"allow": […]}}}}, "users": {{…}}}}.')
    users = body.get("users", {})
    if not isinstance(users, dict):
        raise BadUse(f"{file}, line 1: `users` must be a mapping.")
    allow = {id_: frozenset(_names(file, entry, "allow", f"docs.{id_}")) for id_, entry in body["docs"].items()}
    holds = {user: frozenset(_names(file, entry, "groups", f"users.{user}")) for user, entry in users.items()}
    if name not in holds and not any(f"user:{name}" in names for names in allow.values()):
        raise BadUse(f"{file} knows nobody named {name!r}.")
    mine = holds.get(name, frozenset())
    return Readers(allow, {**holds, name: mine | {f"user:{name}", "anyone"}})


def write(found: Set, folder: Path, *, may_read: Readers | None, reader: str | None) -> dict[str, str]:
    """The documents as a folder of Markdown; which file holds which document."""
    numbers = _numbers(may_read, reader)
    names: dict[str, str] = {}
    for number, document in enumerate(found.documents, start=1):
        name = f"{number:07d}/{_readable(document)}.md"
        access = (
            ["anyone"] if may_read is None else sorted(numbers[held] for held in may_read.allow.get(document.id, ()))
        )
        (folder / name).parent.mkdir()
        (folder / name).write_text(_page(document, access), encoding="utf-8", errors="replace", newline="\n")
        names[name] = document.id
    held = sorted(numbers[principal] for principal in may_read.holds[reader]) if may_read and reader else []
    (folder / "people.yaml").write_text(f"people:\n  {EVERYONE}: {json.dumps(held)}\n", encoding="utf-8")
    return names


def _numbers(may_read: Readers | None, reader: str | None) -> Mapping[str, str]:
    if may_read is None or reader is None:
        return {}
    known = sorted({*may_read.holds[reader], *(held for names in may_read.allow.values() for held in names)})
    return {principal: _GROUP.format(number) for number, principal in enumerate(known)}


def _page(document: Document, access: Sequence[str]) -> str:
    title = " ".join(_clean(document.title).split())
    lines = ["---", *([f"title: {json.dumps(title, ensure_ascii=False)}"] if title else [])]
    layers = f"[[{', '.join(access)}]]" if access else "[]"
    return "\n".join((*lines, f"access: {layers}", "---", _clean(document.text))) + "\n"


def _clean(text: str) -> str:
    """A folder takes text alone: no NUL, and no character that only half is there."""
    return text.replace("\0", "\ufffd").encode("utf-8", errors="replace").decode()


def _readable(document: Document) -> str:
    """Only where neither title nor heading says what it is does the file's name, which the id may be, say it."""
    stem = document.id.rpartition("/")[2].rpartition(".")[0] or document.id
    words = _NO_WORD.sub("-", stem)[:_LONGEST_NAME].strip("-") if _WORDS.search(stem) else ""
    return words or "untitled"


def _documents(file: Path) -> Iterator[Document]:
    seen: set[str] = set()
    for line, row in _rows(file):
        id_ = _id(file, line, row, seen)
        yield Document(id_, _string(file, line, row, "title", ""), _string(file, line, row, "text", None))


def _questions(file: Path) -> Iterator[Asked]:
    seen: set[str] = set()
    for line, row in _rows(file):
        id_ = _id(file, line, row, seen)
        facts = row.get("metadata") or {}
        if not isinstance(facts, dict):
            raise BadUse(f"{file}, line {line}: `metadata` must be a mapping.")
        yield Asked(id_, _string(file, line, row, "text", None), tuple(_thread(file, line, facts)), facts)


def _thread(file: Path, line: int, facts: Mapping[str, object]) -> Iterator[Said]:
    history = facts.get("history") or []
    if not isinstance(history, list):
        raise BadUse(f"{file}, line {line}: `history` must be a list.")
    for turn in history:
        match turn:
            case ["user", str(text)]:
                yield Said(by="person", text=_clean(text))
            case ["agent", str(text)]:
                yield Said(by="assistant", text=_clean(text))
            case _:
                raise BadUse(f'{file}, line {line}: each turn of `history` must be ["user" or "agent", text].')


def _grades(file: Path) -> Mapping[str, Mapping[str, int]]:
    grades: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_text(file).split("\n"), start=1):
        cells = line.rstrip("\r").split("\t")
        if not line.strip() or (number == 1 and cells[0] == "query-id"):
            continue
        try:
            question, document, score = cells
            grades.setdefault(question, {})[document] = int(float(score))
        except (ValueError, OverflowError):
            raise BadUse(f"{file}, line {number}: it must be query-id, corpus-id and a number, with tabs.") from None
    return {question: judged for question, judged in grades.items() if max(judged.values()) > 0}


def _rows(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(_text(file).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadUse(f"{file}, line {number}: not JSON ({error}).") from None
        if not isinstance(row, dict):
            raise BadUse(f"{file}, line {number}: each line must be one object.")
        yield number, row


def _id(file: Path, line: int, row: Mapping[str, object], seen: set[str]) -> str:
    id_ = row.get("_id")
    if isinstance(id_, int) and not isinstance(id_, bool):
        id_ = str(id_)
    if not isinstance(id_, str) or not id_:
        raise BadUse(f"{file}, line {line}: `_id` must be a text.")
    if id_ in seen:
        raise BadUse(f"{file}, line {line}: the id {id_[:80]!r} stands here twice.")
    seen.add(id_)
    return id_


def _string(file: Path, line: int, row: Mapping[str, object], key: str, default: str | None) -> str:
    value = row.get(key, default)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise BadUse(f"{file}, line {line}: `{key}` must be a text.")
    return value


def _names(file: Path, entry: object, key: str, where: str) -> Iterable[str]:
    names = entry.get(key, []) if isinstance(entry, dict) else None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise BadUse(f"{file}, line 1: `{where}` must have a list of texts, `{key}`.")
    if key == "groups" and any(name.startswith("user:") for name in names):
        raise BadUse(f"{file}, line 1: `{where}`: a group that is named like a person would be that person.")
    return names


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BadUse(f"{file}, line {line}: not UTF-8.") from None
    except OSError as error:
        raise BadUse(f"{file} cannot be read: {(error.strerror or str(error)).lower()}.") from None
