"""`kill -9` at every point of an answer and of a sync: the next run completes what the dead one began."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from sqlmodel import col, select

from bot import app, settings
from bot.core.failpoints import FAILPOINTS
from bot.core.nouns import ListId
from bot.core.ports import Scope
from bot.models.downloads import MINILM
from bot.models.embedder import MiniLM
from bot.models.graph import DIMENSIONS
from bot.models.weights import locate
from bot.stores.index import Index
from bot.stores.moment import Moment
from bot.stores.tables import AccessListRow, PassageRow
from policies.evidence import Refusal
from tests import company, inside
from tests.console import KILLED, Console
from tests.world import BUILT_IN, SHORT_LEASE, console, outlive_leases, settings_of, synced

pytestmark = pytest.mark.meaning

REPAIR = "sync.after_repair"
QUESTION = "How many days of annual leave do I have?"
CHANGES = {
    "hr/leave.md": company.DOCUMENTS["hr/leave.md"].replace("27 days", "29 days"),
    "eng/oncall.md": "---\naccess: [[group:eng]]\n---\n# On call\n\nThe on-call phone is collected on Mondays at 10:00.\n",
    "eng/deploy.md": company.DOCUMENTS["eng/deploy.md"].replace("[[group:eng]]", "[[group:hr]]"),
}
ANSWERED = {QUESTION: "29 days", "When is the on-call phone collected?": "Mondays"}
SHUT = ("what does ERR_4012 mean", "What does the Team plan cost a month?")


@pytest.fixture(scope="module")
def built_in() -> Iterator[MiniLM]:
    weights = locate(settings.load().models)
    assert weights is not None
    with MiniLM(weights) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return company.write(tmp_path / "company")


@pytest.fixture
def acme(tmp_path: Path, database_url: str, folder: Path) -> Console:
    return synced(console(tmp_path, database_url, embedder=BUILT_IN), folder)


@pytest.mark.parametrize("failpoint", [name for name in FAILPOINTS if name.startswith("ask.")])
def test_a_question_whose_process_died_is_completed_by_the_next_one(acme: Console, failpoint: str) -> None:
    died = acme.run("ask", QUESTION, "--as", "ana@acme.test", FOOTNOTE_FAILPOINT=failpoint, **SHORT_LEASE)
    assert died.code == KILLED
    outlive_leases(acme)

    later = acme.run("ask", "what does ERR_4012 mean", "--as", "ana@acme.test", "--json")

    assert later.code == 0
    with app.records(settings_of(acme)) as records:
        with records.database.reading() as session:
            receipts = [opened.receipt for opened in records.ledger.receipts(session, 10)]
        first = records.receipts.events(receipts[-1])
        for kinds in ([event.kind for event in records.receipts.events(receipt)] for receipt in receipts):
            assert kinds[0] == "asked"
            assert kinds.count("closed") == kinds.count("posted") == 1
            assert kinds[-1] == "posted"
        assert len(receipts) == 2
        assert "27 days" in str([event.body for event in first if event.kind == "closed"])
        assert {state for _, state in records.inbox.states()} == {"done"}
    assert acme.run("audit", "verify").code == 0


@pytest.mark.parametrize("failpoint", [name for name in FAILPOINTS if name.startswith("index.")])
def test_a_process_that_died_while_it_wrote_the_index_leaves_one_that_is_whole(acme: Console, failpoint: str) -> None:
    died = acme.run("ask", QUESTION, "--as", "ana@acme.test", FOOTNOTE_FAILPOINT=failpoint, **SHORT_LEASE)
    assert died.code == KILLED
    outlive_leases(acme)
    assert "27 days" in acme.person_asks(QUESTION, "ana@acme.test")["text"]
    assert searchable(acme) == live(acme)
    assert len(list((acme.home / "index").rglob("*.segment"))) == 1


@pytest.mark.parametrize("failpoint", [name for name in FAILPOINTS if name.startswith("sync.") and name != REPAIR])
def test_a_sync_that_died_is_completed_by_the_next_one(
    acme: Console, folder: Path, built_in: MiniLM, failpoint: str
) -> None:
    """One document changed, one new, one shut, one gone."""
    company.write(folder, CHANGES)
    (folder / "sales" / "prices.md").unlink()

    died = acme.run("sync", FOOTNOTE_FAILPOINT=failpoint, **SHORT_LEASE)

    assert died.code == KILLED
    assert searchable(acme) == live(acme)
    outlive_leases(acme)
    assert acme.run("sync").code == 0
    assert searchable(acme) == live(acme)
    with inside.assistant(settings_of(acme), built_in) as opened:
        said = {question: inside.ask(opened, question, "ana@acme.test").reply for question in (*ANSWERED, *SHUT)}
    assert [question for question, words in ANSWERED.items() if words not in str(said[question])] == []
    assert [question for question in SHUT if not isinstance(said[question], Refusal)] == []
    assert "0 new or changed, 0 passages embedded" in acme.run("sync").out
    assert acme.run("audit", "verify").code == 0
    assert_no_leftovers(acme)


def test_vectors_that_are_made_good_later_may_be_interrupted_too(
    tmp_path: Path, database_url: str, folder: Path
) -> None:
    words_alone = console(tmp_path, database_url, embedder=BUILT_IN)
    words_alone.run("sources", "add", "folder", folder, "--name", "acme")
    assert words_alone.run("sync", FOOTNOTE_EMBEDDER="none").code == 0
    assert searchable(words_alone) == set()
    assert words_alone.run("sync", FOOTNOTE_FAILPOINT=REPAIR, **SHORT_LEASE).code == KILLED
    outlive_leases(words_alone)
    assert words_alone.run("sync").code == 0
    assert searchable(words_alone) == live(words_alone)
    assert_no_leftovers(words_alone)


def test_the_very_first_sync_may_die_too(tmp_path: Path, database_url: str, folder: Path) -> None:
    fresh = console(tmp_path, database_url, embedder=BUILT_IN)
    fresh.run("sources", "add", "folder", folder, "--name", "acme")
    for failpoint in ("sync.after_stage", "sync.after_vectors", "sync.after_live"):
        assert fresh.run("sync", FOOTNOTE_FAILPOINT=failpoint, **SHORT_LEASE).code == KILLED
        assert searchable(fresh) == live(fresh)
        outlive_leases(fresh)
    assert fresh.run("sync").code == 0
    assert fresh.person_asks(QUESTION, "ana@acme.test")["kind"] == "answer"
    assert_no_leftovers(fresh)


def searchable(acme: Console) -> set[str]:
    """What a search finds by meaning among everything, with the vectors as they are on the disk."""
    with index_of(acme) as (moment, everything):
        found = moment.vectors(np.ones(DIMENSIONS, dtype=np.float32), everything, 10_000)
        return {hit.passage for hit in found}


@contextmanager
def index_of(acme: Console) -> Iterator[tuple[Moment, Scope]]:
    ours = settings_of(acme)
    with app.records(ours) as records:
        vectors = app.vectors(ours, f"{MINILM.name}@{MINILM.model_sha256[:8]}", DIMENSIONS)
        try:
            with records.database.reading() as session:
                lists = frozenset(ListId(id_) for id_ in session.exec(select(AccessListRow.id)))
            yield Index(records.database, vectors, acme.home / "index").newest(), Scope(lists)
        finally:
            vectors.close()


def live(acme: Console) -> set[str]:
    with app.records(settings_of(acme)) as records, records.database.reading() as session:
        return set(session.exec(select(PassageRow.id).where(col(PassageRow.state) == "live")))


def assert_no_leftovers(acme: Console) -> None:
    """As many rows as vectors, and all of them live."""
    ours = settings_of(acme)
    with app.records(ours) as records:
        with records.database.reading() as session:
            rows = set(session.exec(select(PassageRow.id)))
        vectors = app.vectors(ours, f"{MINILM.name}@{MINILM.model_sha256[:8]}", DIMENSIONS)
        try:
            assert set(vectors.ids()) == rows == live(acme)
        finally:
            vectors.close()
