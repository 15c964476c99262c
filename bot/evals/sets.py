"""A set of questions with what answers them, whatever form it comes in: ready to be asked of a company that has these
documents and no others.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bot.core.errors import BadUse
from bot.core.nouns import Said
from bot.evals import beir
from policies.people import Email, email_address

GOLDEN = "questions.toml"


class Put(NamedTuple):
    """A question of a set. `facts` is what else the set says of it, such as whether there is an answer."""

    id: str
    text: str
    thread: tuple[Said, ...]
    reader: Email
    facts: Mapping[str, object]


class Ready(NamedTuple):
    """`documents` is a folder that can be read as a source; `names` says which document of the set each file is."""

    name: str
    documents: Path
    names: Mapping[str, str]
    questions: tuple[Put, ...]
    grades: Mapping[str, Mapping[str, int]]  # question → document → how relevant


def ready(folder: Path, place: Path) -> Ready:
    """A golden set is asked where it lies; a BEIR folder is written to `place` first."""
    golden = folder if folder.suffix == ".toml" else folder / GOLDEN
    return _golden(golden) if golden.is_file() else of_beir(folder, beir.read(folder), place)


def of_beir(
    folder: Path, found: beir.Set, place: Path, *, may_read: beir.Readers | None = None, reader: str | None = None
) -> Ready:
    place.mkdir()
    names = beir.write(found, place, may_read=may_read, reader=reader)
    asker = email_address(beir.EVERYONE)
    questions = tuple(Put(one.id, one.text, one.thread, asker, one.facts) for one in found.questions)
    return Ready(folder.resolve().name, place, names, questions, found.grades)


def _golden(file: Path) -> Ready:
    """The file names its documents' folder, as seen from where it lies. Each question names who asks it, and the
    document that answers it, if one does.
    """
    body = _parsed(file)
    documents = file.parent / _text(file, "the file", body, "documents")
    if not documents.is_dir():
        raise BadUse(f"{file}: `documents` must be a folder, and {documents} is none.")
    rows = body.get("question", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadUse(f"{file}: each question must be a table, [[question]].")
    pages = [page.relative_to(documents).as_posix() for page in sorted(documents.rglob("*.md"))]
    questions = tuple(_put(file, row) for row in rows)
    grades = {str(row["id"]): {str(row["document"]): 1} for row in rows if "document" in row}
    _check(file, questions, grades, pages)
    return Ready(file.parent.name, documents, {page: page for page in pages}, questions, grades)


def _put(file: Path, row: Mapping[str, object]) -> Put:
    where = f"the question {row.get('id', row)!r}"
    try:
        reader = email_address(_text(file, where, row, "as"))
    except ValueError:
        raise BadUse(f"{file}: {where}: `as` must be an e-mail address.") from None
    return Put(_text(file, where, row, "id"), _text(file, where, row, "ask"), (), reader, {"kind": row.get("kind")})


def _check(file: Path, questions: Sequence[Put], grades: Mapping[str, Mapping[str, int]], pages: Sequence[str]) -> None:
    ids = [question.id for question in questions]
    twice = sorted({id_ for id_ in ids if ids.count(id_) > 1})
    if twice:
        raise BadUse(f"{file}: two questions are called {twice[0]!r}.")
    for question, documents in grades.items():
        missing = sorted(set(documents) - set(pages))
        if missing:
            raise BadUse(f"{file}: the question {question!r} is answered by {missing[0]}, which is not there.")
    if not grades:
        raise BadUse(f"{file}: no question names the document that answers it.")


def _parsed(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadUse(f"{file} cannot be understood: {error}.") from None
    except OSError as error:
        raise BadUse(f"{file} cannot be read: {(error.strerror or str(error)).lower()}.") from None


def _text(file: Path, where: str, row: Mapping[str, object], key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value:
        raise BadUse(f"{file}: {where} must have `{key}`, a text.")
    return value
