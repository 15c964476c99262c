"""`footnote eval …`: sets of questions through everything that a company's documents and questions go through, in a home
of its own.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.progress import track
from rich.table import Table
from sqlmodel import col, select

from bot import app
from bot.cli import weights
from bot.cli.sync import bring_up_to_date
from bot.cli.terminal import FAULT, command, complain, err, print_json, say, show_table, stop
from bot.core.errors import BadUse
from bot.core.ports import Embedder
from bot.evals import beir
from bot.evals.kept import Kept
from bot.evals.pace import paces
from bot.evals.pairs import Judged, Pair, pairs
from bot.evals.rank import as_ids, everything, rank
from bot.evals.report import Outcome, Side, compared, figures, is_odd, trec
from bot.evals.sets import Ready, of_beir, ready
from bot.models.remembered import patient
from bot.settings import Settings
from bot.stores.passages import LIVE, PassageStore
from bot.stores.tables import PassageRow

_A_YEAR_MINUTES = 365 * 24 * 60.0
_MOST_PROBLEMS = 5
_SHOWN = ("ndcg@10", "recall@5", "recall@10", "hit@1")


def beir_set(folder: Path, *, as_: str | None, run: Path | None, as_json: bool) -> None:
    with command() as settings, _place() as place:
        found = beir.read(folder)
        may_read = beir.readers(folder, as_) if as_ is not None else None
        asked = of_beir(folder, found, place / "documents", may_read=may_read, reader=as_)
        with _embedder(settings, settings.embedder) as embedder:
            outcomes = _outcomes(settings, embedder, asked, place / "home")
        written = run or settings.home / "evals" / f"{asked.name}.run"
        _write(written, trec(outcomes))
        body = {
            **figures(outcomes, asked.grades),
            "set": asked.name,
            "as": as_,
            "documents": len(found.documents),
            "run": str(written),
        }
        if as_json:
            print_json(body)
        else:
            _show(body)


def golden_set(folder: Path, *, as_json: bool) -> None:
    with command() as settings, _place() as place:
        asked = ready(folder, place / "documents")
        with _embedder(settings, settings.embedder) as embedder:
            outcomes = _outcomes(settings, embedder, asked, place / "home")
        written = settings.home / "evals" / f"{asked.name}.run"
        _write(written, trec(outcomes))
        body = {
            **figures(outcomes, asked.grades),
            "set": asked.name,
            "documents": len(asked.names),
            "run": str(written),
        }
        if as_json:
            print_json(body)
        else:
            _show(body)


def two_embedders(one: str, other: str, folder: Path, *, as_json: bool) -> None:
    with command() as settings, _place() as place:
        if one == other:
            raise BadUse(f"{one} compared with itself is alike in every question. Name another with --against.")
        for name in (one, other):
            _check_name(settings, name)
        asked = ready(folder, place / "documents")
        first, second = (_side(settings, name, asked, place / f"home-{at}") for at, name in enumerate((one, other)))
        body = {**compared(first, second, asked.grades), "set": asked.name, "documents": len(asked.names)}
        if as_json:
            print_json(body)
        else:
            _show_compared(body, one, other)


def export_pairs(folder: Path, *, out: Path, negatives: int, everything_: bool) -> None:
    with command() as settings, _place() as place, _embedder(settings, settings.embedder) as embedder:
        if embedder is None:
            raise BadUse("Pairs are ranked by an embedder, and FOOTNOTE_EMBEDDER is none.")
        asked = of_beir(folder, beir.read(folder), place / "documents")
        chosen = [one for one in asked.questions if asked.grades.get(one.id) and (everything_ or not is_odd(one.id))]
        with _company(settings, embedder, asked, place / "home") as assistant:
            made = list(_pairs(assistant, embedder, asked._replace(questions=tuple(chosen)), negatives))
        lines = (json.dumps(pair._asdict()) for pair in made)  # in ASCII: some letters end a line for many who read it
        _write(out, "".join(f"{line}\n" for line in lines))
    halves = "all questions" if everything_ else "the questions whose id's SHA-256 is even; report only the odd ones"
    say(f"{len(made)} pairs of {len({pair.id for pair in made})} questions are in {out}: {halves}.")


def _pairs(assistant: app.Assistant, embedder: Embedder, asked: Ready, negatives: int) -> Iterator[Pair]:
    pieces_of = _pieces_of(assistant, asked)
    names = {f"{beir.SOURCE}:{file}": document for file, document in asked.names.items()}
    for question in track(asked.questions, "Pairing", console=err, transient=True):
        found = everything(question.text, question.thread, question.reader, assistant.answering.reading)
        if found is not None:
            judged = Judged(
                id=question.id,
                half="odd" if is_odd(question.id) else "even",
                query=found.wording.understood,
                evidence=found.evidence,
                relevant=frozenset(document for document, grade in asked.grades[question.id].items() if grade > 0),
            )
            yield from pairs(judged, names, pieces_of, embedder, negatives=negatives)


def _pieces_of(assistant: app.Assistant, asked: Ready) -> Mapping[str, Sequence[str]]:
    """Every document's pieces as they are embedded, in order."""
    database = assistant.records.database
    with database.reading() as session:
        rows = session.exec(
            select(PassageRow.id, PassageRow.document)
            .where(col(PassageRow.state) == LIVE)
            .order_by(col(PassageRow.document), col(PassageRow.ordinal))
        ).all()
    texts = PassageStore(database).texts([id_ for id_, _ in rows])  # type: ignore[misc]
    pieces: dict[str, list[str]] = {}
    for id_, document in rows:
        pieces.setdefault(asked.names[document.removeprefix(f"{beir.SOURCE}:")], []).append(texts[id_])  # type: ignore[index]
    return pieces


