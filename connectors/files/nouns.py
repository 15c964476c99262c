"""What is asked of a file, and what comes back. Both outcomes are values: a file that cannot be read stops nothing."""

from typing import Final

from pydantic import Field

from policies.people import Noun


class Limits(Noun):
    """What one file may cost. Beyond a limit of the process it is not read; beyond one of content it is cut, and said so."""

    most_bytes: int = Field(default=100_000_000, ge=1)
    seconds: float = Field(default=60, gt=0, le=3_600)
    memory_bytes: int = Field(default=1_000_000_000, ge=100_000_000)
    most_entries: int = Field(default=10_000, ge=1)  # of the package that an office's document is
    most_expanded_bytes: int = Field(default=300_000_000, ge=1)
    most_ratio: int = Field(default=200, ge=1)  # of what an entry expands to, once that is large
    most_characters: int = Field(default=2_000_000, ge=1)
    most_pages: int = Field(default=2_000, ge=1)
    most_slides: int = Field(default=1_000, ge=1)
    most_sheets: int = Field(default=200, ge=1)
    most_rows: int = Field(default=20_000, ge=1)  # of a sheet
    most_columns: int = Field(default=200, ge=1)
    most_cells: int = Field(default=200_000, ge=1)  # of all sheets


class Converted(Noun):
    """`losses`: what could not be carried over, each in words that an admin reads."""

    text: str
    losses: tuple[str, ...] = ()


class Unreadable(Noun):
    reason: str


Outcome = Converted | Unreadable
OUT_OF_MEMORY: Final = Unreadable(reason="it needs more memory than a file may")
TOO_SLOW: Final = Unreadable(reason="it takes longer than a file may")
BROKEN: Final = Unreadable(reason="reading it broke off")
NO_TEXT: Final = Unreadable(reason="there is no text in it")
_BYTES_A_CHARACTER: Final = 6  # as JSON escapes it
_BESIDES: Final = 100_000  # what a reply holds beside the text


class Job(Noun):
    """What a worker is asked. The file itself follows."""

    name: str
    media_type: str
    limits: Limits


class Reply(Noun):
    """What it answers."""

    outcome: Outcome

    @staticmethod
    def most_bytes(limits: Limits) -> int:
        return limits.most_characters * _BYTES_A_CHARACTER + _BESIDES


def bounded(outcome: Outcome, limits: Limits) -> Outcome:
    """Cut at the end of a line, if there is one. What has no word in it cannot be read."""
    if isinstance(outcome, Unreadable) or (len(outcome.text) <= limits.most_characters and outcome.text.strip()):
        return outcome
    if not outcome.text.strip():
        return NO_TEXT
    cut = outcome.text[: limits.most_characters]
    lost = f"text beyond {limits.most_characters:,} characters"
    return outcome.model_copy(update={"text": cut.rpartition("\n")[0] or cut, "losses": (*outcome.losses, lost)})
