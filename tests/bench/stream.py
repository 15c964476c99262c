"""How long do people wait for an answer that a model writes, at 50 tokens a second? The real bot in its own process, the
emulated Slack with its limits and the model's server in this one.

    python -m tests.bench.stream [--quick] [--json]

The model drafts a few sentences of the passages that it is shown, word for word. Its own time is the limit: what the bot
adds is told beside it. `first_claim_behind_ms` is from the moment in which the last character of the model's first claim
has left its server until the message with that claim, proven and recorded, stands in Slack.
"""

import argparse
import itertools
import json
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from bot.core.sentences import sentences
from bot.playground.slack import Message
from tests.bench.figures import percentile, show
from tests.bench.served import QUESTIONS, Town, embedder_here, town
from tests.fakes.model_server import Pace, Reply, data_of, model_server

TOKENS_A_SECOND: Final = 50
_CHARACTERS: Final = 4  # of a token
_CLAIMS: Final = 4
_NUMBER: Final = re.compile(r"\((\d+)\)")
_WHOLE_CLAIM: Final = re.compile(r"\}\s*\]\s*\}")
_ID: Final = re.compile(r'"id": (\d+)')


@dataclass(frozen=True)
class Size:
    """So many at a time, and no more a minute than Slack lets grow."""

    questions: int
    at_once: int
    patience_s: float
    every_s: float


FULL: Final = Size(questions=54, at_once=3, patience_s=60, every_s=10)
QUICK: Final = Size(questions=6, at_once=3, patience_s=15, every_s=0)


class Waited(NamedTuple):
    """Of one question, in seconds since it was asked; `behind`: since the model's own first claim, or its end."""

    life_s: float
    first_s: float
    whole_s: float
    model_s: float
    first_behind_ms: float
    whole_behind_ms: float


@dataclass
class Writer:
    """The model: what it says, and when it had said its first claim and all of it, for each question by its number."""

    now: Any = time.time  # noqa: TID251 - the emulator's clock, once there is one
    first: dict[int, float] = field(default_factory=dict)
    last: dict[int, float] = field(default_factory=dict)
    tokens: dict[int, int] = field(default_factory=dict)

    def reply(self) -> Reply:
        pace = Pace(tokens_a_second=TOKENS_A_SECOND, piece=_CHARACTERS, on_piece=self._said)
        return Reply(says=self._says, pace=pace)

    def _says(self, body: Any) -> str:
        data = data_of(body)
        number = int(_NUMBER.findall(data["question"])[-1])
        quoted = ((one["passage"], text) for one in data["passages"] for text in _of(one["text"]))
        claims = [
            {"text": text, "citations": [{"passage": passage, "quote": text}]}
            for passage, text in itertools.islice(quoted, _CLAIMS)
        ]
        draft = {"id": number, "answerable": True, "claims": claims, "clarify": None, "options": []}
        text = json.dumps(draft, indent=2)  # as many write it; so it is longer
        self.tokens[number] = len(text) // _CHARACTERS
        return text

    def _said(self, so_far: str) -> None:
        found = _ID.search(so_far)
        if found is not None:
            number, now = int(found[1]), self.now()
            if _WHOLE_CLAIM.search(so_far):
                self.first.setdefault(number, now)
            self.last[number] = now


def _of(text: str) -> list[str]:
    lines = (line for line in text.split("\n") if any(map(str.isalnum, line)) and not line.startswith("#"))
    return [sentence for line in lines for sentence in sentences(line)]


def measure(folder: Path, size: Size, *, embedder: str) -> dict[str, Any]:
    writer = Writer()
    with model_server(writer.reply()) as server:
        environment = {"FOOTNOTE_MODEL": "openai/some", **server.environment}
        with town(folder, embedder=embedder, environment=environment) as here:
            writer.now = here.now
            asked = _ask(here, size)
            here.settle(size.patience_s)
            outcomes = [_outcome(here, writer, number, *one) for number, one in enumerate(asked)]
            shown = [len(_replies(here, *one)) for one in asked]
            calls = Counter(request.method for request in here.slack.requests.all())
    return _figures(writer, outcomes, shown) | {
        "calls": {name: calls[name] for name in sorted(calls) if name.startswith("chat.")},
        "answers_from": "words and meaning" if embedder == "builtin" else "words alone",
    }


