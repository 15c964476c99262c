"""Which model may be sent what? Pure; an operator's text says on which terms each model is used.

Without a text nothing is declared, and every model that a setting names may be sent what its audience may read. With one,
a model that it does not declare is sent nothing, and what is marked `local_only` leaves for no host but our own.
"""

from collections.abc import Collection, Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator, model_validator

from policies.people import Noun, is_source_name
from policies.rules import read

FILE = "models.toml"

Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Words = Annotated[str, Field(min_length=1, max_length=200)]


def _named(source: str) -> str:
    """A slip of the pen marks nothing: it is told of instead."""
    if not is_source_name(source):
        raise ValueError("no source has such a name: small letters, digits, hyphens")
    return source


Source = Annotated[str, AfterValidator(_named)]


class Terms(Noun):
    """Of one model. `address`: its calls go there and nowhere else; without one they go where its provider is, and `host`
    only says so. `local`: that is a machine of ours, which nobody can be sure of without an address.
    """

    address: str | None = None
    host: Words | None = None
    region: Words | None = None
    local: bool = False
    sources: Literal["all"] | frozenset[Source]
    dollars_per_million_in: Price | None = None
    dollars_per_million_out: Price | None = None
    keeps_schema: bool | None = None  # whether its server holds it to a JSON schema; None: as LiteLLM knows it

    @field_validator("address")
    @classmethod
    def _is_an_address(cls, address: str | None) -> str | None:
        if address is not None and not _host(address):
            raise ValueError("it should read http://HOST:PORT or https://HOST, with the path of its API")
        return address

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Terms":
        if self.local and self.address is None:
            raise ValueError("what is local has an address: otherwise it is sent where its provider is")
        if self.address is not None and self.host is not None:
            raise ValueError("the address says which host it is")
        if (self.dollars_per_million_in is None) != (self.dollars_per_million_out is None):
            raise ValueError("a price is one of what goes in and one of what comes out")
        return self

    @property
    def is_at(self) -> str | None:
        return self.host if self.address is None else _host(self.address)


class Disclosure(Noun):
    """`local_only` names sources. `nothing_leaves`: nothing at all is sent to anybody else, not even a question."""

    nothing_leaves: bool = False
    local_only: frozenset[Source] = frozenset()
    models: Mapping[str, Terms] = {}
    is_declared: bool = True

    def of(self, model: str) -> Terms:
        """On which terms it is used. Nothing declared: none that bind it, and nothing known."""
        return self.models.get(model, _NOTHING if self.is_declared else _ANYTHING)

    def may_be_sent(self, model: str, sources: Collection[str] = ()) -> bool:
        """A question, and passages of these sources."""
        terms = self.of(model)
        if self.is_declared and model not in self.models:
            return False
        if not terms.local and (self.nothing_leaves or set(sources) & self.local_only):
            return False
        return terms.sources == "all" or set(sources) <= terms.sources

    def may_be_sent_everything(self, model: str) -> bool:
        """Passages of every source that there is, or will be."""
        return (
            self.may_be_sent(model)
            and self.of(model).sources == "all"
            and (self.of(model).local or not self.local_only)
        )


_NOTHING = Terms(sources=frozenset())
_ANYTHING = Terms(sources="all")
UNDECLARED = Disclosure(is_declared=False)


class _Text(Noun):
    """What an operator may write."""

    nothing_leaves: bool = False
    local_only: frozenset[Source] = frozenset()
    models: Mapping[Words, Terms] = {}


def parse(text: str, *, file: str = FILE) -> Disclosure:
    """`RulesError`, with the line and the reason, where it is not understood."""
    said = read(_Text, file, text)
    return Disclosure(nothing_leaves=said.nothing_leaves, local_only=said.local_only, models=said.models)


def _host(address: str) -> str:
    """Empty: it is none. Whoever writes a password into it is told that it is none."""
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    is_one = parts.scheme in {"http", "https"} and "@" not in parts.netloc and address.isprintable()
    return f"{parts.hostname}{port}" if is_one and parts.hostname else ""
