"""`footnote sources`. Works beside a running process: it reads and writes rows only."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from rich.table import Table

from bot import app, kinds
from bot.cli.terminal import command, complain, operator, person, print_json, say, show_table
from bot.core.errors import BadUse
from bot.core.nouns import Event
from bot.stores.embedders import Standing
from bot.stores.loops import Checkpoint
from bot.stores.sources import OAUTH, Source
from connectors.model import Fatal, Loop
from policies.identities import LINKED

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
            say(f"{source.name}: {_freshness(source)}", style="dim")
            if source.paused is not None:
                say(f"{source.name}: paused by {source.paused.by} since {_moment(source.paused.at)}")
            if source.problems:
                say(f"{source.name}: documents with problems: {len(source.problems)} (footnote sources --json)")
            for loop, checkpoint in source.loops.items():
                if checkpoint.stopped is not None:
                    say(f"{source.name}: its {loop} could not be read to the end: {checkpoint.stopped}")
        if embedding.coming is not None and embedding.serving is not None:
            say(
                f"Embedding with {embedding.coming.name}: {embedding.made:,} of {embedding.passages:,} passages; "
                f"searching with {embedding.serving.name} until then"
            )


def add_folder(path: Path, *, name: str) -> None:
    with command() as settings, app.records(settings) as records:
        if not path.is_dir():
            raise BadUse(f"{path} is not a folder.")
        add(records, name, "folder", {"path": str(path.resolve())})
    if not (path / "people.yaml").exists():
        complain(
            f"Note: there is no people.yaml in {path}, so nobody is in a group; everybody is known by their address."
        )


def add(records: app.Records, name: str, kind: str, settings: Mapping[str, str]) -> None:
    now = records.clock()
    with records.database.writing() as session:
        new = records.sources.add(session, name, kind, settings, now)
        body = {"source": name, "kind": kind, "settings": dict(settings), "operator": operator()}
        records.ledger.append(session, [Event(kind="source_added", body=body)] if new else [], now)
    state = f"Added {name}." if new else f"{name} is there already."
    say(f"{state} Read it with: footnote sync {name}")


def link(name: str, email: str, account: str | None) -> None:
    """Whom an admin says somebody is at a source that does not tell. It holds from the next look at its groups on."""
    with command() as settings, app.records(settings) as records:
        who, now = person(email, named_by="A person is named by"), records.clock()
        if account is not None and any(one.name == name and one.kind not in LINKED for one in records.sources.listed()):
            raise BadUse(
                f"At {name} people are known by their address alone. Put it into the people.yaml of its folder, then: "
                f"footnote sync {name}"
            )
        with records.database.writing() as session:
            new = records.sources.link(session, name, who, account, by=operator(), at=now)
            body = {"source": name, "email": who, "account": account, "operator": operator()}
            records.ledger.append(session, [Event(kind="person_linked", body=body)] if new else [], now)
        app.ask_for_sync(records, [name], [Loop.GROUPS])
    said = f"{who} is {account} at {name}" if account is not None else f"{who} is at {name} whom {name} says"
    say(f"{said} from its next sync on: footnote sync {name}")


def sign_in(name: str, given: Mapping[str, str]) -> None:
    """With which OAuth client people link themselves at a source that is there; without one, they do not any more."""
    with command() as settings, app.records(settings) as records:
        source = next((one for one in records.sources.listed() if one.name == name), None)
        if source is None:
            raise BadUse(f"There is no source named {name}. `footnote sources` lists them.")
        others = {key: value for key, value in source.settings.items() if not key.startswith(OAUTH)}
        wanted = {**others, **given}
        try:
            offered = kinds.sign_in(source.kind, wanted, "")
        except Fatal as error:
            raise BadUse(f"{error}.") from error
        if given and offered is None:
            raise BadUse(f"At {name} everybody is known by their address, or --client and --secret are missing.")
        with records.database.writing() as session:
            records.sources.readdress(session, name, wanted)
            body = {"source": name, "client": given.get("oauth_client"), "operator": operator()}
            records.ledger.append(session, [Event(kind="sign_in_set", body=body)], records.clock())
    say(f"People may sign in at {name} to link themselves." if given else f"Nobody signs in at {name} any more.")


def remove(name: str) -> None:
    with command() as settings, app.records(settings) as records:
        now = records.clock()
        with records.database.writing() as session:
            documents = records.sources.remove(session, name)
            records.sources.clear(session, name, now)
            body = {"source": name, "documents": documents, "operator": operator()}
            records.ledger.append(session, [Event(kind="source_removed", body=body)], now)
    say(f"Removed {name}: its {documents} documents are not found any more.")


def pause(name: str) -> None:
    with command() as settings, app.records(settings) as records:
        now = records.clock()
        with records.database.writing() as session:
            new = records.sources.pause(session, name, operator(), now)
            body = {"source": name, "operator": operator()}
            records.ledger.append(session, [Event(kind="source_paused", body=body)] if new else [], now)
    state = "is not read any more; what was read of it stays, and ages." if new else "is paused already."
    say(f"{name} {state} To go on: footnote sources resume {name}")


def resume(name: str) -> None:
    with command() as settings, app.records(settings) as records:
        now = records.clock()
        with records.database.writing() as session:
            was_paused = records.sources.resume(session, name)
            if was_paused:
                app.reread_people(records, session, name, now)
            body = {"source": name, "operator": operator()}
            records.ledger.append(session, [Event(kind="source_resumed", body=body)] if was_paused else [], now)
    state = "is read again when its time comes." if was_paused else "was not paused."
    say(f"{name} {state} Read it now with: footnote sync {name}")


def _table(sources: Sequence[Source]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("NAME", "KIND", "DOCUMENTS", "PASSAGES", "PEOPLE"):
        table.add_column(column, no_wrap=True, justify="left" if column in {"NAME", "KIND"} else "right")
    for source in sources:
        table.add_row(source.name, source.kind, *map(str, (source.documents, source.passages, source.people)))
    return table


def _freshness(source: Source) -> str:
    """Of what is read in loops of their own. A source that has none of these tells of them with its content."""
    has = {loop for loop in _LOOPS if loop in source.loops} or {Loop.CONTENT}
    return ", ".join(
        f"{loop} read {_moment(source.loops.get(loop, Checkpoint()).read_at)}" for loop in _LOOPS if loop in has
    )


def _as_json(source: Source) -> dict[str, object]:
    return {
        "name": source.name,
        "kind": source.kind,
        "settings": dict(source.settings),
        "documents": source.documents,
        "passages": source.passages,
        "people": source.people,
        "paused_by": source.paused.by if source.paused is not None else None,
        "paused_at": _as_text(source.paused.at if source.paused is not None else None),
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
