"""What would be read of a Drive, how much, and by whom could it be read? Looked at, and kept nowhere.

Files are listed, and none is downloaded: of a file that is exported nobody knows how long it is. Readers are asked of some
files only: it would be a request for each.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from connectors.drive import normalise, people
from connectors.drive.directory import directory
from connectors.drive.documents import sort
from connectors.drive.logs import logs
from connectors.drive.normalise import Entry, is_withheld
from connectors.drive.reader import Reader
from connectors.drive.tree import Tree
from connectors.model import Groups, Problem
from policies.access import AccessList, may_read
from policies.people import Noun, Person

MOST_ASKED: Final = 100  # files, of their readers


class Readers(Noun):
    """Of some files that were asked about: nobody whom we know reads so many of them, everybody so many; of so many it could
    not be found out.
    """

    asked: int
    nobody: int
    everybody: int
    unknown: int


class Preview(Noun):
    places: dict[str, int]  # files, by where they lie
    types: dict[str, int]
    too_large: int
    withheld: int  # found by their names alone, for their readers may not take them away
    people: int
    readers: Readers
    problems: tuple[Problem, ...]


def preview(reader: Reader, now: datetime) -> Preview:
    found = logs(reader)
    listed = list(_listed(reader))
    sorted_ = sort(reader, Tree({one.id: normalise.node(one) for one in listed}), listed)
    groups = people.resolve(reader.source, directory(reader), reader.settings.sharing, {})
    files, most = sorted_.files, reader.settings.most_file_bytes
    return Preview(
        places=dict(Counter(one.log.place for one in files)),
        types=dict(Counter(one.type or "" for one in files)),
        too_large=sum((one.file.size or 0) > most and one.type not in normalise.EXPORTED for one in files),
        withheld=sum(is_withheld(one.file) for one in files),
        people=len(groups.members),
        readers=_readers(reader, files[:: max(1, len(files) // MOST_ASKED)][:MOST_ASKED], groups, now),
        problems=(*found.silent.values(), *groups.problems, *sorted_.problems),
    )


def _listed(reader: Reader) -> Iterator[Entry]:
    for log in list(reader.logs.values()):
        for page in reader.client.listed(log.who, log.query, drive=log.drive):
            yield from normalise.entries(log, page.files)


def _readers(reader: Reader, some: Sequence[Entry], groups: Groups, now: datetime) -> Readers:
    layers, problems = reader.layers_of(some)
    someone = [Person(email=email, principals=held) for email, held in groups.members.items()]
    counts = [sum(may_read(one, AccessList(layers=(layer,)), now) for one in someone) for layer in layers.values()]
    return Readers(
        asked=len(some),
        nobody=sum(count == 0 for count in counts) - len(problems),
        everybody=sum(count == len(someone) for count in counts if someone),
        unknown=len(problems),
    )
