"""`footnote sources add confluence`: what the token may do is said before anything is added, and what would be read, if
that is all that was asked for.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from bot import app, kinds
from bot.cli import adding
from bot.cli.adding import Looked, asking, say_nothing_added, say_privileges, say_problems
from bot.cli.terminal import command, complain, say
from bot.core.errors import BadUse
from bot.core.ports import Embedder
from bot.evals.pace import paces
from bot.steps.chunk import chunk
from connectors.model import Fatal, Problem

if TYPE_CHECKING:
    from connectors.confluence.check import Checked
    from connectors.confluence.connector import ConfluenceConnector
    from connectors.confluence.preview import Audience, Restricted, Seen

_SAMPLE = 64  # passages embedded to know how long all of them take


def add(name: str, settings: Mapping[str, str], *, dry_run: bool, as_json: bool) -> None:
    with command() as ours, app.records(ours) as records:
        try:
            connector = kinds.confluence(name, settings)
        except (Fatal, ValueError) as error:
            raise BadUse(f"{error}.") from error
        with closing(connector), asking():
            checked = _checked(connector)
            shown = _previewed(connector, records, checked) if dry_run else None
        looked = Looked(checked.is_enough, partial(_say, checked, shown), _as_json(checked, shown))
        adding.add(records, name, "confluence", settings, looked, dry_run=dry_run, as_json=as_json)


def _say(checked: "Checked", shown: "_Shown | None") -> None:
    _say_checked(checked)
    if shown is not None:
        _say_shown(shown)


def _checked(connector: "ConfluenceConnector") -> "Checked":
    from connectors.confluence.check import checked

    return checked(connector.reader)


@dataclass
class _Shown:
    """What would be read."""

    audience: "Audience"
    restricted: "Restricted"
    kinds: Counter[str] = field(default_factory=Counter)
    spaces: Counter[str] = field(default_factory=Counter)
    characters: int = 0
    pieces: int = 0
    embedding_s: float | None = None
    problems: list[Problem] = field(default_factory=list)


def _previewed(connector: "ConfluenceConnector", records: app.Records, checked: "Checked") -> _Shown | None:
    if not checked.is_enough:
        return None
    from connectors.confluence import preview

    reader, pages, texts = connector.reader, list[str](), list[str]()
    shown = _Shown(preview.audience(reader, records.clock()), preview.restricted(reader, []))
    for seen in preview.documents(reader):
        pages += [seen.document.id] if seen.document.kind in {"page", "blogpost"} else []
        _count(shown, seen, texts)
    shown.restricted = preview.restricted(reader, pages)
    shown.embedding_s = _embedding_s(app.embedder(records.settings, records.settings.embedder), texts, shown.pieces)
    return shown


def _count(shown: _Shown, seen: "Seen", texts: list[str]) -> None:
    document = seen.document
    pieces = chunk(document.title, document.text)
    shown.kinds[document.kind] += 1
    shown.spaces[document.place] += 1
    shown.characters += len(document.text)
    shown.pieces += len(pieces)
    shown.problems += seen.problems
    texts += [piece.embedded_text for piece in pieces[: _SAMPLE - len(texts)]]


def _embedding_s(embedder: Embedder | None, texts: Sequence[str], pieces: int) -> float | None:
    """As this machine does it, by some of the passages themselves."""
    if embedder is None or not texts:
        return None
    return pieces * paces(embedder.embed, texts[:1], texts).passage_ms / 1000


def _say_checked(checked: "Checked") -> None:
    say(f"Account: {checked.account or 'unknown'}. Spaces: {', '.join(checked.spaces) or 'none'}.")
    for key in checked.unseen:
        complain(f"{key}: nothing of this space is visible to that account. Is the key right, and may it read there?")
    say_privileges(checked.privileges)


def _say_shown(shown: _Shown) -> None:
    say("It would read:")
    for kind, number in sorted(shown.kinds.items()):
        say(f"  {number:>7,}  {kind}s")
    say(f"  {shown.characters:>7,}  characters in {shown.pieces:,} passages")
    if shown.embedding_s is not None:
        say(f"  {shown.embedding_s / 60:>7,.1f}  minutes of embedding on this machine")
    for space in shown.audience.spaces:
        of_them = shown.spaces[space.name]
        say(f"{space.key} ({space.name}): {of_them:,} documents; {space.people:,} of {shown.audience.people:,} people")
    asked = shown.restricted
    say(
        f"Of {asked.asked} pages that were asked about, {asked.restricted} are restricted further, {asked.unknown} unknown."
    )
    say_problems((*shown.audience.problems, *shown.problems))
    say_nothing_added()


def _as_json(checked: "Checked", shown: _Shown | None) -> dict[str, Any]:
    body: dict[str, Any] = {"check": checked.model_dump(mode="json"), "enough": checked.is_enough}
    if shown is not None:
        body["preview"] = {
            "documents": dict(shown.kinds),
            "documents_by_space": dict(shown.spaces),
            "characters": shown.characters,
            "passages": shown.pieces,
            "embedding_s": shown.embedding_s,
            "audience": shown.audience.model_dump(mode="json", exclude={"problems"}),
            "restricted": shown.restricted.model_dump(mode="json"),
            "problems": [one.model_dump() for one in (*shown.audience.problems, *shown.problems)],
        }
    return body
