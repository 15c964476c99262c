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
    "tell.after_record",
    "tell.after_show",
    "aside.after_show",
    "aside.after_close",
    "review.after_notice",
    "review.after_hold",
    "review.after_ask",
    "review.after_card",
    "review.after_close",
    "review.after_post",
    "review.after_finish",
    "slack.before_take",
    "slack.after_take",
    "slack.after_ack",
    "slack.before_send",
    "slack.after_send",
    "hand_over.after_submit",
    "hand_over.before_ask",
    "hand_over.after_ask",
    "hand_over.before_tell",
    "hand_over.after_tell",
    "hand_over.after_offer",
    "saved.after_submit",
    "saved.before_keep",
    "saved.after_keep",
    "draft.before_propose",
    "draft.after_propose",
    "act.after_propose",
    "act.after_card",
    "act.after_click",
    "act.before_claim",
    "act.after_claim",
    "act.after_run",
    "act.after_outcome",
    "act.after_turn",
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
    "command.before_take",
    "command.after_take",
    "command.after_claim",
    "command.after_effect",
    "command.after_tell",
    "removal.after_hide",
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
