"""A folder of Markdown as a source. It tells what changed and who may read it, and hides what it cannot understand.

One sync reads the folder twice. The first time it keeps only a small record of each file, so that everything which
takes access away goes out first; the second time it reads again the few files whose text is needed.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from connectors.folder import access, page, people
from connectors.folder.files import Disk, Survey, locate, survey, words
from connectors.folder.page import Page
from connectors.folder.plain_yaml import Malformed
from connectors.folder.plan import hidden, plan, problem
from connectors.model import (
    Batch,
    Change,
    Cursor,
    Fatal,
    Groups,
    Known,
    Loop,
    Memory,
    OwnedLayer,
    Problem,
    Retryable,
    Upsert,
)
from policies.access import AccessList, may_read
from policies.people import Email, Person, Principal, is_source_name

BATCH_DOCUMENTS: Final = 32
BATCH_CHARACTERS: Final = 8_000_000  # a few huge files are a batch of their own
_OTHER_SPELLINGS: Final = frozenset({"people.yaml", "people.yml"})


class FolderConnector:
    """Implements `connectors.model.Connector`. Needs no cursor: each look compares the whole folder with what is known."""

    def __init__(
        self,
        source: str,
        root: Path,
        *,
        without_access: access.WithoutAccess = "nobody",
        max_file_bytes: int = 5_000_000,
        disk: Disk | None = None,
    ) -> None:
        if not is_source_name(source):
            raise ValueError(f"not a source name: {source!r}")
        if without_access not in access.WITHOUT_ACCESS:
            raise ValueError(f"who may read a file without `access` is not said by {without_access!r}")
        self._without_access = without_access
        self._source, self._root, self._max_file_bytes = source, root, max_file_bytes
        self._disk = disk or Disk(root)
        self._last_people: tuple[bytes, Groups] | None = None

    @property
    def source(self) -> str:
        return self._source

    @property
    def loops(self) -> tuple[Loop, ...]:
        """A file says itself who may read it, and one look tells what is gone."""
        return (Loop.GROUPS, Loop.CONTENT)

    def changes(
        self,
        loop: Loop,  # noqa: ARG002 - there is only one that has changes
        memory: Memory,
        cursor: Cursor | None,  # noqa: ARG002
        *,
        full: bool,
    ) -> Iterator[Batch]:
        """`seen` and `total` count the folder's files; `seen` runs on from batch to batch and ends at `total`."""
        found, known = self._survey(), memory.known()
        todo = plan(self._source, found, self._readings(found.files), known, full=full)
        total, settled, problems = len(found.files), len(found.files) - len(todo.upserts), todo.problems
        for some in _slices(todo.at_once) or [()]:
            yield Batch(changes=some, problems=problems, seen=settled, total=total)
            problems = ()
        for batch in self._upserts({document_id: found.files[document_id] for document_id in todo.upserts}, known):
            settled += batch.seen
            yield batch.model_copy(update={"seen": settled, "total": total})

    def groups(self) -> Groups:
        """Without a people file it is open, empty or not: whether a file lies here that somebody may not read must not
        show in what we know of them. That an unmounted disk opens nothing is for the sync to see to.
        """
        if people.FILE not in self._names():
            return people.groups({}, is_open=True)
        try:
            return self._parsed(self._read(people.FILE))
        except Malformed as error:
            line = "" if error.line is None else f", line {error.line}"
            raise Fatal(f"{self._root / people.FILE}{line}: {error.reason}; the groups known before stay") from error

    def access_now(self, ids: Sequence[str]) -> Mapping[str, AccessList]:
        """Judged from the whole file, as a sync would: what a sync would hide is not readable live either."""
        looked_up = ((document_id, self._layers_now(document_id)) for document_id in ids)
        return {
            document_id: AccessList(layers=tuple(owned.layer for owned in layers))
            for document_id, layers in looked_up
            if layers is not None
        }

    def readable_now(self, ids: Sequence[str], email: Email, now: datetime) -> frozenset[str]:
        """Groups are read first: if they cannot be, that is an error and nobody's yes."""
        groups = self.groups()
        stranger = access.held_by(self._source, email, ()) if groups.open else frozenset[Principal]()
        person = Person(email=email, principals=groups.members.get(email, stranger))
        return frozenset(
            document_id for document_id, found in self.access_now(ids).items() if may_read(person, found, now)
        )

    def _layers_now(self, document_id: str) -> tuple[OwnedLayer, ...] | None:
        try:
            path = locate(self._disk, document_id)
            return None if path is None else self._page(document_id, path).document.access
        except (Malformed, OSError):
            return None

    def _survey(self) -> Survey:
        try:
            return survey(self._disk)
        except OSError as error:
            raise self._no_root(error) from error

    def _parsed(self, data: bytes) -> Groups:
        """Parsed once as long as the bytes are the same: the live check asks at every question."""
        digest = hashlib.sha256(data).digest()
        if self._last_people is None or self._last_people[0] != digest:
            self._last_people = (digest, people.parse(self._source, page.text_of(data)))
        return self._last_people[1]

    def _names(self) -> set[str]:
        """What lies in the root, with nothing there that only looks like `people.yaml`."""
        try:
            names = {entry.name for entry in self._disk.entries("")}
        except OSError as error:
            raise self._no_root(error) from error
        for name in sorted(names - {people.FILE}):
            if name.lower() in _OTHER_SPELLINGS:
                # Passed over, it would leave the source open to anybody, against the word of whoever wrote it.
                raise Fatal(f"{self._root / name}: only `{people.FILE}` is read; rename it or take it away")
        return names

    def _no_root(self, error: OSError) -> Retryable:
        return Retryable(
            f"the folder {self._root} of source {self._source} cannot be listed ({words(error)}): mount it, correct its "
            f"path or its permissions, or run `footnote sources remove {self._source}`; nothing was changed"
        )

    def _read(self, path: str) -> bytes:
        try:
            data = self._disk.read(path, self._max_file_bytes)
        except OSError as error:
            raise Malformed(None, f"cannot be read: {words(error)}") from error
        if len(data) > self._max_file_bytes:
            raise Malformed(None, f"larger than {self._max_file_bytes} bytes")
        return data

    def _page(self, document_id: str, path: str) -> Page:
        return page.read(self._source, document_id, self._read(path), without_access=self._without_access)

    def _readings(self, files: Mapping[str, str]) -> Iterator[tuple[str, Page | Malformed]]:
        for document_id, path in files.items():
            try:
                yield document_id, self._page(document_id, path)
            except Malformed as error:
                yield document_id, error

    def _upserts(self, files: Mapping[str, str], known: Mapping[str, Known]) -> Iterator[Batch]:
        """`seen` of each batch counts its own documents."""
        changes: list[Change] = []
        problems: list[Problem] = []
        seen = characters = 0
        for document_id, reading in self._readings(files):
            if isinstance(reading, Page):
                changes.append(Upsert(document=reading.document))
                characters += len(reading.document.text)
            else:  # it was fine a moment ago: somebody is writing it
                problems.append(problem(document_id, reading))
                changes.extend(hidden(document_id, known.get(document_id)))
            seen += 1
            if seen == BATCH_DOCUMENTS or characters >= BATCH_CHARACTERS:
                yield Batch(changes=tuple(changes), problems=tuple(problems), seen=seen)
                changes, problems, seen, characters = [], [], 0, 0
        if seen:
            yield Batch(changes=tuple(changes), problems=tuple(problems), seen=seen)


def _slices(changes: Sequence[Change]) -> list[tuple[Change, ...]]:
    return [tuple(changes[start : start + BATCH_DOCUMENTS]) for start in range(0, len(changes), BATCH_DOCUMENTS)]
