"""What an admin says of a Confluence source. Whatever is not understood stops it: nothing here is guessed."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Final

import httpx
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from connectors.model import Fatal
from policies.people import Noun

DEFAULT_MOST_GONE_PERCENT: Final = 20
_KEY = re.compile(r"~?[A-Za-z0-9_:.-]{1,255}")
_SECRET = re.compile(r"(env|file):.+")
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def _words(value: object) -> object:
    """`A, B` as a person writes it on one line."""
    if not isinstance(value, str):
        return value
    return tuple(dict.fromkeys(word for part in value.split(",") if (word := part.strip())))


def _address(text: str) -> str:
    try:
        url = httpx.URL(text.strip())
    except httpx.InvalidURL as error:
        raise ValueError("not an address") from error
    if url.scheme not in {"https", "http"} or not url.host or url.userinfo or url.query or url.fragment:
        raise ValueError("must be an address such as https://acme.example.test/wiki, without user or parameters")
    if url.scheme == "http" and url.host not in _LOOPBACK:
        raise ValueError("must begin with https:, for the credentials go there")
    return str(url).rstrip("/")


def _keys(keys: tuple[str, ...]) -> tuple[str, ...]:
    for key in keys:
        if _KEY.fullmatch(key) is None:
            raise ValueError(f"not a space's key: {key!r}")
    return keys


def _secret(text: str) -> str:
    if _SECRET.fullmatch(text) is None:
        raise ValueError("must be env:NAME or file:PATH; a secret itself is kept nowhere")
    return text


Address = Annotated[str, AfterValidator(_address)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]


class Settings(Noun):
    """`site` is where people read; `api` where we do: the same, or a gateway's prefix that ends in the cloud's id.

    `licensed_groups` are the groups that let their members use Confluence, where the site does not tell.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    site: Address
    api: Address = ""
    user: str | None = None
    secret: Annotated[str, AfterValidator(_secret)]
    spaces: Annotated[Words, AfterValidator(_keys)] = Field(min_length=1)
    only_labels: Words = ()
    without_labels: Words = ()
    licensed_groups: Words = ()
    admin_groups: Words = ()
    requests_per_second: float = Field(default=8.0, gt=0, le=1000)
    threads: int = Field(default=4, ge=1, le=32)
    most_gone_percent: int = Field(default=DEFAULT_MOST_GONE_PERCENT, ge=1, le=100)
    most_attachment_bytes: int = Field(default=5_000_000, ge=1, le=100_000_000)

    @model_validator(mode="before")
    @classmethod
    def _one_address_is_enough(cls, given: object) -> object:
        return {"api": given.get("site", ""), **given} if isinstance(given, Mapping) else given

    @property
    def pages_root(self) -> str:
        """Where links for people begin."""
        return self.site

    @property
    def api_root(self) -> str:
        """What stands before `/wiki/api/v2`."""
        return self.api.removesuffix("/wiki")

    @property
    def has_label_scope(self) -> bool:
        return bool(self.only_labels or self.without_labels)

    def is_in_scope(self, labels: Iterable[str]) -> bool:
        found = set(labels)
        return not found & set(self.without_labels) and (not self.only_labels or bool(found & set(self.only_labels)))


def parse(given: Mapping[str, str]) -> Settings:
    """Raises Fatal, naming each setting that is wrong and none of their values."""
    try:
        return Settings.model_validate(dict(given))
    except ValidationError as error:
        raise Fatal("; ".join(_said(one["loc"], one["msg"]) for one in error.errors(include_input=False))) from None


def _said(where: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(map(str, where)) or 'settings'}: {message.removeprefix('Value error, ')}"
