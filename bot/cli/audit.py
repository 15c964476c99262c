"""`footnote audit`. Works beside a running process, and on a ledger that was damaged."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import indent
from typing import Any

from bot import app
from bot.cli import findings
from bot.cli.handed import handed
from bot.cli.noted import noted
from bot.cli.terminal import FAULT, command, complain, print_json, say
from bot.core.errors import BadUse
from bot.core.nouns import ReceiptId
from bot.stores.ledger.book import Opened, Recorded
from bot.stores.ledger.checkpoints import Checkpoint, as_line, parse_checkpoints
from bot.stores.ledger.verify import verify as verify_ledger

_NEWEST = 20
_BODY = " " * 4
_CONTINUED = "\n" + " " * 4


def verify(against: Path | None, *, as_json: bool) -> None:
    with command() as settings, app.records(settings) as records:
        given = _checkpoints(against) if against is not None else ()
        report = verify_ledger(records.database, keys=records.key.known(), against=given)
    if as_json:
        print_json({"clean": report.is_clean, **report.model_dump(mode="json")})
    else:
        for finding in report.findings:
            complain(findings.words(finding))
        state = "Nothing was changed" if report.is_clean else f"DAMAGED: {len(report.findings)} findings"
        say(f"{state}. {report.events} events, {report.checkpoints} checkpoints.")
        if report.unsigned_tail:
            say(f"The last {report.unsigned_tail} events are not signed yet: footnote audit checkpoint")
        if not given:
            say("That the end was not cut off is shown only by a checkpoint kept elsewhere: --against FILE")
    if not report.is_clean:
        raise SystemExit(FAULT)


def checkpoint() -> None:
    with command() as settings, app.records(settings) as records:
        records.key.open()
        with records.database.writing() as session:
            line = as_line(records.ledger.checkpoint(session, records.clock()))
    say(line)


def show(receipt: str | None, *, as_json: bool) -> None:
    with command() as settings, app.records(settings) as records:
        with records.database.reading() as session:
            if receipt is None:
                newest = records.ledger.receipts(session, _NEWEST)
                events: tuple[Recorded, ...] = ()
            else:
                newest = ()
                events = records.ledger.events(session, ReceiptId(receipt))
        if receipt is None:
            _print_newest(newest, as_json=as_json)
        elif not events:
            raise BadUse(f"There is no receipt {receipt}. `footnote audit show` lists the newest.")
        elif as_json:
            print_json({"receipt": receipt, "events": [_as_json(event) for event in events]})
        else:
            _print_events(receipt, events)


def _checkpoints(path: Path) -> tuple[Checkpoint, ...]:
    try:
        return parse_checkpoints(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadUse(f"{path} cannot be read as a file of checkpoints: {error}.") from error


def _print_newest(newest: tuple[Opened, ...], *, as_json: bool) -> None:
    if as_json:
        print_json({"receipts": [{"receipt": one.receipt, "at": one.at} for one in newest]})
    elif not newest:
        say("Nothing was asked yet.")
    for one in newest if not as_json else ():
        say(f"{one.at}  {one.receipt}")


def _print_events(receipt: str, events: tuple[Recorded, ...]) -> None:
    say(f"Receipt {receipt}", style="bold")
    for event in events:
        say(f"{event.at}  #{event.seq}  {event.kind}", style="bold")
        if event.body is None:
            say("    (erased)")
        for words in (*noted(event.kind, event.body or {}), *handed(event.kind, event.body or {})):
            say(indent(words, _BODY))
        for line in _lines(_summed_up(event.body or {})):
            say(indent(line, _BODY))


def _summed_up(body: Mapping[str, Any]) -> dict[str, Any]:
    """What an order was made of are hundreds of numbers; how each passage of the evidence came to its place stands with it."""
    considered = body.get("considered")
    if not considered:
        return dict(body)
    passages, documents = len(considered["passages"]), len(considered["documents"])
    said = f"{passages} passages of {documents} documents, with both rankings of each: --json"
    return {**body, "considered": said}


def _lines(body: object, path: str = "") -> list[str]:
    """A body as lines of `where: what`, however deep. What somebody wrote on several lines begins no line of ours."""
    match body:
        case dict():
            return [
                line for key, value in body.items() for line in _lines(value, f"{path}.{key}" if path else str(key))
            ]
        case list() if any(isinstance(value, dict | list) for value in body):
            return [line for number, value in enumerate(body, start=1) for line in _lines(value, f"{path}[{number}]")]
        case list():
            return [_line(path, ", ".join(map(str, body)))] if body else []
        case _:
            return [_line(path, str(body))]


def _line(path: str, value: str) -> str:
    return f"{path}: {value}".replace("\n", _CONTINUED)


def _as_json(event: Recorded) -> dict[str, Any]:
    return {"seq": event.seq, "at": event.at, "kind": event.kind, "body": event.body}
