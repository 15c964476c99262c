"""What an admin says of a Drive source. Whatever is not understood stops it: nothing here is guessed."""

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from connectors.drive.access import Sharing
from connectors.given import DEFAULT_MOST_GONE_PERCENT, Address, Secret, Words, understood
from connectors.oauth import HasClient
from policies.people import email_address

TYPES: Final = ("docs", "sheets", "slides", "pdf", "docx", "xlsx", "pptx", "markdown", "text", "csv")
_ID = re.compile(r"[A-Za-z0-9_-]{5,128}")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")


def _ids(ids: tuple[str, ...]) -> tuple[str, ...]:
    for one in ids:
        if _ID.fullmatch(one) is None:
            raise ValueError(f"not an id, as it stands at the end of an address: {one!r}")
    return ids


def _domains(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if _DOMAIN.fullmatch(name) is None:
            raise ValueError(f"not a domain: {name!r}")
    return names


def _units(paths: tuple[str, ...]) -> tuple[str, ...]:
    for path in paths:
        if not path.startswith("/"):
            raise ValueError(f"an organisational unit is named from the top, such as /Sales: {path!r}")
    return tuple(path.rstrip("/") for path in paths)


def _types(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in TYPES:
            raise ValueError(f"{name!r} is none of {', '.join(TYPES)}")
    return names


def _somebody(address: str | None) -> str | None:
    return None if address is None else email_address(address)


Ids = Annotated[Words, AfterValidator(_ids)]


class Settings(HasClient):
    """`delegation`: the service account speaks for each person, and for an organizer of each drive; `member`: for itself,
    as a member of the drives. `admin` is whom it speaks for to ask the Directory.

    What is read lies in one of `drives`, or in somebody's own Drive if `my_drive` says so; of `folders`, if any are
    named, only what lies below them. `link_only`: for whom a link counts that only those have who were given it.
    """

    mode: Literal["delegation", "member"]
    key: Secret
    admin: Annotated[str | None, AfterValidator(_somebody)] = None
    domains: Annotated[Words, AfterValidator(_domains)] = Field(min_length=1)
    drives: Ids = ()
    folders: Ids = ()
    my_drive: bool = False
    org_units: Annotated[Words, AfterValidator(_units)] = ()
    types: Annotated[Words, AfterValidator(_types)] = Field(default=TYPES, min_length=1)
    link_only: Literal["nobody", "domain"] = "nobody"
    site: Address = "https://drive.google.com"
    drive_api: Address = "https://www.googleapis.com/drive/v3"
    directory_api: Address = "https://admin.googleapis.com/admin/directory/v1"
    token_url: Address = "https://oauth2.googleapis.com/token"  # noqa: S105 - where tokens are had, and none itself
    exports: Address = "https://docs.google.com"  # where what is too large for the API is fetched
    most_file_bytes: int = Field(default=20_000_000, ge=1, le=200_000_000)
    oauth_authorize: Address = "https://accounts.google.com/o/oauth2/v2/auth"
    oauth_token: Address = "https://oauth2.googleapis.com/token"  # noqa: S105 - as above
    oauth_me: Address = "https://openidconnect.googleapis.com/v1/userinfo"
    requests_per_second: float = Field(default=8.0, gt=0, le=1000)
    threads: int = Field(default=4, ge=1, le=32)
    most_gone_percent: int = Field(default=DEFAULT_MOST_GONE_PERCENT, ge=1, le=100)

    @model_validator(mode="after")
    def _says_what_is_read(self) -> Self:
        if not self.drives and not self.my_drive:
            raise ValueError("nothing is to be read: name drives, or say my_drive")
        if self.is_delegated and self.admin is None:
            raise ValueError("delegation needs an admin, to ask who there is")
        if self.org_units and not (self.is_delegated and self.my_drive):
            raise ValueError("org_units are of people whose own Drive is read: that needs delegation and my_drive")
        return self

    @property
    def is_delegated(self) -> bool:
        return self.mode == "delegation"

    @property
    def sharing(self) -> Sharing:
        return Sharing(self.domains, self.link_only == "domain")

    def is_in_units(self, path: str) -> bool:
        return not self.org_units or any(path == unit or path.startswith(f"{unit}/") for unit in self.org_units)


def parse(given: Mapping[str, str]) -> Settings:
    """Raises Fatal, naming each setting that is wrong and none of their values."""
    return understood(Settings, given)
