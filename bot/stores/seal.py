"""Seals what must not lie open in a database, so that it opens in its own place only. Who has another key, or a text from
another row, gets nothing.

AES-256-GCM, and the place as what it is bound to. The keys are lines of one file: the first seals, all of them open.
"""

import base64
import binascii
import hashlib
import hmac
import os
import stat
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.core.errors import Unready

VARIABLE: Final = "FOOTNOTE_TOKENS_KEY_FILE"
_FORM, _BYTES, _NONCE = "1", 32, 12
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Seal:
    """`path` holds the keys. It is made on first use, unless something has been sealed already."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def open_or_make(self, *, may_make: bool) -> None:
        """Fails now, and not when somebody has allowed us in already."""
        if may_make and not self._path.exists():
            _make(self._path)
        self._keys()

    def close(self, secret: str, place: str) -> str:
        name, key = next(iter(self._keys().items()))
        nonce = os.urandom(_NONCE)
        closed = nonce + AESGCM(key).encrypt(nonce, secret.encode(), place.encode())
        return f"{_FORM}.{name}.{base64.urlsafe_b64encode(closed).decode()}"

    def reveal(self, sealed: str, place: str) -> str:
        form, _, rest = sealed.partition(".")
        name, _, closed = rest.partition(".")
        key = self._keys().get(name) if form == _FORM else None
        if key is None:
            raise Unready(
                f"A token was sealed with a key that {self._path} does not hold. Put that key back as a further line of the "
                f"file, or name the file that has it in {VARIABLE}; if it is lost, have the app installed again."
            )
        try:
            raw = base64.urlsafe_b64decode(closed)
            return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], place.encode()).decode()
        except (InvalidTag, ValueError, binascii.Error):
            raise Unready(
                "A sealed token does not open where it lies: it was changed, or copied from another row. Have the app "
                "installed in that workspace again."
            ) from None

    def is_of_first_key(self, sealed: str) -> bool:
        return sealed.split(".")[1:2] == [next(iter(self._keys()))]

    def mark(self, text: str) -> bytes:
        """What only who has the first key can say of this text."""
        return _mark(next(iter(self._keys().values())), text)

    def is_marked(self, text: str, mark: bytes) -> bool:
        return any(hmac.compare_digest(_mark(key, text), mark) for key in self._keys().values())

    def _keys(self) -> dict[str, bytes]:
        """As they are in the file now, each by its name."""
        try:
            with self._path.open("rb") as file:
                if os.name == "posix" and os.fstat(file.fileno()).st_mode & _OTHERS:
                    raise Unready(f"Others may read or replace {self._path}. Run: chmod 600 {self._path}")
                lines = file.read().decode("ascii", errors="replace").split()
        except OSError as error:
            raise Unready(
                f"The key that seals tokens cannot be read: {self._path}: {error.strerror}. Restore it, or name the file "
                f"where it is in {VARIABLE}."
            ) from error
        keys = [_parsed(line) for line in lines]
        if not keys or None in keys:
            raise Unready(
                f"{self._path} holds something that is no key. Each line is 32 bytes in base64, such as "
                "`openssl rand -base64 32` prints."
            )
        return {_name(key): key for key in keys if key is not None}


def _mark(key: bytes, text: str) -> bytes:
    own = hmac.new(key, b"footnote: who was sent to Slack", hashlib.sha256).digest()  # for no two uses the same key
    return hmac.new(own, text.encode(), hashlib.sha256).digest()


def _name(key: bytes) -> str:
    return hashlib.sha256(b"footnote: the name of a key" + key).hexdigest()[:8]


def _parsed(line: str) -> bytes | None:
    try:
        key = base64.b64decode(line.replace("-", "+").replace("_", "/"), validate=True)
    except (ValueError, binascii.Error):
        return None
    return key if len(key) == _BYTES else None


def _make(path: Path) -> None:
    """Complete under another name first, then linked: nobody reads half a key, and none is overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(os.urandom(_BYTES)) + b"\n")
            file.flush()
            os.fsync(descriptor)
        path.hardlink_to(draft)
    except FileExistsError:
        return
    except OSError as error:
        raise Unready(f"No key can be written to {path}: {error.strerror}. Name another file in {VARIABLE}.") from error
    finally:
        draft.unlink(missing_ok=True)
