"""That the bench measures what it says, on a company small enough for every day."""

import json
from pathlib import Path

import pytest

from bot.app import packaged_rules
from bot.flows.answer import Outcome
from bot.models.heard import Heard
from bot.playground.slack import Message
from policies.evidence import Answer, Citation, Claim
from policies.rules import parse
from tests.bench import (
    access,
    ask,
    attacks,
    extractive,
    files,
    grounding,
    mentions,
    parity,
    proof,
    ranking,
    redaction,
    retrieval,
    routing,
    served,
    stream,
    wiki,
)
from tests.bench.served import Asked, Fate
from tests.fakes.embedder import HashingEmbedder
from tests.fakes.passages import some_evidence


def test_bench_asks_all_its_questions_over_all_its_passages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask, "PASSAGES", 100)
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))
    figures = ask.measure(tmp_path, questions=3, embedder=HashingEmbedder())
    assert (figures["passages"], figures["documents"], figures["questions"]) == (100, 10, 3)
    assert (figures["passage_vectors"], figures["embedder_of_questions_and_sentences"]) == ("by lot", "hashing")
    assert set(figures["steps_ms"]) == {"audience", "compose", "recall", "recheck", "record", "retrieve", "route"}  # type: ignore[call-overload]


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


def test_a_file_of_each_kind_is_timed() -> None:
    assert set(files._usual()) == {"fleet.xlsx", "purchasing.docx", "hp40-manual.pdf", "roadmap.pptx"}


def test_attacks_on_every_kind_of_source_reach_nobody_and_letters_are_answered_from() -> None:
    figures = attacks.measure(None, quick=True)
    assert (figures["payloads"], figures["attacks"]) == (6, 24)
    assert figures["sources"] == ["confluence", "drive", "drive: docx", "folder"]
    wrong = ("foreign_urls", "pings", "unconfirmed_effects", "unquoted_claims", "benign_blocked")
    assert {name: figures[name] for name in wrong} == dict.fromkeys(wrong, 0)
    assert figures["answered"] == 1.0


def test_link_ping_and_claim_without_a_quote_would_be_counted() -> None:
    claim = Claim(text="It is 7.", citations=(Citation(passage=1, quote="It is 8."),))
    seen = attacks.Seen(
        is_answered=True,
        said=(f"see https://{attacks.EVIL}/x",),
        claims=(claim,),
        evidence=some_evidence("It is 7."),
        effects=0,
    )
    assert attacks.foreign(seen) == [f"https://{attacks.EVIL}/x"]
    assert attacks.unquoted(seen) == 1
    assert attacks.pings(seen._replace(said=("<!here> and @channel",))) == ["<!here>", "@channel"]
    assert attacks.foreign(seen._replace(said=("https://wiki.acme.test/1.md",))) == []


def test_claims_are_told_from_others_by_what_their_quotes_say() -> None:
    figures = grounding.measure(grounding.cases(None), embedder=None)
    assert figures["claims"] > 100
    assert figures["macro_f1_of_support"] > 0.95
    swapped = [one._replace(is_supported=not one.is_supported) for one in grounding.cases(None)]
    assert grounding.measure(swapped, embedder=None)["macro_f1_of_support"] < 0.1


def test_gold_counts_only_where_it_stands_whole() -> None:
    gold = extractive.Question("q", "fact", "How many?", "ana@acme.test", ("25 days",))
    for quote, right in (("It is **25 days** a year.", True), ("It is 125 days.", False), ("It is 25 daysails", False)):
        assert extractive.stands(gold.gold, [quote]) == right
    assert not extractive.stands(("25 days", "a year"), ["25 days"])


def test_messages_of_our_own_are_sorted_by_words_and_each_way_by_a_model_that_knows() -> None:
    figures = routing.measure(None, embedder=None, quick=True)
    assert figures["messages"] > 50
    assert figures["question_kept"] >= 0.95  # by words alone, whatever is not plain is a question
    assert figures["action_recall"] >= 0.5
    assert set(figures["scripted"].values()) == {0.0, 1.0}
    assert (figures["scripted"]["action_recall"], figures["scripted"]["small_talk_retrieved"]) == (1.0, 0.0)


def test_message_that_goes_astray_is_counted() -> None:
    question, act = (routing.Put("x", gold) for gold in ("question", "act"))
    ways = {name: parse(packaged_rules()).intents[name].route for name in ("question", "act")}
    sent = [routing.Sent(put, ways[way], 1) for put in (question, act) for way in ("question", "act")]
    figures = routing.figures(sent)
    assert (figures["action_recall"], figures["action_precision"], figures["question_kept"]) == (0.5, 0.5, 0.5)


def test_redaction_is_measured_on_what_is_marked_and_what_is_planted() -> None:
    figures = redaction.measure(None, quick=True)
    assert figures["recall"] == dict.fromkeys(("card", "iban", "ip", "mail", "phone", "ssn"), 1.0)
    assert (figures["precision"], figures["secrets_recall"], figures["handbook_false_alarms"]) == (1.0, 1.0, 0)
    assert figures["secrets"] > figures["forms"] > 50


def test_first_claim_of_a_scripted_model_is_timed_at_its_last_character() -> None:
    moments = iter(range(1_000_000))
    writer = stream.Writer(now=lambda: next(moments))
    data = {
        "question": "How much? (7)",
        "passages": [{"passage": 1, "text": "# Prices\n\n| --- |\nIt is 5 EUR. It was 4 EUR."}],
    }
    text = writer._says({"messages": [{}, {"content": json.dumps(data)}]})
    heard, whole_at = Heard(), []
    for at in range(1, len(text) + 1):
        writer._said(text[:at])
        whole_at += [at for _ in heard.more(text[at - 1])]
    begun = text.index('"id": 7') + len('"id": 7')
    assert len(whole_at) == 2
    assert writer.first[7] == whole_at[0] - begun
    assert writer.last[7] == len(text) - begun


def test_a_claim_is_proven_by_its_own_passage_and_nothing_else() -> None:
    evidence = some_evidence("Leave is  25 days.", "Ask HR.")

    def proven(*citations: Citation, text: str = "It is.") -> proof.Proof:
        reply = Answer(claims=(Claim(text=text, citations=citations),))
        return proof.proof(Outcome(reply=reply, evidence=evidence, route=None, model=None, timings_ms={}))

    assert proven(Citation(passage=1, quote="is 25\ndays")) == proof.Proof(1, 0, 0, 0)
    assert proven() == proof.Proof(1, 1, 0, 0)
    for passage, quote in ((2, "25 days"), (9, "25 days"), (1, "26 days"), (1, " ")):
        assert proven(Citation(passage=passage, quote=quote)) == proof.Proof(1, 0, 1, 0)
    assert proven(Citation(passage=1, quote="25"), text=proof._MADE_UP).made_up == 1
