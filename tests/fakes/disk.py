"""A folder on a disk that now and then cannot be read, and in which people write while it is being looked at."""

import errno
import random
from collections.abc import Callable

from connectors.folder.files import Disk, Entry


class RestlessDisk(Disk):
    """`share` of all that is asked of it fails, by the seed; a deed is done before one of them."""

    share = 0.0
    _die = random.Random(0)
    _deed: Callable[[], object] | None = None
    _before = 0

    def seed(self, seed: int, share: float) -> None:
        self._die, self.share = random.Random(seed), share

    def after(self, asked: int, do: Callable[[], object]) -> None:
        self._before, self._deed = asked, do

    def clear(self) -> None:
        self.share, self._deed = 0.0, None

    def entries(self, folder: str) -> list[Entry]:
        self._happens()
        return super().entries(folder)

    def read(self, path: str, limit: int) -> bytes:
        self._happens()
        return super().read(path, limit)

    def _happens(self) -> None:
        if self._deed is not None and self._before == 0:
            deed, self._deed = self._deed, None
            deed()
        self._before -= 1
        if self._die.random() < self.share:
            raise OSError(errno.EIO, "Input/output error")
