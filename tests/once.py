"""What takes long is worked out by one worker of a run; the others wait for it, and take what it found."""

import fcntl
import pickle
from collections.abc import Callable
from typing import TypeVar

import pytest

Found = TypeVar("Found")


def once(request: pytest.FixtureRequest, name: str, work: Callable[[], Found]) -> Found:
    """`name`: another one for everything that is worked out. Whoever dies at it leaves it to the next."""
    folder = request.getfixturevalue("tmp_path_factory").getbasetemp()
    if request.getfixturevalue("worker_id") != "master":
        folder = folder.parent  # that of the run
    kept = folder / f"{name}.pickle"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            found = work()
            kept.with_suffix(".new").write_bytes(pickle.dumps(found))
            kept.with_suffix(".new").rename(kept)
            return found
        read: Found = pickle.loads(kept.read_bytes())  # noqa: S301 - what this run has written
        return read
