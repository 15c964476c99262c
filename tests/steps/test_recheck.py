"""The sources have the last word, and their silence means no."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import pytest

from bot.core.nouns import source_of
from bot.steps.recheck import Unreadable, recheck
from connectors.model import AccessUnknown, Fatal, Gone, OwnedLayer, Retryable, SourceDocument
from policies.access import Grant, Layer
from policies.evidence import Evidence, Found, Ranks
from policies.people import Audience, Email, Person, Principal
from tests.fakes.access import a_list
from tests.fakes.connector import NAMED_ERRORS, FakeConnector
from tests.fakes.passages import NOON, a_passage

HOUR = timedelta(hours=1)
ENG = frozenset({Principal("acme/eng")})
ANAS, BOS = Email("ana@acme.test"), Email("bo@acme.test")
ANA, BO = (Person(email=email, principals=ENG) for email in (ANAS, BOS))
STRANGER = Person(email=Email("stranger@acme.test"))
NOTHING = Unreadable(frozenset(), frozenset())


def evidence_of(*documents: str) -> Evidence:
    passages = (a_passage("x", document=name, handle=at) for at, name in enumerate(documents, start=1))
    return Evidence(found=tuple(Found(passage=one, list_id="acme:l", score=1, ranks=Ranks()) for one in passages))


def source(name: str, **readers: str) -> FakeConnector:
    """Documents with their readers: `source("acme", a="acme/eng")`."""
    connector = FakeConnector(name)
    connector.people = {ANAS: ANA.principals, BOS: BO.principals}
    for id_, names in readers.items():
        connector.documents[id_] = SourceDocument(
            id=id_,
            title=id_,
            url=None,
            updated=None,
            place="",
            version="1",
            text="x",
            access=tuple(OwnedLayer(node=names, layer=layer) for layer in a_list(names).layers),
        )
    return connector


def asked(
    evidence: Evidence,
    *connectors: FakeConnector,
    audience: Audience | None = None,
    read_at: Mapping[str, datetime | None] | None = None,
    trusted_for: timedelta = timedelta(0),
    unsure: Collection[str] = (),
) -> Unreadable:
    return recheck(
        evidence,
        audience or Audience.only(ANA),
        connectors={connector.source: connector for connector in connectors},
        read_at=read_at or {},
        trusted_for=trusted_for,
        unsure=unsure,
        now=NOON,
    )


def test_document_that_is_gone_or_taken_back_is_unreadable() -> None:
    acme = source("acme", ours="acme/eng", theirs="acme/hr", nobodys="")
    found = asked(evidence_of("acme:ours", "acme:theirs", "acme:nobodys", "acme:gone"), acme)
    assert found == Unreadable(frozenset({"acme:theirs", "acme:nobodys", "acme:gone"}), frozenset())


@pytest.mark.parametrize("error", NAMED_ERRORS, ids=lambda error: error.__name__)
def test_source_that_cannot_be_asked_is_named_whole_and_the_others_still_speak(error: type[Exception]) -> None:
    acme, wiki = source("acme", a="acme/eng"), source("wiki", b="acme/eng", c="acme/hr")
    acme.fails_with = error("not now")
    found = asked(evidence_of("acme:a", "wiki:b", "wiki:c"), acme, wiki)
    assert found == Unreadable(frozenset({"wiki:c"}), frozenset({"acme"}))


def test_source_that_was_removed_cannot_be_asked() -> None:
    assert asked(evidence_of("acme:a", "wiki:b"), source("acme", a="acme/eng")) == Unreadable(
        frozenset(), frozenset({"wiki"})
    )


def test_fault_that_no_source_names_is_not_taken_for_silence() -> None:
    acme = source("acme", a="acme/eng")
    acme.fails_with = KeyError("a defect of ours")
    with pytest.raises(KeyError):
        asked(evidence_of("acme:a"), acme)


def test_person_whom_the_source_no_longer_knows_reads_nothing() -> None:
    acme = source("acme", a="acme/eng")
    del acme.people[ANAS]
    assert asked(evidence_of("acme:a"), acme).documents == {"acme:a"}


@pytest.mark.parametrize(
    ("audience", "unreadable"),
    [
        pytest.param(Audience(people=(), complete=True), {"a", "b"}, id="nobody"),
        pytest.param(Audience(people=(ANA,), complete=False), {"a", "b"}, id="incomplete"),
        pytest.param(Audience(people=(ANA, STRANGER), complete=True), {"a", "b"}, id="with a stranger"),
        pytest.param(Audience(people=(ANA, BO), complete=True), {"b"}, id="two who may read one of them"),
        pytest.param(Audience.only(ANA), {"b"}, id="one"),
    ],
)
def test_everyone_in_the_audience_has_to_be_a_reader(audience: Audience, unreadable: set[str]) -> None:
    found = asked(evidence_of("acme:a", "acme:b"), source("acme", a="acme/eng", b="acme/hr"), audience=audience)
    assert found == Unreadable(frozenset(f"acme:{id_}" for id_ in unreadable), frozenset())


@pytest.mark.parametrize(
    ("read_at", "trusted_for", "asks"),
    [
        pytest.param({}, HOUR, True, id="never read"),
        pytest.param({"acme": None}, HOUR, True, id="not yet read"),
        pytest.param({"wiki": NOON}, HOUR, True, id="another source was read"),
        pytest.param({"acme": NOON - HOUR}, HOUR, True, id="too old"),
        pytest.param({"acme": NOON + HOUR}, HOUR, True, id="from the future"),
        pytest.param({"acme": NOON}, timedelta(0), True, id="nought: always ask, even at the same moment"),
        pytest.param({"acme": NOON - HOUR}, 2 * HOUR, False, id="young enough"),
    ],
)
def test_source_is_not_asked_only_while_its_word_is_young(
    read_at: Mapping[str, datetime | None],
    trusted_for: timedelta,
    asks: bool,  # noqa: FBT001
) -> None:
    acme = source("acme")
    found = asked(evidence_of("acme:gone"), acme, read_at=read_at, trusted_for=trusted_for)
    assert acme.asked == ([("gone",)] if asks else [])
    assert bool(found) is asks


def test_each_source_is_asked_once_for_all_its_documents() -> None:
    acme, wiki = source("acme", a="acme/eng", b="acme/eng"), source("wiki", c="acme/eng")
    assert asked(evidence_of("acme:b", "wiki:c", "acme:a", "acme:b"), acme, wiki) == NOTHING
    assert (acme.asked, wiki.asked) == ([("a", "b")], [("c",)])


def test_id_that_itself_has_a_colon_finds_its_document() -> None:
    acme = source("acme")
    acme.documents["acme:a"] = source("acme", a="acme/eng").documents["a"]
    assert source_of("acme:acme:a") == "acme"
    assert asked(evidence_of("acme:acme:a"), acme) == NOTHING
    assert acme.asked == [("acme:a",)]


def test_without_evidence_nobody_is_asked() -> None:
    acme = source("acme")
    assert asked(Evidence(), acme) == NOTHING
    assert acme.asked == []
    assert not NOTHING


def test_named_errors_are_all_there_are() -> None:
    assert set(NAMED_ERRORS) == {Retryable, Gone, AccessUnknown, Fatal}


def test_what_only_its_source_can_say_is_asked_about_however_fresh_the_rest_is() -> None:
    acme = source("acme", a="acme/hr", b="acme/hr")
    unreadable = asked(
        evidence_of("acme:a", "acme:b"), acme, read_at={"acme": NOON}, trusted_for=HOUR, unsure={"acme:a"}
    )
    assert unreadable == Unreadable(frozenset({"acme:a"}), frozenset())
    assert acme.asked == [("a",)]


def test_nobody_but_one_person_is_shown_what_its_source_does_not_say_who_reads() -> None:
    """There is no asking it for a whole channel."""
    acme = source("acme", a="acme/eng", b="acme/eng")
    unsure = OwnedLayer(
        node="folder", layer=Layer(grants=frozenset({Grant(principal=Principal("acme/eng"))}), unsure=True)
    )
    acme.documents["a"] = acme.documents["a"].model_copy(update={"access": (unsure,)})
    evidence = evidence_of("acme:a", "acme:b")
    assert asked(evidence, acme) == NOTHING
    room = Audience(people=(ANA, BO), complete=True)
    assert asked(evidence, acme, audience=room) == Unreadable(frozenset({"acme:a"}), frozenset())