def _side(settings: Settings, name: str, asked: Ready, home: Path) -> Side:
    with _embedder(settings, name) as embedder:
        outcomes = _outcomes(settings, embedder, asked, home)
    if embedder is None:
        return Side(name, None, None, None, outcomes)
    pace = paces(embedder.asked_anew, [one.text for one in asked.questions], _some_texts(asked))
    return Side(embedder.name, embedder.dimensions, pace.question_ms, pace.passage_ms, outcomes)


def _outcomes(settings: Settings, embedder: Embedder | None, asked: Ready, home: Path) -> list[Outcome]:
    with _company(settings, embedder, asked, home) as assistant:
        house = assistant.answering.reading
        outcomes = []
        for question in track(asked.questions, "Asking", console=err, transient=True):
            ranked = rank(question.text, question.thread, question.reader, house)
            ids = as_ids(ranked, asked.names, beir.SOURCE)
            outcomes.append(Outcome(question.id, ids, ranked.answerable, ranked.refused, question.facts))
        return outcomes


@contextmanager
def _company(settings: Settings, embedder: Embedder | None, asked: Ready, home: Path) -> Iterator[app.Assistant]:
    """Of these documents, on this machine, whatever the settings say of databases: nothing of theirs is touched."""
    ours = settings.model_copy(
        update={
            "home": home,
            "database_url": None,
            "chroma_url": None,
            "ledger_key_file": None,
            "failpoint": None,
            "access_trusted_for_minutes": _A_YEAR_MINUTES,  # nobody else changes this folder while it is asked
        }
    )
    with app.records(ours) as records:
        with records.database.writing() as session:
            settings_of_source = {"path": str(asked.documents.resolve())}
            records.sources.add(session, beir.SOURCE, "folder", settings_of_source, records.clock())
        _sync(records, embedder, asked.names)
        with app.assistant(records, embedder, command="footnote eval", reranker=app.reranker(records)) as assistant:
            yield assistant


def _sync(records: app.Records, embedder: Embedder | None, names: Mapping[str, str]) -> None:
    (result,) = bring_up_to_date(records, embedder, [beir.SOURCE], command="footnote eval")
    if result.tally is None:
        stop(FAULT, f"The set cannot be read: {result.error}")
    for problem in result.tally.problems[:_MOST_PROBLEMS]:
        complain(f"  {names.get(problem.where, problem.where)!a}: {problem.reason}")
    if len(result.tally.problems) > _MOST_PROBLEMS:
        complain(f"  … and {len(result.tally.problems) - _MOST_PROBLEMS} more documents that cannot be read")


@contextmanager
def _place() -> Iterator[Path]:
    with TemporaryDirectory(prefix="footnote-eval-") as temporary:
        yield Path(temporary)


@contextmanager
def _embedder(settings: Settings, name: str) -> Iterator[Kept | None]:
    embedder = weights.fetched(settings, name)
    if embedder is None:
        yield None
        return
    with Kept(patient(embedder), settings.models.parent / "evals") as kept:
        yield kept


def _check_name(settings: Settings, name: str) -> None:
    """By the rules of the setting."""
    try:
        type(settings)(embedder=name)
    except ValueError:
        raise BadUse(f"{name!r} names no embedder: it should read builtin, none or PROVIDER/MODEL.") from None


def _some_texts(asked: Ready) -> list[str]:
    pages = (asked.documents / file for file in sorted(asked.names))
    return [page.read_text(encoding="utf-8", errors="replace") for page, _ in zip(pages, range(64), strict=False)]


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise BadUse(f"{file} cannot be written: {(error.strerror or str(error)).lower()}.") from None


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


def _show_compared(body: dict[str, object], one: str, other: str) -> None:
    sides, differences = body["sides"], body["difference"]
    assert isinstance(sides, list)
    assert isinstance(differences, dict)
    table = Table("figure", one, other, "difference", "95 % of resamples", box=None)
    for name in _SHOWN:
        difference = differences[name]
        values = [f"{side[name]:.3f}" for side in sides]
        table.add_row(name, *values, f"{difference['mean']:+.3f}", _edges(difference["interval"], signed=True))
    for name in ("dimensions", "ms_per_question", "ms_per_passage"):
        table.add_row(
            name.replace("_", " "), *("–" if side[name] is None else str(side[name]) for side in sides), "", ""
        )
    show_table(table)
    say(
        f"By nDCG@10, {one} is better in {body['better_in']} of {body['n']} questions, {other} in {body['worse_in']}; "
        f"in {body['alike_in']} they are alike."
    )
    match body["verdict"]:
        case "first":
            say(f"{one} is better.")
        case "second":
            say(f"{other} is better.")
        case _:
            say("There is no difference that these questions can show.")


def _edges(edges: Sequence[float], *, signed: bool = False) -> str:
    low, high = (f"{edge:+.3f}" if signed else f"{edge:.3f}" for edge in edges)
    return f"{low} … {high}" if signed else f"{low}–{high}"
