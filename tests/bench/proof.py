"""Is every claim that a reader gets cited, and does every quote stand in its passage, word for word?

    python -m tests.bench.proof [--quick] [--json] [--data DIR]

Over every question of the sets of `beir` in the public data, or of the one set that DIR is; without data, the sample
company's. Each is asked twice: without a model, and with a scripted one, over its real HTTP path, that beside what it
quotes truly leaves a quote out, invents one, changes a number, and cites another passage than the one that it quotes. It is
checked by a comparison of this bench's own, on what was recorded as the evidence. `--quick` takes every twentieth question.
"""

import json
import os
import re
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from bot import app, settings
from bot.core.sentences import sentences
from bot.evals import beir
from bot.evals.kept import Kept
from bot.flows.answer import Outcome
from bot.models.embedder import MiniLM
from bot.models.weights import locate
from policies.evidence import Answer
from tests import inside
from tests.bench.figures import tell
from tests.bench.sets import asked_for
from tests.fakes.model_server import Reply, data_of, model_server
from tests.quality.tables import COMPANY, TESTS

EVERY = 20
_OWN = ("acme_questions.toml", "acme_tables.toml")
_MADE_UP = "Nobody has ever written this down, and yet it is said"
_DIGIT = re.compile(r"\d")


class Asked(NamedTuple):
    text: str
    person: str


class Proof(NamedTuple):
    claims: int
    uncited: int
    not_verbatim: int
    made_up: int


def main() -> None:
    given = asked_for(__doc__)
    tell(measure(given.data, quick=given.quick), as_json=given.json)


def measure(data: Path | None, *, quick: bool) -> dict[str, Any]:
    sets = _sets(data) if data else [None]
    found: dict[str, list[Proof]] = {"extractive": [], "scripted": []}
    for folder in sets:
        for writer in found:
            found[writer] += _of(folder, step=EVERY if quick else 1, is_scripted=writer == "scripted")
    return {writer: _figures(proofs) for writer, proofs in found.items()}


def _sets(data: Path) -> Sequence[Path]:
    if (data / "corpus.jsonl").is_file():
        return [data]
    return sorted(one for one in (data / "beir").iterdir() if one.is_dir())


def _figures(proofs: Sequence[Proof]) -> dict[str, int]:
    claims, uncited, not_verbatim, made_up = (sum(each) for each in zip(*proofs, strict=True))
    answered = sum(proof.claims > 0 for proof in proofs)
    return {
        "questions": len(proofs),
        "answered": answered,
        "claims": claims,
        "uncited": uncited,
        "not_verbatim": not_verbatim,
        "made_up": made_up,
    }


def _of(folder: Path | None, *, step: int, is_scripted: bool) -> list[Proof]:
    with (
        TemporaryDirectory(prefix="footnote-proof-") as home,
        _assistant(Path(home), folder, is_scripted=is_scripted) as (asked, assistant),
    ):
        return [proof(inside.ask(assistant, one.text, one.person)) for one in asked[::step]]


def proof(outcome: Outcome) -> Proof:
    claims = outcome.reply.claims if isinstance(outcome.reply, Answer) else ()
    texts = {passage.handle: _spaced(passage.text) for passage in outcome.evidence.passages}
    return Proof(
        claims=len(claims),
        uncited=sum(not claim.citations for claim in claims),
        not_verbatim=sum(
            _spaced(citation.quote) not in texts.get(citation.passage, "") or not citation.quote.strip()
            for claim in claims
            for citation in claim.citations
        ),
        made_up=sum(_MADE_UP in claim.text for claim in claims),
    )


def _spaced(text: str) -> str:
    return " ".join(text.split())


# -- what is asked, and who writes


@contextmanager
def _assistant(
    home: Path, folder: Path | None, *, is_scripted: bool
) -> Iterator[tuple[Sequence[Asked], app.Assistant]]:
    ours = settings.load()
    weights = locate(ours.models)
    assert weights is not None, "run `python -m bot.models.weights` first"
    alone = {"home": home, "database_url": None, "chroma_url": None, "access_trusted_for_minutes": 1e5}
    writes = {"model_strong": ("openai/scripted",)} if is_scripted else {}
    with ExitStack() as open_:
        if is_scripted:
            open_.enter_context(_writer())
        embedder = open_.enter_context(Kept(MiniLM(weights), ours.models.parent / "evals"))
        records = open_.enter_context(app.records(ours.model_copy(update=alone | writes)))
        writers = app.writers(records)
        assistant = open_.enter_context(app.assistant(records, embedder, command="test", writers=writers))
        assistant.want(embedder)
        if folder is None:
            inside.sync(assistant, COMPANY)
            yield list(_own()), assistant
            return
        found = beir.read(folder)
        (home / "documents").mkdir()
        beir.write(found, home / "documents", may_read=None, reader=None)
        inside.sync(assistant, home / "documents", beir.SOURCE)
        yield [Asked(one.text, beir.EVERYONE) for one in found.questions], assistant


def _own() -> Iterator[Asked]:
    for name in _OWN:
        for one in tomllib.loads((TESTS / name).read_text(encoding="utf-8"))["question"]:
            yield Asked(one["ask"], one["as"])


@contextmanager
def _writer() -> Iterator[None]:
    before = dict(os.environ)  # noqa: TID251 - the bench is its own process, and puts it back
    with model_server(Reply(says=draft)) as server:
        os.environ.update(server.environment)  # noqa: TID251 - likewise
        try:
            yield
        finally:
            os.environ.clear()  # noqa: TID251 - likewise
            os.environ.update(before)  # noqa: TID251 - likewise


def draft(body: Any) -> str:
    """One claim that is true, and one of each kind that is not."""
    passages = data_of(body)["passages"]
    first, other = passages[0], passages[-1]
    said = next((one for one in sentences(first["text"].replace("\n", " ")) if any(map(str.isalnum, one))), "It is so.")
    proof_ = [{"passage": first["passage"], "quote": said}]
    claims = [
        {"text": said, "citations": proof_},
        {"text": f"{_MADE_UP}.", "citations": []},
        {"text": f"{_MADE_UP}, twice.", "citations": [{"passage": first["passage"], "quote": _MADE_UP}]},
        {"text": f"{_MADE_UP}: {_DIGIT.sub('7', said)} 7", "citations": proof_},
        {"text": f"{_MADE_UP}, elsewhere.", "citations": [{"passage": other["passage"] + 99, "quote": said}]},
    ]
    return json.dumps({"answerable": True, "claims": claims, "clarify": None})


if __name__ == "__main__":
    main()
