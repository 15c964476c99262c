"""`footnote sources`. Works beside a running process: it reads and writes rows only."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.table import Table

from bot import app
from bot.cli.terminal import command, complain, operator, print_json, say, show_table
from bot.core.errors import BadUse
from bot.core.nouns import Event
from bot.stores.embedders import Standing
from bot.stores.loops import Checkpoint
from bot.stores.sources import Source
from connectors.model import Loop

_LOOPS = (Loop.CONTENT, Loop.STRUCTURE, Loop.ACCESS, Loop.GROUPS)


def show(*, as_json: bool) -> None:
    with command() as settings, app.records(settings) as records:
        sources, embedding = records.sources.active(), records.embedders.standing()
    if as_json:
        print_json({"sources": [_as_json(source) for source in sources], **_embedding_as_json(embedding)})
    elif not sources:
        say("There are no sources yet. Add one: footnote sources add folder PATH --name NAME")
    else:
        show_table(_table(sources))
        for source in sources:
            if source.problems:
                say(f"{source.name}: {len(source.problems)} documents with problems: footnote sources --json")
            for loop, checkpoint in source.loops.items():
                if checkpoint.stopped is not None:
                    say(f"{source.name}: its {loop} could not be read to the end: {checkpoint.stopped}")
        if embedding.coming is not None and embedding.serving is not None:
            say(
                f"Embedding with {embedding.coming.name}: {embedding.made:,} of {embedding.passages:,} passages; "
                f"searching with {embedding.serving.name} until then"
            )


def add(kind: str, path: Path, *, name: str) -> None:
    with command() as settings, app.records(settings) as records:
        if kind != "folder":
            raise BadUse(f"There are no sources of kind {kind!r}. This version has: folder.")
        if not path.is_dir():
            raise BadUse(f"{path} is not a folder.")
        where = str(path.resolve())
        now = records.clock()
        with records.database.writing() as session:
            new = records.sources.add(session, name, kind, {"path": where}, now)
            body = {"source": name, "kind": kind, "settings": {"path": where}, "operator": operator()}
            records.ledger.append(session, [Event(kind="source_added", body=body)] if new else [], now)
    state = f"Added {name}." if new else f"{name} is there already."
    say(f"{state} Read it with: footnote sync {name}")
    if not (path / "people.yaml").exists():
        complain(
            f"Note: there is no people.yaml in {path}, so nobody is in a group; everybody is known by their address."
        )


def remove(name: str) -> None:
    with command() as settings, app.records(settings) as records:
        now = records.clock()
        with records.database.writing() as session:
            documents = records.sources.remove(session, name)
            body = {"source": name, "documents": documents, "operator": operator()}
            records.ledger.append(session, [Event(kind="source_removed", body=body)], now)
    say(f"Removed {name}: its {documents} documents are not found any more.")


def _table(sources: Sequence[Source]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("NAME", "KIND", "DOCUMENTS", "PASSAGES", "PEOPLE", *(f"{loop.upper()} READ" for loop in _LOOPS)):
        table.add_column(
            column, no_wrap=True, justify="right" if column in {"DOCUMENTS", "PASSAGES", "PEOPLE"} else "left"
        )
    for source in sources:
        counts = (source.documents, source.passages, source.people)
        table.add_row(source.name, source.kind, *map(str, counts), *(_freshness(source, loop) for loop in _LOOPS))
    return table


def _freshness(source: Source, loop: Loop) -> str:
    """Of a source that was read by then without this loop, its content tells of it."""
    if loop not in source.loops and source.loops.get(Loop.CONTENT, Checkpoint()).read_at is not None:
        return "with content"
    return _moment(source.loops.get(loop, Checkpoint()).read_at)


def _as_json(source: Source) -> dict[str, object]:
    return {
        "name": source.name,
        "kind": source.kind,
        "settings": dict(source.settings),
        "documents": source.documents,
        "passages": source.passages,
        "people": source.people,
        **{f"{loop}_read_at": _as_text(source.loops.get(loop, Checkpoint()).read_at) for loop in _LOOPS},
        "stopped": {loop: checkpoint.stopped for loop, checkpoint in source.loops.items() if checkpoint.stopped},
        "problems": [problem.model_dump() for problem in source.problems],
    }


def _embedding_as_json(embedding: Standing) -> dict[str, object]:
    """Nothing, where no embedder has ever served."""
    if embedding.serving is None:
        return {}
    body: dict[str, object] = {"serving": embedding.serving.name}
    if embedding.coming is not None:
        body |= {"coming": embedding.coming.name, "made": embedding.made, "passages": embedding.passages}
    return {"embedder": body}


def _as_text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z" if moment else "never"
