"""Where in a text is the address of a machine, or of somebody's money on a chain? Each is held against its own form, and
wallets against their checksum where they have one.
"""

import hashlib
import re
from collections.abc import Iterator
from functools import reduce
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

from policies.redaction.around import Around, Seat
from policies.redaction.kinds import Kind

_DOTTED = re.compile(r"[0-9]\.[0-9]{1,3}\.[0-9]")
_COLONS = re.compile(r":[0-9A-Fa-f]{0,4}:")
_PAIRS = re.compile(r"[:-]..[:-]..[:-]..[:-]|\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}")
_V4 = re.compile(r"(?<![\w.])(?<![vV] )\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)")
_V6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f:]{3,39}(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?(?![\w:]|\.\d)")
_FEWEST_COLONS: Final = 2
_MAC = re.compile(
    r"(?<![\w:-])(?:[0-9A-Fa-f]{2}([:-]))(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w]|[:-][0-9A-Fa-f])"
    r"|(?<![\w.])[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}(?![\w]|\.\w)"
)


def ips(around: Around) -> Iterator[Seat]:
    """Not those that every machine calls itself, nor masks of a net."""
    for match in _V4.finditer(around.text) if _DOTTED.search(around.text) else ():
        try:
            address = IPv4Address(match.group())
        except AddressValueError:
            continue
        if not (address.is_loopback or address.is_unspecified or match.group().startswith("255.")):
            yield Seat(*match.span(), Kind.IP)
    for match in _V6.finditer(around.text) if _COLONS.search(around.text) else ():
        written = match.group()
        if written.count(":") < _FEWEST_COLONS:
            continue
        try:
            other = IPv6Address(written)
        except AddressValueError:
            continue
        if not (other.is_loopback or other.is_unspecified):
            yield Seat(*match.span(), Kind.IP)


def macs(around: Around) -> Iterator[Seat]:
    for match in _MAC.finditer(around.text) if _PAIRS.search(around.text) else ():
        yield Seat(*match.span(), Kind.MAC)


_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_WALLET_58 = re.compile(r"[13LMTX](?<![A-Za-z0-9].)[1-9A-HJ-NP-Za-km-z]{25,34}(?![A-Za-z0-9])")
_WALLET_32 = re.compile(r"(?<![A-Za-z0-9])(?:bc|ltc|tb)1[02-9ac-hj-np-z]{11,87}(?![A-Za-z0-9])", re.IGNORECASE)
_WALLET_16 = re.compile(r"(?<![A-Za-z0-9])0x[0-9a-fA-F]{40}(?![A-Za-z0-9])")
_BYTES: Final = 25


def wallets(around: Around) -> Iterator[Seat]:
    for match in _WALLET_58.finditer(around.text):
        if is_base58_checked(match.group()):
            yield Seat(*match.span(), Kind.WALLET)
    for match in _WALLET_32.finditer(around.text) if around.says("bc1", "ltc1", "tb1") else ():
        if is_bech32(match.group()):
            yield Seat(*match.span(), Kind.WALLET)
    for match in _WALLET_16.finditer(around.text) if "0x" in around.text else ():
        if len(set(match.group())) > 6:  # noqa: PLR2004 - a number of zeros or `deadbeef` is nobody's
            yield Seat(*match.span(), Kind.WALLET)


def is_base58_checked(written: str) -> bool:
    number = reduce(lambda whole, character: whole * 58 + _BASE58.index(character), written, 0)
    if number >= 256**_BYTES:
        return False
    body = number.to_bytes(_BYTES, "big")
    return hashlib.sha256(hashlib.sha256(body[:-4]).digest()).digest()[:4] == body[-4:]


_BASE32: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32, _BECH32M = 1, 0x2BC830A3


def is_bech32(written: str) -> bool:
    if written not in {written.lower(), written.upper()}:
        return False
    name, _, data = written.lower().rpartition("1")
    values = [*(ord(c) >> 5 for c in name), 0, *(ord(c) & 31 for c in name), *(_BASE32.index(c) for c in data)]
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATOR):
            check ^= generator if top >> place & 1 else 0
    return check in {_BECH32, _BECH32M}
