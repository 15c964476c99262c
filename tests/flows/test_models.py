"""Models that an admin looks at, asks a word, and takes out."""

import pytest

from bot import worker
from bot.core.admin import NoAdmin
from bot.core.keeping import (
    ModelGoesOn,
    ModelPaused,
    ModelsListed,
    ModelStanding,
    ModelTested,
    NoSuchModel,
    NotByAWord,
    NotToBePaused,
)
from bot.slack.render import admin
from bot.stores.database import Database
from bot.stores.generations import INDEX, generation
from tests.flows.bureau import ANA, BEN, LEASE, NOON, ZOE, Desk, Died

LARGE = ModelStanding("acme/large", ("writes", "judges"), "FOOTNOTE_MODEL_STRONG")
SMALL = ModelStanding("acme/small", ("writes", "writes quickly"), "FOOTNOTE_MODEL_FAST")
RANKS = ModelStanding("acme/ranks", ("ranks",), "FOOTNOTE_RERANKER")
EMBEDS = ModelStanding("acme/embeds", ("embeds",), "FOOTNOTE_EMBEDDER")


@pytest.fixture
def desk(database: Database) -> Desk:
    desk = Desk(database, first=("ana@acme.test", "ben@acme.test"))
    desk.models.models = (LARGE, SMALL, RANKS, EMBEDS)
    return desk


@pytest.mark.parametrize(
    "text", ["models", "models test acme/large", "models pause acme/large", "models resume acme/large"]
)
def test_who_is_no_admin_learns_of_no_model_and_takes_none_out(desk: Desk, text: str) -> None:
    assert isinstance(desk.says(ZOE, text), NoAdmin)
    assert (desk.models.asked, desk.models.paused()) == ([], {})


def test_what_no_setting_names_is_neither_asked_nor_paused(desk: Desk) -> None:
    names = ("acme/large", "acme/small", "acme/ranks", "acme/embeds")
    for does in ("test", "pause", "resume"):
        assert desk.says(ANA, f"models {does} acme/huge") == NoSuchModel("acme/huge", names)
    assert desk.models.paused() == {}


def test_a_paused_model_is_named_with_who_is_asked_in_its_place(desk: Desk) -> None:
    paused = ModelPaused("acme/large", "ana@acme.test", NOON, anew=True, then=("acme/small",))
    assert desk.says(ANA, "models pause acme/large") == paused
    assert desk.says(BEN, "models pause acme/large") == paused._replace(anew=False)
    last = desk.says(ANA, "models pause acme/small")
    assert isinstance(last, ModelPaused)
    assert last.then == ()
    listed = desk.says(BEN, "models")
    assert isinstance(listed, ModelsListed)
    assert [one.paused_by for one in listed.models] == ["ana@acme.test", "ana@acme.test", None, None]
    assert "PAUSED by ana@acme.test" in admin.said(listed).text
    assert desk.says(BEN, "models resume acme/large") == ModelGoesOn("acme/large", anew=True)
    assert desk.says(BEN, "models resume acme/large") == ModelGoesOn("acme/large", anew=False)
    assert sorted(kind for kind in desk.happened if kind.startswith("model")) == [
        "model_paused",
        "model_paused",
        "model_resumed",
    ]


def test_answers_that_are_kept_are_not_those_of_a_paused_model(desk: Desk) -> None:
    def at() -> int:
        with desk.database.reading() as session:
            return generation(session, INDEX)

    before = at()
    desk.says(ANA, "models pause acme/large")
    assert at() > before


def test_what_embeds_is_not_paused_and_what_writes_nothing_is_asked_no_word(desk: Desk) -> None:
    assert desk.says(ANA, "models pause acme/embeds") == NotToBePaused("acme/embeds", "FOOTNOTE_EMBEDDER")
    assert desk.says(ANA, "models test acme/ranks") == NotByAWord("acme/ranks")
    assert (desk.models.asked, desk.models.paused()) == ([], {})


def test_a_model_is_asked_a_word_even_when_it_is_paused(desk: Desk) -> None:
    desk.models.silent = {"acme/small": "key"}
    desk.says(ANA, "models pause acme/large")
    assert desk.says(ANA, "models test acme/large") == ModelTested("acme/large")
    silent = desk.says(ANA, "models test acme/small")
    assert "its key was not accepted" in admin.said(silent).text


def test_who_dies_over_a_pause_is_followed_by_one_who_says_the_same(desk: Desk) -> None:
    desk.dies_at = "command.after_effect"
    with pytest.raises(Died):
        desk.says(ANA, "models pause acme/large")
    desk.now += 2 * LEASE
    assert worker.heed_next(desk.commands, desk.house)
    told = desk.voice.told[-1]
    assert isinstance(told, ModelPaused)
    assert (told.anew, desk.happened.count("model_paused")) == (True, 1)
