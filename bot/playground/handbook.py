"""The sample company's files, as each of its sites is filled with them: what they say, and for whom. Not where they lie."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

import yaml

ANYONE: Final = "anyone"
STAFF: Final = "group:staff"
Layer = frozenset[str]  # group:…, user:…, anyone


@dataclass(frozen=True)
class Source:
    """One file of the handbook."""

    path: PurePosixPath  # below its directory
    title: str
    text: str
    updated: float
    layers: tuple[Layer, ...]  # none: nobody


def sources(directory: Path) -> Iterator[Source]:
    for file in directory.rglob("*.md"):
        front, text = _split(file.read_text(encoding="utf-8"))
        first = next((line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")), file.stem)
        yield Source(
            path=PurePosixPath(file.relative_to(directory).as_posix()),
            title=str(front.get("title", first)),
            text=text,
            updated=noon(front.get("updated")),
            layers=tuple(frozenset(layer) for layer in front.get("access", ())),
        )


def people(folder: Path) -> Mapping[str, Any]:
    """By address the groups that somebody is in; by group those that it is in."""
    read: Mapping[str, Any] = yaml.safe_load((folder / "people.yaml").read_text(encoding="utf-8"))
    return read


def noon(day: Any) -> float:
    """Of a date in UTC, as seconds."""
    return (day.toordinal() - 719_163) * 86_400.0 + 43_200.0 if day else 1_767_225_600.0


def _split(text: str) -> tuple[dict[str, Any], str]:
    if not text.startswith("---\n"):
        return {}, text
    front, _, body = text.removeprefix("---\n").partition("\n---\n")
    return yaml.safe_load(front), body
