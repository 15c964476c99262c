"""What an admin says of a Confluence source. Whatever is not understood stops it: nothing here is guessed."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from connectors.given import DEFAULT_MOST_GONE_PERCENT, Address, Secret, Words, understood
from connectors.oauth import HasClient

_KEY = re.compile(r"~?[A-Za-z0-9_:.-]{1,255}")


def _keys(keys: tuple[str, ...]) -> tuple[str, ...]:
    for key in keys:
        if _KEY.fullmatch(key) is None:
            raise ValueError(f"not a space's key: {key!r}")
    return keys


class Settings(HasClient):
    """`site` is where people read; `api` where we do: the same, or a gateway's prefix that ends in the cloud's id.

    `licensed_groups` are the groups that let their members use Confluence, where the site does not tell.
    """

    site: Address
    api: Address = ""
    user: str | None = None
    secret: Secret
    spaces: Annotated[Words, AfterValidator(_keys)] = Field(min_length=1)
    only_labels: Words = ()
    without_labels: Words = ()
    licensed_groups: Words = ()
    admin_groups: Words = ()
    oauth_authorize: Address = "https://auth.atlassian.com/authorize"
    oauth_token: Address = "https://auth.atlassian.com/oauth/token"  # noqa: S105 - where tokens are had, and none itself
    oauth_me: Address = "https://api.atlassian.com/me"
    requests_per_second: float = Field(default=8.0, gt=0, le=1000)
    threads: int = Field(default=4, ge=1, le=32)
    most_gone_percent: int = Field(default=DEFAULT_MOST_GONE_PERCENT, ge=1, le=100)
    most_attachment_bytes: int = Field(default=25_000_000, ge=1, le=100_000_000)

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
    return understood(Settings, given)
