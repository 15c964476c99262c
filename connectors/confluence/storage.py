"""A stand-in until the converter is here: what stands between the tags, and nothing of what the tags say."""

import re
from typing import NamedTuple


class Links(NamedTuple):
    site: str
    space: str


class Loss(NamedTuple):
    what: str
    times: int


class Converted(NamedTuple):
    text: str
    losses: tuple[Loss, ...] = ()


def markdown(storage: str, *, base: Links) -> Converted:  # noqa: ARG001
    return Converted(" ".join(re.sub(r"<[^>]*>", " ", storage).split()))
