"""That the bench measures what it says, on a company small enough for every day."""

from pathlib import Path

import pytest

from bot.playground.slack import Message
from tests.bench import access, ask, mentions, parity, ranking, retrieval, served, wiki
from tests.bench.served import Asked, Fate
from tests.fakes.embedder import HashingEmbedder


def test_bench_asks_all_its_questions_over_all_its_passages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask, "PASSAGES", 100)
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))
    figures = ask.measure(tmp_path, questions=3, embedder=HashingEmbedder())
    assert (figures["passages"], figures["documents"], figures["questions"]) == (100, 10, 3)
    assert (figures["passage_vectors"], figures["embedder_of_questions_and_sentences"]) == ("by lot", "hashing")
    assert set(figures["steps_ms"]) == {"audience", "compose", "recheck", "record", "retrieve", "route"}  # type: ignore[call-overload]


def test_stand_embeds_as_the_real_one_does_once_the_passages_are_in() -> None:
    stand = ask.Stand(real := HashingEmbedder())
    assert (stand.embed(["a question"]) == real.embed(["a question"])).all()
    stand.stands_in = True
    assert stand.embed(["a passage"] * 3).shape == (3, real.dimensions)


def test_floor_is_what_one_message_a_second_in_a_channel_costs() -> None:
    asked = [
        Asked(channel, f"{at:.6f}", "t", "?") for channel, at in (("C1", 10.0), ("C1", 10.5), ("C2", 10.5), ("C1", 13))
    ]
    assert served.floor_waits_s(asked) == [0.0, 0.5, 0.0, 0.0]


def test_answers_of_one_thread_that_change_places_are_counted() -> None:
    first, second, elsewhere = fate("1.0", "9.0"), fate("2.0", "8.0"), fate("3.0", "4.0", thread="other")
    assert served.out_of_order([first, second, elsewhere]) == 1
    assert served.out_of_order([fate("1.0", "8.0"), fate("2.0", "9.0"), elsewhere]) == 0


def test_mentions_are_asked_answered_and_counted_in_a_bot_of_its_own(tmp_path: Path) -> None:
    size = mentions.Size(rush=6, rush_s=0.5, mixed_s=0.4, all_ask_s=0.1, patience_s=30)
    figures = mentions.measure(tmp_path, size, embedder="none")
    assert (figures["lost"], figures["doubled"], figures["left"], figures["out_of_order"]) == (0, 0, 0, 0)
    assert figures["asked"] == sum(figures[part]["asked"] for part in ("rush", "mixed", "all_ask")) >= 11
    assert figures["rush"]["answered_once"] == 6
    assert 0 < figures["ack_p99_ms"] < 3000
    assert figures["wait_p95_s"] > 0


def test_retrieval_is_exact_and_right_while_it_changes(tmp_path: Path) -> None:
    size = retrieval.Size(passages=2_000, questions=3, asked_of_peers=2, people=3, busy_s=0.3)
    figures = retrieval.measure(tmp_path, size)
    assert (figures["parity_mismatches"], figures["recall"], figures["busy"]["wrong"]) == (0, 1.0, 0)
    assert set(figures["shares"]) == {"1%", "10%", "50%", "100%"}
    assert all(set(share) >= {"fts5_ms", "numpy_ms", "chroma_ms"} for share in figures["shares"].values())
    assert figures["speedup_vs_chroma_filtered"] > 0
    assert figures["bytes_per_passage"] > 4 * 384
    assert figures["alone"]["start_s"] > 0


def test_parity_of_a_set_is_counted_and_a_difference_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    acme = ranking._acme()
    few, how = acme._replace(documents=acme.documents[:12]), (parity.BY_TOPIC,)
    figures = parity.measure(few, HashingEmbedder(), people=3, questions=2, dealt=how)
    assert figures == {"documents": 12, "people": 3, "questions": 6, "mismatches": 0}
    alone = parity._alone
    monkeypatch.setattr(parity, "_alone", lambda assistant, entries: alone(assistant, entries[1:]))
    assert parity.measure(few, HashingEmbedder(), people=3, questions=2, dealt=how)["mismatches"] > 0


def fate(asked: str, answered: str, *, thread: str = "t") -> Fate:
    reply = Message(ts=answered, user="U", text="27 days", thread_ts=thread)
    return Fate(Asked("C1", asked, thread, "?"), [reply], {}, "answer", is_open=False)


@pytest.mark.meaning
def test_ranking_measures_a_set_beside_each_retriever_alone() -> None:
    figures = ranking._measure(ranking._acme()._replace(questions=ranking._acme().questions[:9]))
    assert {"footnote", "bm25", "dense", "plain_fusion"} <= set(figures)
    assert all(figures[how]["n"] == 9 for how in ("footnote", "bm25", "dense", "plain_fusion"))
    assert figures["footnote"]["ndcg@10"] > 0.5


def test_story_of_rights_is_told_to_its_length_and_compared() -> None:
    figures = access.measure_stories(30, seed=1)
    assert (figures["steps"], figures["stories"]) == (30, 1)
    assert (figures["over_grants"], figures["mismatches_after_settling"]) == (0, 0)


def test_change_of_a_wiki_is_paid_by_what_changed(tmp_path: Path) -> None:
    figures = wiki.cost_of_changes(tmp_path, [30])
    assert (figures["embeddings_for_one_edit"], figures["embeddings_for_access_change"]) == (1, 0)
    assert (figures["revoked_shown"], figures["revoked_found_after_a_sweep"]) == (0, 0)
    (of_its_size,) = figures["at_sizes"].values()  # type: ignore[attr-defined]
    assert of_its_size["edit"]["requests"] < 30 < of_its_size["restriction"]["requests"]
    assert of_its_size["revocation"]["found_before"] == 1  # or nothing was shown by this
