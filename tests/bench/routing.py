"""Is what a message is after told from what it says, and how soon?

    python -m tests.bench.routing [--quick] [--json] [--data DIR]

By the packaged examples and the built-in embedder, without a model, which `--data` scores on `intent/routing_clinc_val.jsonl`,
and without it on messages of our own. `scripted` is the same over a model's real path, with a model that is told the right
kind: it shows the way through, and nothing of any model. `--quick` takes every third message for that, and none of the rest.
"""

import json
import os
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final, NamedTuple

from bot.app import packaged_rules
from bot.core.ports import Embedder, Guesser
from bot.models.embedder import MiniLM
from bot.models.examples import ByExamples
from bot.models.gateway.door import Limits
from bot.models.sorter import MOST_TOKENS, HostedGuesser
from bot.models.weights import locate
from bot.settings import load
from bot.steps.route import route
from policies.intents import LOOKS_UP, Does, Route
from policies.rules import Rules, parse
from tests.bench.figures import percentile, tell
from tests.bench.sets import asked_for, lines
from tests.fakes.model_server import Reply, model_server
from tests.fakes.models import models

OWN: Final = Path(__file__).parent.parent / "routing_messages.toml"
_GOLD: Final = {"question": "question", "oos": "question", "action": "act", "chitchat": "talk", "help": "help"}
_NAMES: Final = {"question": "question", "act": "act", "talk": "small_talk", "help": "help", "about_me": "about_me"}
_LIMITS: Final = Limits(patience_s=30, pause_s=0.01)


class Put(NamedTuple):
    """A message, and what it is after: a question, an action, talk or help; `language` as far as it is known."""

    text: str
    gold: str
    language: str = "en"


class Sent(NamedTuple):
    put: Put
    way: Route
    ms: float


def main() -> None:
    given = asked_for(__doc__)
    tell(measure(given.data, embedder=built_in(), quick=given.quick), as_json=given.json)


def built_in() -> Embedder:
    weights = locate(load().models)
    assert weights is not None, "run `python -m bot.models.weights` first"
    return MiniLM(weights)


def measure(data: Path | None, *, embedder: Embedder | None, quick: bool) -> dict[str, Any]:
    rules, put = parse(packaged_rules()), list(of_clinc(data)) if data else own("en")
    with TemporaryDirectory(prefix="footnote-routing-") as kept:
        local = ByExamples(embedder, Path(kept))
        begun = perf_counter()
        local.warm(rules.intents)
        ready_s = perf_counter() - begun
        sent = [sent_by(local, one, rules) for one in put]
        scripted = _scripted(put[::3] if quick else put, local, rules)
    return {
        **figures(sent),
        "messages": len(sent),
        "ms_p95": percentile([one.ms for one in sent], 95),
        "ready_s": round(ready_s, 2),
        "scripted": figures(scripted),
    }


def of_clinc(data: Path) -> Iterator[Put]:
    """Yes, no and the like, which need a question of ours before them, are left out."""
    for row in lines(data / "intent" / "routing_clinc_val.jsonl"):
        if row["route"] in _GOLD:
            yield Put(row["text"], _GOLD[row["route"]])


def own(*languages: str) -> list[Put]:
    rows = tomllib.loads(OWN.read_text(encoding="utf-8"))
    return [
        Put(text, gold, language)
        for language in languages or tuple(rows)
        for gold, texts in rows[language].items()
        for text in texts
    ]


def sent_by(guesser: Guesser, put: Put, rules: Rules) -> Sent:
    begun = perf_counter()
    way = route(put.text, rules, guesser.guess(put.text, rules.intents))
    assert isinstance(way, Route), "nothing here is empty or too long"
    return Sent(put, way, (perf_counter() - begun) * 1000)


def figures(sent: Sequence[Sent]) -> dict[str, float]:
    """`question_kept`: of what is a question, how much is answered from documents."""
    done: frozenset[Does] = frozenset({"act"})
    return {
        "action_recall": _share(sent, "act", done),
        "action_precision": _precision(sent),
        "small_talk_retrieved": _share(sent, "talk", LOOKS_UP),
        "question_kept": _share(sent, "question", LOOKS_UP),
    }


def _share(sent: Sequence[Sent], gold: str, does: frozenset[Does]) -> float:
    of_it = [one for one in sent if one.put.gold == gold]
    return round(sum(one.way.does in does for one in of_it) / len(of_it), 4) if of_it else 0.0


def _precision(sent: Sequence[Sent]) -> float:
    acting = [one for one in sent if one.way.does == "act"]
    return round(sum(one.put.gold == "act" for one in acting) / len(acting), 4) if acting else 0.0


def _scripted(put: Sequence[Put], otherwise: Guesser, rules: Rules) -> list[Sent]:
    gold = {one.text: _NAMES[one.gold] for one in put}

    def tells(body: Any) -> object:
        said = json.loads(body["messages"][1]["content"])["message"]
        message = {"role": "assistant", "content": json.dumps({"intent": gold[said], "sure": True})}
        choices = [{"index": 0, "finish_reason": "stop", "message": message}]
        return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": choices, "usage": {}}

    before = dict(os.environ)  # noqa: TID251 - the bench is its own process, and puts it back
    with model_server(Reply(to=tells)) as server:
        os.environ.update(server.environment)  # noqa: TID251 - likewise
        try:
            asked = HostedGuesser(models("openai/some", limits=_LIMITS, most_tokens=MOST_TOKENS), otherwise)
            return [sent_by(asked, one, rules) for one in put]
        finally:
            os.environ.clear()  # noqa: TID251 - likewise
            os.environ.update(before)  # noqa: TID251 - likewise


if __name__ == "__main__":
    main()
