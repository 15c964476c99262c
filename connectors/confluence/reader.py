"""Reads from the site, several things at once, what the loops and the live check need. It keeps nothing."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Final, NamedTuple, TypeVar

from connectors.confluence import access, wire
from connectors.confluence.client import IN_A_SPACE, Client
from connectors.confluence.normalise import Entry, Space, entry, in_order, kind, number, space_id
from connectors.confluence.settings import Settings
from connectors.confluence.wire import Kind
from connectors.files import Limits, convert
from connectors.files.nouns import Outcome
from connectors.http import TooLarge
from connectors.model import AccessUnknown, Fatal, Node, Problem, Retryable
from connectors.together import together
from policies.access import Layer
from policies.channels import label

LABELS: Final = "labels"
MOST_FAILING: Final = 3  # in one go; more, and it is the site that fails, and nothing is concluded
Given = TypeVar("Given")
Found = TypeVar("Found")


class Layers(NamedTuple):
    found: Mapping[str, Layer]
    problems: tuple[Problem, ...]


def _every_label() -> None:
    return None


class Labels(NamedTuple):
    """Of each page and blog post that has any that is wanted. None: they stay as they were, for a while."""

    found: Mapping[str, tuple[str, ...]] | None
    problems: tuple[Problem, ...]


class Reader:
    """Threads may share it. `wanted`: the labels that anybody goes by, for a site may have thousands; None: every one."""

    def __init__(
        self,
        source: str,
        settings: Settings,
        client: Client,
        *,
        wanted: Callable[[], frozenset[str] | None] = _every_label,
    ) -> None:
        self.source, self.settings, self.client, self.wanted = source, settings, client, wanted

    def hurried(self) -> "Reader":
        return Reader(self.source, self.settings, self.client.hurried(), wanted=self.wanted)

    def together(self, read: Callable[[Given], Found], given: Iterable[Given]) -> list[Found]:
        """In their order. What one raises is raised."""
        return together(read, given, threads=self.settings.threads)

    def spaces(self) -> dict[str, Space]:
        """Of those that are allowed, what we may see: by our ids."""
        found = self.client.spaces(self.settings.spaces)
        return {space_id(one.id): Space(one.id, one.key, one.name) for one in found}

    def layers(self, names: Collection[str], spaces: Mapping[str, Space]) -> Layers:
        """What these nodes say themselves. What cannot be found out is shut; a site that fails is an error."""
        outcomes = dict(zip(names, self.together(partial(self._layer, spaces), names), strict=True))
        failed = {name: error for name, error in outcomes.items() if isinstance(error, Retryable)}
        if len(failed) >= min(MOST_FAILING, len(outcomes)) or any(kind(name) == access.SPACE for name in failed):
            for error in failed.values():
                raise error
        found = {name: layer if isinstance(layer, Layer) else access.SHUT for name, layer in outcomes.items()}
        problems = tuple(
            Problem(where=name, reason=f"{error}; nobody can read it, nor what lies below it")
            for name, error in outcomes.items()
            if isinstance(error, Exception)
        )
        return Layers(found, problems)

    def space_layer(self, space: Space) -> Layer:
        permissions = self.client.permissions(space.id)
        assignments = self.client.assignments(space.id) if access.has_roles(permissions) else ()
        return access.space_layer(
            self.source, permissions, assignments=assignments, anonymous=self.client.is_anonymous(space.key)
        )

    def in_scope(self, found: Iterable[tuple[str, str]]) -> frozenset[str]:
        """Of pairs of a thing and the page whose labels count for it: the things that may be shown at all."""
        pairs = list(found)
        if not self.settings.has_label_scope:
            return frozenset(thing for thing, _ in pairs)
        pages = sorted({page for _, page in pairs})
        shown = dict(zip(pages, self.together(self._has_scope, pages), strict=True))
        return frozenset(thing for thing, page in pairs if shown[page])

    def labels(self, spaces: Mapping[str, Space]) -> Labels:
        """Of every page and blog post in these: asked label by label, for no version and no listing tells of them."""
        wanted = self.wanted()
        if wanted is not None and not wanted:
            return Labels({}, ())
        told = self.together(self._labels_in, [space.id for space in spaces.values()])
        passing = [one for one in told if isinstance(one, Retryable)]
        refused = {str(one): one for one in told if isinstance(one, AccessUnknown | Fatal)}
        problems = [_unlabelled(one) for one in refused.values()]
        if passing:
            return Labels(None, (_kept(passing[0]), *problems))
        open_ = {
            space.id: labels
            for space, labels in zip(spaces.values(), told, strict=True)
            if not isinstance(labels, Exception)
        }
        named = {
            one.id: one.name
            for labels in open_.values()
            for one in labels
            if wanted is None or label(one.name) in wanted
        }
        asked = [(listed_as, id_) for id_ in named for listed_as in sorted(IN_A_SPACE)]
        try:
            found = self.together(lambda one: self.client.labelled(*one, spaces=list(open_)), asked)
        except Retryable as error:
            return Labels(None, (_kept(error), *problems))
        except (AccessUnknown, Fatal) as error:
            return Labels({}, (_unlabelled(error), *problems))
        its: dict[str, list[str]] = {}
        for (listed_as, id_), things in zip(asked, found, strict=True):
            for thing in things:
                its.setdefault(f"{listed_as}:{thing}", []).append(named[id_])
        return Labels({name: in_order(some) for name, some in its.items()}, tuple(problems))

    def labels_of(self, pages: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """Of these few; without those of which they cannot be found out."""
        wanted = self.wanted()
        if wanted is not None and not wanted:
            return dict.fromkeys(pages, ())
        unique = sorted(set(pages))
        found = zip(unique, self.together(self._labels_of, unique), strict=True)
        return {
            page: tuple(one for one in labels if wanted is None or label(one) in wanted)
            for page, labels in found
            if labels is not None
        }

    def whole(self, listed: Entry) -> Entry | None:
        """With its body. None: it is no longer there."""
        return listed if listed.listed_as is Kind.ATTACHMENT else self.found(listed.listed_as, listed.id)

    def data(self, found: Entry) -> bytes | None:
        assert isinstance(found.thing, wire.Attachment)
        most, size = self.settings.most_attachment_bytes, found.thing.file_size
        if found.parent is None or (size is not None and size > most):
            return None
        data = self.client.text(number(found.parent), found.number, most_bytes=most)
        return None if isinstance(data, TooLarge) else data

    def file(self, thing: wire.Attachment, data: bytes) -> Outcome:
        limits = Limits(most_bytes=self.settings.most_attachment_bytes)
        return convert(name=thing.title, media_type=thing.media_type, data=data, limits=limits)

    def names(self, accounts: Collection[str]) -> Mapping[str, str]:
        """What these people are called. Nothing, where we may not ask: then they are somebody."""
        try:
            users = self.client.users(sorted(accounts)) if accounts else ()
        except AccessUnknown:
            return {}
        told = {one.account_id: one.public_name or one.display_name for one in users}
        return {account: name for account, name in told.items() if name}

    def found(self, listed_as: Kind, name: str, *, body: bool = True) -> Entry | None:
        thing: wire.Thing | None
        match listed_as:
            case Kind.PAGE | Kind.BLOGPOST:
                thing = self.client.content(listed_as, number(name), body=body)
            case Kind.ATTACHMENT:
                thing = self.client.attachment(number(name))
            case Kind.FOOTER | Kind.INLINE:
                thing = self.client.comment(number(name), body=body)
        return None if thing is None else entry(listed_as, thing)

    def above(self, page: Node, space: str) -> tuple[Node, ...]:
        """Everything between this page and its space, read anew; nothing, if that cannot be found out."""
        found: list[Node] = []
        above = space_id(space)
        for one in self.client.ancestors(number(page.id)) or ():
            found.append(Node(id=f"{one.type.lower()}:{one.id}", kind=one.type.lower(), parent=above))
            above = found[-1].id
        return tuple(found) if above == page.parent else ()

    def _layer(self, spaces: Mapping[str, Space], name: str) -> Layer | AccessUnknown | Retryable:
        try:
            if kind(name) == access.SPACE:
                return self.space_layer(spaces[name]) if name in spaces else access.SHUT
            return self.own_layer(name)
        except (AccessUnknown, Retryable) as error:
            return error

    def own_layer(self, name: str) -> Layer:
        if kind(name) not in access.DOCUMENTS_WITH_LAYERS:
            return access.unsure_layer(self.source)
        users, groups = self.client.restriction(number(name))
        return access.own_layer(self.source, users, groups)

    def _labels_in(self, space: str) -> tuple[wire.Label, ...] | Retryable | AccessUnknown | Fatal:
        """One space that does not tell keeps the others from nothing."""
        try:
            return self.client.labels_in(space)
        except (Retryable, AccessUnknown, Fatal) as error:
            return error

    def _labels_of(self, page: str) -> tuple[str, ...] | None:
        """What keeps them from being read is told by the look at all that is there."""
        try:
            found = self.client.labels(Kind(kind(page)), number(page))
        except (Retryable, AccessUnknown, Fatal):
            return None
        return None if found is None else in_order(found)

    def _has_scope(self, page: str) -> bool:
        labels = self.client.labels(Kind(kind(page)), number(page))
        return labels is not None and self.settings.is_in_scope(labels)


def _kept(error: Retryable) -> Problem:
    return Problem(where=LABELS, reason=f"{error}; those known before stay for a while")


def _unlabelled(error: AccessUnknown | Fatal) -> Problem:
    return Problem(where=LABELS, reason=f"{error}; nothing there has a label that a channel could be narrowed to")
