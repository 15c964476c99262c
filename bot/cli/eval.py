"""`footnote eval beir`: a public set through everything that a company's documents go through, in a home of its own."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.progress import track
from rich.table import Table

from bot import app
from bot.cli import weights
from bot.cli.sync import bring_up_to_date
from bot.cli.terminal import FAULT, command, complain, err, print_json, say, show_table, stop
from bot.core.errors import BadUse
from bot.core.ports import Embedder
from bot.evals import beir
from bot.evals.kept import Kept
from bot.evals.rank import as_ids, rank
from bot.evals.report import Outcome, figures, trec
from bot.settings import Settings
from policies.people import email_address

_A_YEAR_MINUTES = 365 * 24 * 60.0
_MOST_PROBLEMS = 5


def beir_set(folder: Path, *, as_: str | None, run: Path | None, as_json: bool) -> None:
    with command() as settings:
        found = beir.read(folder)
        may_read = beir.readers(folder, as_) if as_ is not None else None
        outcomes = _outcomes(settings, found, may_read, as_)
        written = run or settings.home / "evals" / f"{folder.resolve().name}.run"
        _write(written, trec(outcomes))
        body = {
            **figures(outcomes, found.grades),
            "set": folder.resolve().name,
            "as": as_,
            "documents": len(found.documents),
            "run": str(written),
        }
        if as_json:
            print_json(body)
        else:
            _show(body)


def _outcomes(settings: Settings, found: beir.Set, may_read: beir.Readers | None, reader: str | None) -> list[Outcome]:
    """In a temporary home on this machine, whatever the settings say of databases: nothing of theirs is touched."""
    with TemporaryDirectory(prefix="footnote-eval-") as temporary, _embedder(settings) as embedder:
        place = Path(temporary)
        documents = place / "documents"
        documents.mkdir()
        names = beir.write(found, documents, may_read=may_read, reader=reader)
        ours = settings.model_copy(
            update={
                "home": place / "home",
                "database_url": None,
                "chroma_url": None,
                "ledger_key_file": None,
                "failpoint": None,
                "access_trusted_for_minutes": _A_YEAR_MINUTES,  # nobody else can change this folder
            }
        )
        with app.records(ours) as records:
            with records.database.writing() as session:
                settings_of_source = {"path": str(documents.resolve())}
                records.sources.add(session, beir.SOURCE, "folder", settings_of_source, records.clock())
            _sync(records, embedder, names)
            with app.assistant(records, embedder, command="footnote eval") as assistant:
                house, asker = assistant.answering.reading, email_address(beir.EVERYONE)
                outcomes = []
                for question in track(found.questions, "Asking", console=err, transient=True):
                    ranked = rank(question.text, question.thread, asker, house)
                    ids = as_ids(ranked, names, beir.SOURCE)
                    outcomes.append(Outcome(question.id, ids, ranked.answerable, ranked.refused, question.facts))
                return outcomes


def _sync(records: app.Records, embedder: Embedder | None, names: dict[str, str]) -> None:
    (result,) = bring_up_to_date(records, embedder, [beir.SOURCE], command="footnote eval")
    if result.tally is None:
        stop(FAULT, f"The set cannot be read: {result.error}")
    for problem in result.tally.problems[:_MOST_PROBLEMS]:
        complain(f"  {names.get(problem.where, problem.where)!a}: {problem.reason}")
    if len(result.tally.problems) > _MOST_PROBLEMS:
        complain(f"  … and {len(result.tally.problems) - _MOST_PROBLEMS} more documents that cannot be read")


@contextmanager
def _embedder(settings: Settings) -> Iterator[Embedder | None]:
    embedder = weights.fetched(settings, settings.embedder)
    if embedder is None:
        yield None
        return
    with Kept(embedder, settings.models.parent / "evals") as kept:
        yield kept


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise BadUse(f"The run cannot be written to {file}: {(error.strerror or str(error)).lower()}.") from None


def _show(body: dict[str, object]) -> None:
    table = Table("figure", "all", "95 % of resamples", "odd half", box=None)
    between, odd = body["intervals"], body.get("odd", {})
    assert isinstance(between, dict)
    assert isinstance(odd, dict)
    for name, edges in between.items():
        table.add_row(name, f"{body[name]:.3f}", _edges(edges), f"{odd[name]:.3f}" if odd else "")
    table.add_row("n", str(body["n"]), "", str(odd.get("n", "")))
    show_table(table)
    if "answerability" in body:
        say(f"answerability: {json.dumps(body['answerability'])}")
    say(f"The ranking is in {body['run']}", style="dim")


def _edges(edges: Sequence[float]) -> str:
    return f"{edges[0]:.3f}–{edges[1]:.3f}"
