"""What is well here, and what is not? Each check is asked by itself, and for a while only: one that hangs or breaks says so,
and keeps none of the others from their say. No secret is ever in a finding.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, Literal, NamedTuple

from bot.core.errors import BadUse, Unready
from policies.people import Noun

State = Literal["well", "note", "fault"]

_UNKNOWN: Final = "Whether this works is not known."


class Finding(Noun):
    """A note is nothing to be mended. `why` it matters; `fix` is a command, or a place to look at."""

    check: str
    state: State
    what: str
    why: str = ""
    fix: str = ""


class Check(NamedTuple):
    name: str
    ask: Callable[[], Sequence[Finding]]


def well(check: str, what: str) -> Finding:
    return Finding(check=check, state="well", what=what)


def note(check: str, what: str, *, why: str = "", fix: str = "") -> Finding:
    return Finding(check=check, state="note", what=what, why=why, fix=fix)


def fault(check: str, what: str, *, why: str, fix: str) -> Finding:
    return Finding(check=check, state="fault", what=what, why=why, fix=fix)


def examine(checks: Iterable[Check], patience_s: float) -> tuple[Finding, ...]:
    """All at once, and told in their order."""
    asked = [(check, _begun(check)) for check in checks]
    until = time.monotonic() + patience_s
    return tuple(finding for check, answer in asked for finding in _answered(check, answer, until))


def _begun(check: Check) -> SimpleQueue[Sequence[Finding]]:
    answer: SimpleQueue[Sequence[Finding]] = SimpleQueue()
    # A daemon: what hangs is left behind, and ends with the command.
    Thread(target=lambda: answer.put(_said(check)), name=f"check-{check.name}", daemon=True).start()
    return answer


def _answered(check: Check, answer: SimpleQueue[Sequence[Finding]], until: float) -> Sequence[Finding]:
    try:
        return answer.get(timeout=max(0.0, until - time.monotonic()))
    except Empty:
        fix = "Look at the network and at what holds it up, and run `footnote doctor` again."
        return [fault(check.name, "There was no answer in time.", why=_UNKNOWN, fix=fix)]


def _said(check: Check) -> Sequence[Finding]:
    """An error of ours says what to do; of any other, only its kind is told, for its words may hold a secret."""
    try:
        return check.ask()
    except (BadUse, Unready) as error:
        return [fault(check.name, str(error), why=_UNKNOWN, fix="Do what is said there.")]
    except Exception as error:  # noqa: BLE001 - whatever it is, the others have their say
        what = f"It could not be looked at ({type(error).__name__})."
        return [fault(check.name, what, why=_UNKNOWN, fix="Report it, with the version of Footnote and this line.")]
