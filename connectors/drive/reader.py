"""Reads from Drive, several things at once, what the loops and the live check need. It keeps nothing but whom to ask."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

from connectors.drive import access, wire
from connectors.drive.client import MOST_PERMISSIONS, Client
from connectors.drive.normalise import Entry, Log
from connectors.drive.settings import Settings
from connectors.drive.tokens import Voiceless
from connectors.model import AccessUnknown, Problem, Retryable
from connectors.together import together
from policies.access import Layer

MOST_FAILING: Final = 3  # in one go; more, and it is Google that fails, and nothing is concluded
Given = TypeVar("Given")
Found = TypeVar("Found")


class Layers(NamedTuple):
    found: Mapping[str, Layer]
    problems: tuple[Problem, ...]


class Reader:
    """Threads may share it. `logs`: those that were asked last, by name."""

    def __init__(self, source: str, settings: Settings, client: Client, *, logs: dict[str, Log] | None = None) -> None:
        self.source, self.settings, self.client = source, settings, client
        self.logs = logs if logs is not None else {}

    def hurried(self) -> "Reader":
        return Reader(self.source, self.settings, self.client.hurried(), logs=self.logs)

    def together(self, read: Callable[[Given], Found], given: Iterable[Given]) -> list[Found]:
        """In their order. What one raises is raised."""
        return together(read, given, threads=self.settings.threads)

    def layer(self, who: str | None, file_id: str) -> Layer:
        return access.layer(self.source, self.client.permissions(who, file_id), self.settings.sharing)

    def layers(self, wanted: Sequence[tuple[str, str | None, str]]) -> Layers:
        """Of triples of our id, whom to ask for, and Drive's id. What cannot be found out is shut; a site that fails is an
        error.
        """
        outcomes = {one[0]: found for one, found in zip(wanted, self.together(self._layer, wanted), strict=True)}
        failed = [error for error in outcomes.values() if isinstance(error, Retryable)]
        if len(failed) >= MOST_FAILING:
            raise failed[0]
        found = {name: one if isinstance(one, Layer) else access.SHUT for name, one in outcomes.items()}
        problems = tuple(
            Problem(where=name, reason=f"{error}; nobody can read it")
            for name, error in outcomes.items()
            if isinstance(error, Exception)
        )
        return Layers(found, problems)

    def layers_of(self, found: Sequence[Entry]) -> Layers:
        """Of somebody's own files the listing tells them; of a shared drive's it tells none."""
        told = {one.id: self._listed(one.file) for one in found}
        layers = {
            name: access.layer(self.source, permissions, self.settings.sharing)
            for name, permissions in told.items()
            if permissions is not None
        }
        asked = self.layers([(one.id, one.log.who, one.number) for one in found if told[one.id] is None])
        return Layers({**layers, **asked.found}, asked.problems)

    def _listed(self, file: wire.File) -> tuple[wire.Permission, ...] | None:
        """Half of them is none: an owner is always among all of them, and as many as fill a page may not be all."""
        permissions = file.permissions or ()
        is_whole = any(one.role == "owner" for one in permissions) and len(permissions) < MOST_PERMISSIONS
        return permissions if is_whole and file.drive_id is None else None

    def _layer(self, wanted: tuple[str, str | None, str]) -> Layer | AccessUnknown | Retryable | Voiceless:
        _, who, file_id = wanted
        try:
            return self.layer(who, file_id)
        except (AccessUnknown, Retryable, Voiceless) as error:
            return error
