"""What people do to a folder of Markdown and to who is who there, and what follows from it by their word alone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from tests.flows.deeds import ADDRESSES, COMMON, Pick

Lists = tuple[frozenset[str], ...]

PATHS: Final = ("a.md", "b.md", "hr/a.md", "hr/leave/b.markdown", "\u00e9t\u00e9/\u00e9.md")
GROUPS: Final = ("group:eng", "group:hr", "group:leads")
READERS: Final[Sequence[Lists | None]] = (
    None,
    (),
    (frozenset({"anyone"}),),
    (frozenset({"group:eng"}),),
    (frozenset({"group:hr", "user:ana@acme.test"}),),
    (frozenset({"group:eng", "group:leads"}), frozenset({"group:hr", "user:cy@acme.test"})),
)
RUIN: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "NUL": lambda data: data + b"\0",
    "latin-1": lambda data: data + b"\xe9",
    "endless": lambda data: data.rpartition(b"---\n")[0],
    "unknown kind": lambda _: b"---\naccess: [[anyone, role:x]]\n---\n",
    "flat": lambda _: b"---\naccess: [anyone]\n---\n",
    "large": lambda data: data + b"x" * 3_000,
}


@dataclass(frozen=True)
class Page:
    """What was meant; `ruin` says how the writing of it went wrong."""

    body: str
    access: Lists | None
    ruin: str | None = None

    @property
    def data(self) -> bytes:
        access = "" if self.access is None else f"access: {[sorted(layer) for layer in self.access]}\n"
        data = f"---\ntitle: T\n{access}---\n{self.body}\n".encode()
        return data if self.ruin is None else RUIN[self.ruin](data)


@dataclass
class Handbook:
    """`people`: the groups of each; None: nobody says who exists, so everybody does. `above`: what a group belongs to."""

    root: Path
    pages: dict[str, Page] = field(default_factory=dict)
    people: dict[str, frozenset[str]] | None = None
    above: dict[str, frozenset[str]] = field(default_factory=dict)
    is_garbled: bool = False  # people.yaml
    written: int = 0

    def text(self) -> str:
        self.written += 1
        return f"{COMMON} handbook{self.written}"

    def write(self, path: str, page: Page) -> None:
        self.pages[path] = page
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(page.data)

    def delete(self, path: str) -> None:
        del self.pages[path]
        (self.root / path).unlink()

    def write_people(self) -> None:
        file = self.root / "people.yaml"
        if self.people is None:
            file.unlink(missing_ok=True)
            return
        lines = [f"people:{'' if self.people else ' {}'}"]
        lines += [f"  {address}: {sorted(groups)}" for address, groups in self.people.items()]
        lines += ["groups:"] if self.above else []
        lines += [f"  {group}: {sorted(above)}" for group, above in self.above.items()]
        file.write_text("\n".join([*lines, "people: again" if self.is_garbled else ""]), encoding="utf-8")


def a_handbook(root: Path) -> Handbook:
    root.mkdir(parents=True)
    ours = Handbook(root)
    for path, access in zip(PATHS[:4], READERS[2:], strict=True):
        ours.write(path, Page(ours.text(), access))
    ours.people = {"ana@acme.test": frozenset({"group:leads"}), "ben@acme.test": frozenset({"group:hr"})}
    ours.people["cy@acme.test"] = frozenset()
    ours.above = {"group:leads": frozenset({"group:eng"})}
    ours.write_people()
    return ours


Deed = Callable[[Handbook, Pick], bool]
"""Whether there was anything to do."""


def writes(ours: Handbook, pick: Pick) -> bool:
    """Another text, maybe for others."""
    ours.write(pick(PATHS), Page(ours.text(), pick(READERS)))
    return True


def changes_readers(ours: Handbook, pick: Pick) -> bool:
    if not ours.pages:
        return False
    path = pick(sorted(ours.pages))
    ours.write(path, replace(ours.pages[path], access=pick(READERS)))
    return True


def garbles(ours: Handbook, pick: Pick) -> bool:
    if not ours.pages:
        return False
    path = pick(sorted(ours.pages))
    ours.write(path, replace(ours.pages[path], ruin=pick([None, *RUIN])))
    return True


def deletes(ours: Handbook, pick: Pick) -> bool:
    if not ours.pages:
        return False
    ours.delete(pick(sorted(ours.pages)))
    return True


def moves(ours: Handbook, pick: Pick) -> bool:
    """Maybe onto another."""
    if not ours.pages:
        return False
    path, to = pick(sorted(ours.pages)), pick(PATHS)
    page = ours.pages[path]
    ours.delete(path)
    ours.write(to, page)
    return True


def joins_or_leaves(ours: Handbook, pick: Pick) -> bool:
    if not ours.people:
        return False
    who, group = pick(sorted(ours.people)), pick(GROUPS)
    ours.people[who] = ours.people[who] ^ {group}
    ours.write_people()
    return True


def groups_belong(ours: Handbook, pick: Pick) -> bool:
    """To each other, in a ring maybe."""
    group, to = pick(GROUPS), pick(GROUPS)
    ours.above[group] = ours.above.get(group, frozenset()) ^ {to}
    ours.write_people()
    return True


def comes_or_goes(ours: Handbook, pick: Pick) -> bool:
    if ours.people is None:
        return False
    who = pick(ADDRESSES)
    if ours.people.pop(who, None) is None:
        ours.people[who] = frozenset({pick(GROUPS)})
    ours.write_people()
    return True


def garbles_people(ours: Handbook, pick: Pick) -> bool:
    ours.is_garbled = not ours.is_garbled
    ours.write_people()
    return True


def says_or_forgets_who_exists(ours: Handbook, pick: Pick) -> bool:
    ours.people = {pick(ADDRESSES): frozenset({pick(GROUPS)})} if ours.people is None else None
    ours.write_people()
    return True


def _named(deeds: Iterable[Deed]) -> Mapping[str, Deed]:
    return {deed.__name__: deed for deed in deeds}


OF_CONTENT: Final = _named((writes, changes_readers, garbles, deletes, moves))
OF_PEOPLE: Final = _named((joins_or_leaves, groups_belong, comes_or_goes, garbles_people, says_or_forgets_who_exists))
DEEDS: Final = {**OF_CONTENT, **OF_PEOPLE}


@dataclass(frozen=True)
class Truth:
    """Who may read what, by the authors' word, with no help from the code under test."""

    ours: Handbook
    is_open_without_access: bool

    def readable(self, address: str) -> set[str]:
        held = self._held(address)
        return {path for path, page in self.ours.pages.items() if page.ruin is None and self._opens(page, held)}

    def _opens(self, page: Page, held: set[str]) -> bool:
        if page.access is None:
            return self.is_open_without_access and "anyone" in held
        return bool(page.access) and all(layer & held for layer in page.access)

    def _held(self, address: str) -> set[str]:
        if self.ours.people is not None and address not in self.ours.people:
            return set()
        reached, waiting = set[str](), set((self.ours.people or {}).get(address, ()))
        while waiting:
            reached |= waiting
            waiting = {above for one in waiting for above in self.ours.above.get(one, ())} - reached
        return {"anyone", f"user:{address}", *reached}
