"""The process in which files are read: `python -m connectors.files.worker`. It never looks into one itself: for each it
makes a child that is confined, and relays what that says. So nothing of one file is left when the next one is read.

It has one thread, and may therefore fork. It ends when its caller does.
"""

import os
import signal
import time
from typing import Final, NoReturn

from connectors.files.confinement import confine
from connectors.files.frames import Ended, Late, TooLong, receive, send
from connectors.files.nouns import BROKEN, OUT_OF_MEMORY, TOO_SLOW, Job, Outcome, Reply, Unreadable
from connectors.files.reading import read

MOST_ASKED: Final = 10_000
_FIRST_OPEN, _MOST_OPEN = 3, 1_024


def main() -> None:
    """What a library prints goes nowhere, for the pipe is ours."""
    asked, told = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    while True:
        try:
            job = Job.model_validate_json(receive(asked, MOST_ASKED, None))
            data = receive(asked, job.limits.most_bytes, None)
            send(told, _as_json(_in_a_child(job, data)), None)
        except Ended:
            return


def _in_a_child(job: Job, data: bytes) -> Outcome:
    theirs, ours = os.pipe()
    child = os.fork()
    if child == 0:
        _read_and_end(job, data, ours)
    os.close(ours)
    outcome: Outcome | None = None
    try:
        outcome = Reply.model_validate_json(
            receive(theirs, Reply.most_bytes(job.limits), _end_of_patience(job))
        ).outcome
    except (Late, TooLong):
        os.kill(child, signal.SIGKILL)
    except Ended:
        pass  # how it ended, its status says
    os.close(theirs)
    _, status = os.waitpid(child, 0)
    return outcome if outcome is not None else _ended(os.waitstatus_to_exitcode(status))


def _end_of_patience(job: Job) -> float:
    """Its own alarm comes first; this is for one that broke off before it had any."""
    return time.monotonic() + job.limits.seconds + 1


def _read_and_end(job: Job, data: bytes, pipe: int) -> NoReturn:
    try:
        os.closerange(_FIRST_OPEN, pipe)  # the caller's pipes too: they end when their owner does
        os.closerange(pipe + 1, _MOST_OPEN)
        confine(job.limits.seconds, job.limits.memory_bytes)
        send(pipe, _as_json(_read(job, data)), None)
    finally:
        os._exit(0)


def _read(job: Job, data: bytes) -> Outcome:
    try:
        return read(job.name, job.media_type, data, job.limits)
    except MemoryError:
        return OUT_OF_MEMORY
    except Exception as error:  # noqa: BLE001 - of a damaged file a library raises anything, and this process ends here
        return Unreadable(reason=f"it is damaged, or nothing that we understand: {type(error).__name__}")


def _as_json(outcome: Outcome) -> bytes:
    return Reply(outcome=outcome).model_dump_json().encode()


def _ended(code: int) -> Unreadable:
    return TOO_SLOW if -code in {signal.SIGALRM, signal.SIGXCPU} else BROKEN


if __name__ == "__main__":
    main()
