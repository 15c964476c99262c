"""Which kinds of value are looked for, and what an admin has laid down on each, by where a text goes."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Final, Literal

from phonenumbers import SUPPORTED_REGIONS
from pydantic import AfterValidator

from policies.people import Noun


class Kind(StrEnum):
    """In the order in which they win, where two are seen in the same characters."""

    SECRET = "secret"  # noqa: S105 - its name
    CARD = "card"
    IBAN = "iban"
    NATIONAL_ID = "national_id"
    SSN = "ssn"
    WALLET = "wallet"
    PASSPORT = "passport"
    BIRTH_DATE = "birth_date"
    MAIL = "mail"
    IP = "ip"
    MAC = "mac"
    PHONE = "phone"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


Destination = Literal["model", "channel", "log"]
Acts = Mapping[Kind, Literal["keep", "mask"]]

_AS_PACKAGED: Final[Acts] = {Kind.MAIL: "keep", Kind.PHONE: "keep", Kind.IP: "keep", Kind.MAC: "keep"}
_IN_A_LOG: Final[Acts] = {Kind.IP: "keep"}


def _is_region(code: str) -> str:
    if code not in SUPPORTED_REGIONS:
        raise ValueError("no such country: two capitals, such as DE or US")
    return code


class Phones(Noun):
    """Where numbers are dialled without the code of a country."""

    regions: tuple[Annotated[str, AfterValidator(_is_region)], ...] = ()


class Redaction(Noun):
    """Texts from before there were such rules go by what is packaged."""

    model: Acts = _AS_PACKAGED
    channel: Acts = _AS_PACKAGED
    log: Acts = _IN_A_LOG
    phones: Phones = Phones()

    def masked(self, destination: Destination) -> frozenset[Kind]:
        acts: Acts = getattr(self, destination)
        return frozenset(kind for kind in Kind if acts.get(kind) != "keep")


InForce = Callable[[], Redaction]
"""What holds at the moment when something leaves. `Redaction` itself is one: as packaged."""
