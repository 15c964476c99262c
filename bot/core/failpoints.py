"""Named places where the tests let the process die, to prove that the next run completes what this one began."""

import os
import signal
from collections.abc import Callable

FAILPOINTS = (
    "ask.after_receive",
    "ask.after_claim",
    "ask.after_retrieve",
    "ask.after_compose",
    "ask.before_close",
    "ask.after_close",
    "ask.after_post",
    "aside.after_show",
    "aside.after_close",
    "slack.before_take",
    "slack.after_take",
    "slack.after_ack",
    "slack.before_send",
    "slack.after_send",
    "sync.after_claim",
    "sync.after_groups",
    "sync.after_hide",
    "sync.after_stage",
    "sync.after_vectors",
    "sync.after_live",
    "sync.after_purge_vectors",
    "sync.after_purge",
    "sync.after_batches",
    "sync.after_repair",
    "sync.before_finish",
    "embed.after_vectors",
    "embed.before_switch",
    "embed.after_switch",
    "index.after_segment",
    "index.before_manifest",
    "index.after_manifest",
)

Reach = Callable[[str], None]


def armed(name: str | None) -> Reach:
    """What a flow calls at each of its failpoints: it dies without a word at the armed one, and nowhere else."""
    if name is not None and name not in FAILPOINTS:
        raise ValueError(f"no such failpoint: {name}; there are {', '.join(FAILPOINTS)}")

    def reach(here: str) -> None:
        if here not in FAILPOINTS:
            raise ValueError(f"an unlisted failpoint is never tested: {here}")
        if here == name:
            os.kill(os.getpid(), signal.SIGKILL)

    return reach
