"""`kill -9` at every point of a change of embedder: until the switch the old one serves, and nothing is paid for twice
but what the dead one had not marked yet. The new one is a model behind LiteLLM, on loopback.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import app
from bot.core.failpoints import FAILPOINTS
from bot.models.downloads import MINILM
from bot.stores.passages import PassageStore
from bot.stores.vectors import close, collection_name
from tests import company
from tests.console import KILLED, Console, Said
from tests.fakes.model_server import ModelServer, Reply, embedded, error, model_server
from tests.world import BUILT_IN, SHORT_LEASE, console, outlive_leases, settings_of, synced

pytestmark = [pytest.mark.meaning, pytest.mark.timeout(600)]  # eight commands, each in a process of its own

OLD, NEW = f"{MINILM.name}@{MINILM.model_sha256[:8]}", "openai/some@8"
QUESTION = "How many days of annual leave do I have?"
POINTS = [name for name in FAILPOINTS if name.startswith("embed.")]


def vector(text: str) -> Sequence[float]:
    """A bag of words, hashed; never nothing at all."""
    row = [0.01] * 8
    for word in text.lower().split():
        row[hashlib.sha256(word.encode()).digest()[0] % 8] += 1
    return row


@dataclass
class World:
    acme: Console
    folder: Path
    provider: ModelServer

    def embeds(self, *words: str, **variables: str) -> Said:
        environment = {
            "FOOTNOTE_EMBEDDER": "openai/some",
            "FOOTNOTE_EMBEDDER_PATIENCE_S": "60",
            **self.provider.environment,
            **variables,
        }
        return self.acme.start(*(words or ("sync",)), **environment).wait(timeout_s=300)  # LiteLLM is slow to import

    def paid(self) -> Counter[str]:
        """How often the provider was sent each passage."""
        sent = Counter(text for asked in self.provider.asked for text in asked.body["input"])
        with app.records(settings_of(self.acme)) as records:
            store = PassageStore(records.database)
            passages = set(store.texts(store.not_embedded_by("nobody")).values())
        return Counter({text: times for text, times in sent.items() if text in passages})

    def serving(self) -> str | None:
        with app.records(settings_of(self.acme)) as records:
            now = records.embedders.serving()
            return now.name if now is not None else None

    def answer_by(self) -> str | None:
        """With which embedder the newest question was searched."""
        said = self.embeds("ask", QUESTION, "--as", "ana@acme.test", "--json")
        assert "27 days" in str(said.json["text"]), said.err
        with app.records(settings_of(self.acme)) as records:
            (found,) = [one for one in records.receipts.events(said.json["receipt"]) if one.kind == "retrieved"]
            assert found.body is not None
            return str(found.body["embedder"])

    def left(self) -> tuple[set[str], set[str]]:
        """Whose vectors and whose indexes are there."""
        settings = settings_of(self.acme)
        named = {collection_name(settings.workspace, name): name for name in (OLD, NEW)}
        client = app.chroma(settings)
        kept = {named[one.name] for one in client.list_collections() if one.name in named}
        close(client)
        folders = {name[-64:].strip("-"): of for name, of in named.items()}
        there = {folders[one.name] for one in (self.acme.home / "index").iterdir() if one.name in folders}
        return kept, there


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    folder = company.write(tmp_path / "company")
    acme = synced(console(tmp_path, database_url, embedder=BUILT_IN), folder)
    with model_server(embedded(vector)) as provider:
        yield World(acme, folder, provider)


@pytest.mark.parametrize("failpoint", POINTS)
def test_a_change_of_embedder_that_died_is_completed_by_the_next_sync(world: World, failpoint: str) -> None:
    died = world.embeds(FOOTNOTE_FAILPOINT=failpoint, **SHORT_LEASE)
    assert died.code == KILLED
    once = failpoint != "embed.after_vectors"
    assert world.serving() == (NEW if failpoint == "embed.after_switch" else OLD)
    outlive_leases(world.acme)
    assert world.answer_by() == world.serving()

    later = world.embeds()

    assert later.code == 0, later.err
    assert world.serving() == world.answer_by() == NEW
    paid = world.paid()
    assert set(paid.values()) == ({1} if once else {2}), "what was marked is not embedded again"
    assert "0 passages embedded" in world.embeds().out
    assert world.paid() == paid
    assert world.left() == ({NEW}, {NEW})
    assert world.acme.run("audit", "verify").code == 0


def test_what_changes_between_the_death_and_the_next_sync_is_embedded_and_only_that(world: World) -> None:
    assert world.embeds(FOOTNOTE_FAILPOINT="embed.before_switch", **SHORT_LEASE).code == KILLED
    before = world.paid()
    page = world.folder / "hr" / "leave.md"
    page.write_text(page.read_text().replace("27 days", "27 days, that is five weeks and two days,"))
    outlive_leases(world.acme)
    assert world.embeds().code == 0
    (changed,) = (world.paid() - before).elements()
    assert "five weeks" in changed
    assert world.answer_by() == NEW


def test_a_provider_that_is_away_keeps_nobody_from_asking_nor_from_syncing(world: World) -> None:
    assert world.embeds(FOOTNOTE_FAILPOINT="embed.after_vectors", **SHORT_LEASE).code == KILLED
    outlive_leases(world.acme)
    world.provider.script[:] = [error(401)]
    page = world.folder / "hr" / "leave.md"
    page.write_text(page.read_text().replace("27 days", "27 days, as ever,"))
    said = world.embeds()
    assert said.code == 1
    assert "acme: 5 documents read, 1 new or changed, 1 passages embedded" in said.out
    assert "0 of 5 passages are embedded" in " ".join(said.err.split())
    assert f"it is searched with {OLD}" in " ".join(said.err.split())
    told = world.embeds("sources").out
    assert f"Embedding with {NEW}: 0 of 5 passages; searching with {OLD} until then" in " ".join(told.split())
    assert world.embeds("sources", "--json").json["embedder"] == {
        "serving": OLD,
        "coming": NEW,
        "made": 0,
        "passages": 5,
    }
    assert world.answer_by() == OLD
    world.provider.script[:] = [embedded(vector)]
    assert world.embeds().code == 0
    assert world.answer_by() == NEW


def test_changing_back_midway_leaves_nothing_of_the_other(world: World) -> None:
    assert world.embeds(FOOTNOTE_FAILPOINT="embed.before_switch", **SHORT_LEASE).code == KILLED
    outlive_leases(world.acme)
    assert world.acme.run("sync").code == 0
    assert "until then" not in world.acme.run("sources").out
    assert world.answer_by() == OLD
    assert world.left() == ({OLD}, {OLD})


def test_and_back_again_is_a_change_like_any_other(world: World) -> None:
    assert f"Searching with {NEW} from now on: 5 passages embedded for it." in world.embeds().out
    said = world.acme.run("sync")
    assert said.code == 0, said.err
    assert f"Searching with {OLD} from now on: 5 passages embedded for it." in said.out
    assert world.left() == ({OLD}, {OLD})


def test_a_model_that_never_answered_is_refused_before_anything_is_done(world: World) -> None:
    world.provider.script[:] = [Reply(status=401, body=b"{}")]
    said = world.embeds()
    assert said.code == 1
    assert "Nothing can be embedded yet" in said.err
    assert world.serving() == OLD
    assert world.answer_by() == OLD
