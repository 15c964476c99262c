"""The key that signs checkpoints: an Ed25519 key in a file that only its owner may read. It is never printed."""

import os
import secrets
import stat
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from bot.core.errors import Unready

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Signer(Protocol):
    """Whoever can sign a checkpoint."""

    @property
    def public(self) -> str: ...

    def sign(self, message: bytes) -> bytes: ...


class LedgerKey:
    """Signs; its public half, in hex, is what a checkpoint names."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = private.public_key().public_bytes_raw().hex()

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


def open_key(path: Path) -> LedgerKey:
    """The key at this path, made on first use. Of two processes that make it at once, both get the same."""
    if not path.exists():
        _create(path)
    return load_key(path)


def load_key(path: Path) -> LedgerKey:
    try:
        with path.open("rb") as file:
            _refuse_if_shared(path, os.fstat(file.fileno()).st_mode)
            pem = file.read()
    except OSError as error:
        raise Unready(f"The ledger's key cannot be read: {path}: {error.strerror}.") from error
    return LedgerKey(_parsed(path, pem))


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _refuse_if_shared(path: Path, mode: int) -> None:
    if os.name == "posix" and mode & _OTHERS:
        raise Unready(f"Others may read or replace the ledger's key {path}. Run: chmod 600 {path}")


def _parsed(path: Path, pem: bytes) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Unready(f"{path} is not a key (an unencrypted Ed25519 key in PEM). Restore it from a backup.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Unready(f"{path} holds a key of another kind; the ledger signs with Ed25519.")
    return key


def _create(path: Path) -> None:
    """Complete under another name first, then linked: nobody ever reads half a key, and none is overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        _write_durably(draft, pem)
        path.hardlink_to(draft)
        _sync_directory(path.parent)
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)


def _write_durably(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
