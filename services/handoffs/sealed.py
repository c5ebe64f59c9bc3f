"""Signed documents: what an envelope and a receipt have in common.

``{"body": …, "key": id, "algorithm": "Ed25519", "signature": base64}`` in canonical JSON
(RFC 8785); the signature is over the canonical body. Pure: knows no database.
"""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.errors import HandoffRefusedError

ALGORITHM = "Ed25519"
MAX_BYTES = 8_000_000
_PARTS = {"body", "key", "algorithm", "signature"}


@dataclass(frozen=True, slots=True)
class Sealed:
    """A signed document taken apart; its signature is not checked yet."""

    body: dict[str, Any]
    key: str
    signature: bytes
    sha256: str


def seal(body: dict[str, Any], key_id: str, seed: bytes) -> bytes:
    """Sign a JSON object and return the document's bytes."""
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(rfc8785.dumps(body))
    whole: Any = {
        "body": body,
        "key": key_id,
        "algorithm": ALGORITHM,
        "signature": base64.b64encode(signature).decode(),
    }
    return rfc8785.dumps(whole)


def take_apart(raw: bytes, max_bytes: int = MAX_BYTES) -> Sealed:
    """Read a document. Only its canonical form is taken, so that one content has one hash.

    Raises HandoffRefusedError: TOO_LARGE, MALFORMED, UNKNOWN_ALGORITHM.
    """
    if len(raw) > max_bytes:
        raise HandoffRefusedError("移送包过大", "TOO_LARGE")
    try:
        whole = json.loads(raw)
        is_canonical = rfc8785.dumps(whole) == raw
    except (ValueError, RecursionError) as error:
        raise HandoffRefusedError("移送包不完整或不是规范的 JSON", "MALFORMED") from error
    if not is_canonical or not isinstance(whole, dict) or set(whole) != _PARTS:
        raise HandoffRefusedError("移送包不是规范的格式", "MALFORMED")
    if not isinstance(whole["body"], dict) or not isinstance(whole["key"], str):
        raise HandoffRefusedError("移送包缺少内容或密钥编号", "MALFORMED")
    if whole["algorithm"] != ALGORITHM:
        raise HandoffRefusedError("签名算法不受支持", "UNKNOWN_ALGORITHM")
    return Sealed(whole["body"], whole["key"], _signature(whole), sha256(raw).hexdigest())


def _signature(whole: dict[str, Any]) -> bytes:
    try:
        return base64.b64decode(whole["signature"], validate=True)
    except (binascii.Error, TypeError, ValueError) as error:
        raise HandoffRefusedError("签名不是规范的格式", "MALFORMED") from error


def check_signature(sealed: Sealed, public_key: bytes) -> None:
    """Raise HandoffRefusedError BAD_SIGNATURE unless the key signed exactly this body."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(
            sealed.signature, rfc8785.dumps(sealed.body)
        )
    except (InvalidSignature, ValueError) as error:
        raise HandoffRefusedError("签名与内容不符，内容可能被改动", "BAD_SIGNATURE") from error


def files_of(envelope: Sealed) -> list[dict[str, str]]:
    """Return the files an envelope lists. Raises HandoffRefusedError MALFORMED."""
    entries = field_of(envelope, "manifest", list)
    try:
        files = [e for e in entries if e["kind"] == "file"]
        return [{"name": str(e["name"]), "sha256": str(e["sha256"])} for e in files]
    except (KeyError, TypeError) as error:
        raise HandoffRefusedError("移送清单的格式不对", "MALFORMED") from error


def field_of(sealed: Sealed, name: str, read: Callable[[Any], Any]) -> Any:
    """Return one field of the body, read into its type. Raises HandoffRefusedError MALFORMED."""
    try:
        return read(sealed.body[name])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise HandoffRefusedError(f"移送包缺少“{name}”或其格式不对", "MALFORMED") from error