def _ask(here: Town, size: Size) -> list[tuple[str, str]]:
    """In turns: each after those of the one before are answered."""
    asked = []
    questions = itertools.cycle(QUESTIONS[:4])
    for turn in range(0, size.questions, size.at_once):
        began = time.monotonic()
        now = []
        for number in range(turn, turn + size.at_once):
            channel = here.channels[number % len(here.channels)]
            text = f"{here.slack.mention('footnote')} {next(questions)} ({number})"
            now.append((channel.id, here.slack.as_user(next(iter(channel.members))).post(channel, text).ts))
        while not all(_is_whole(here, *one) for one in now) and time.monotonic() - began < size.patience_s:
            time.sleep(0.05)
        time.sleep(max(0.0, size.every_s - (time.monotonic() - began)))
        asked += now
    return asked


def _outcome(here: Town, writer: Writer, number: int, channel: str, ts: str) -> Waited | None:
    """None: it did not grow."""
    requests = here.slack.requests.all()
    stops = {request.args.get("ts"): request for request in requests if request.method == "chat.stopStream"}
    replies = _replies(here, channel, ts)
    if not replies or replies[0].ts not in stops or number not in writer.first:
        return None
    asked, first, stop = float(ts), float(replies[0].ts), stops[replies[0].ts]
    whole = stop.at + stop.took_ms / 1000
    life = next(
        one.at
        for one in requests
        if one.method == "assistant.threads.setStatus" and one.args.get("thread_ts") == ts and one.args.get("status")
    )
    return Waited(
        life_s=life - asked,
        first_s=first - asked,
        whole_s=whole - asked,
        model_s=writer.last[number] - asked,
        first_behind_ms=(first - writer.first[number]) * 1000,
        whole_behind_ms=(whole - writer.last[number]) * 1000,
    )


def _is_whole(here: Town, channel: str, ts: str) -> bool:
    return any(message.metadata for message in _replies(here, channel, ts))


def _replies(here: Town, channel: str, ts: str) -> list[Message]:
    with here.slack.world.lock:
        messages = list(here.slack.world.channels[channel].messages.values())
    return [message for message in messages if message.app_id and message.thread_ts == ts]


def _figures(writer: Writer, outcomes: Sequence[Waited | None], shown: Sequence[int]) -> dict[str, Any]:
    grown = [one for one in outcomes if one is not None]
    assert grown, "nothing was told while it was written"

    def both(name: str) -> dict[str, float]:
        values = [getattr(one, name) for one in grown]
        return {f"{name}_p50": percentile(values, 50), f"{name}_p95": percentile(values, 95)}

    return {
        "asked": len(outcomes),
        "grown": len(grown),
        "lost": sum(count == 0 for count in shown),
        "doubled": sum(count > 1 for count in shown),
        "tokens_a_second": TOKENS_A_SECOND,
        "tokens_p50": percentile(list(writer.tokens.values()), 50),
        "sign_of_life_s_max": round(max(one.life_s for one in grown), 3),
        **both("first_s"),
        **both("whole_s"),
        **both("model_s"),
        **{name.replace("first_", "first_claim_"): value for name, value in both("first_behind_ms").items()},
        **both("whole_behind_ms"),
        "limits": {"sign_of_life_s_max": 1, "whole_s_p95": 8, "first_claim_behind_ms_p95": 150},
    }


def main() -> None:
    began = time.perf_counter()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer questions; ends within 45 s")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), QUICK if chosen.quick else FULL, embedder=embedder_here())
    figures |= {"took_s": round(time.perf_counter() - began, 1), "load": [round(one, 1) for one in os.getloadavg()]}
    if chosen.json:
        sys.stdout.write(json.dumps(figures) + "\n")
    else:
        show(figures)


if __name__ == "__main__":
    main()
