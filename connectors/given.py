"""What an admin writes down of a source, on one line each. Whatever is not understood stops it; a secret is never kept."""

import re
from collections.abc import Mapping
from typing import Annotated, Final, TypeVar

import httpx
from pydantic import AfterValidator, BeforeValidator, ConfigDict, ValidationError

from connectors.model import Fatal
from policies.people import Noun

DEFAULT_MOST_GONE_PERCENT: Final = 20
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


def _secret(text: str) -> str:
    if _SECRET.fullmatch(text) is None:
        raise ValueError("must be env:NAME or file:PATH; a secret itself is kept nowhere")
    return text


Address = Annotated[str, AfterValidator(_address)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Secret = Annotated[str, AfterValidator(_secret)]


class Given(Noun):
    """What no message repeats: it may hold a secret that stands where none may."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


Settings = TypeVar("Settings", bound=Given)


def understood(model: type[Settings], given: Mapping[str, str]) -> Settings:
    """Raises Fatal, naming each setting that is wrong and none of their values."""
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        raise Fatal("; ".join(_said(one["loc"], one["msg"]) for one in error.errors(include_input=False))) from None


def _said(where: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(map(str, where)) or 'settings'}: {message.removeprefix('Value error, ')}"
