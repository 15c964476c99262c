"""Who may read it, now? What a folder passes on is told of no file, so that each has to be asked again and again.

File after file, from where the last pass was cut off, and once round.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from connectors.drive import access
from connectors.drive.logs import logs
from connectors.drive.normalise import FILE, Log, kind, log_of, number
from connectors.drive.reader import Reader
from connectors.model import Batch, Cursor, Memory, Node
from connectors.told import Told, access_change, batch, in_slices
from policies.people import Noun

AT_ONCE: Final = 48


class Place(Noun):
    """The last file that was asked about; none: the pass came to its end."""

    after: str = ""

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.model_dump_json())


def sharing(reader: Reader, memory: Memory, cursor: Cursor | None, *, full: bool) -> Iterator[Batch]:
    """`seen` and `total` count the files of this pass. Of a log that nobody can be asked about, nobody reads anything."""
    place = Place() if cursor is None or full else Place.model_validate_json(cursor)
    found = logs(reader)
    nodes = {name: node for name, node in memory.nodes().items() if kind(name) == FILE and not node.missing}
    wanted = sorted(name for name, node in nodes.items() if log_of(node) not in found.gone)
    # Once round, so that a pass which begins where the last one was cut off has read everything since it began.
    turn = bisect_right(wanted, place.after)
    seen = 0
    for some in in_slices([*wanted[turn:], *wanted[:turn]], AT_ONCE):
        seen += len(some)
        yield batch(
            _of_files(reader, memory, found.found, nodes, some), seen, len(wanted), Place(after=some[-1]).cursor
        )
    yield Batch(seen=len(wanted), total=len(wanted), cursor=Place().cursor)


def _of_files(
    reader: Reader, memory: Memory, found: Mapping[str, Log], nodes: Mapping[str, Node], names: Sequence[str]
) -> Told:
    known = memory.known(names)
    asked = [(name, found[log_of(nodes[name])].who, number(name)) for name in known if log_of(nodes[name]) in found]
    layers, problems = reader.layers(asked)
    told = Told(problems=list(problems))
    for name, before in known.items():
        told.changes += access_change(name, (access.owned(layers.get(name, access.SHUT)),), before)
    return told
