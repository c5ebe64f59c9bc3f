"""The record of a checkpoint: heads of chains, their Merkle root, the record before, a signature.

A record lists the cases and jurisdictions whose chains have changed since the record before;
replayed from the first, the records say what each chain's head was at any of them. One that lists
no jurisdiction is of the first format, as all were at first. Knows no database.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import rfc8785

from services.checkpoints import merkle
from services.errors import HandoffRefusedError
from services.handoffs.keys import KEY_ID_CHARACTERS
from services.handoffs.sealed import check_signature, seal, take_apart

FORMAT = "liancheng-checkpoint/1"
WITH_JURISDICTIONS = "liancheng-checkpoint/2"
MAX_LEAVES = 20_000  # of one record; more make a further one


@dataclass(frozen=True, slots=True, order=True)
class Head:
    """The last entry of a case's chain: its number and its hash."""

    case_id: UUID
    seq: int
    hash: bytes

    def leaf(self) -> bytes:
        """Return the leaf's hash."""
        return merkle.leaf_hash(rfc8785.dumps([str(self.case_id), self.seq, self.hash.hex()]))


@dataclass(frozen=True, slots=True, order=True)
class JurisdictionHead:
    """The last act of a jurisdiction's chain. Its leaf has a part more than a case's."""

    jurisdiction: str
    seq: int
    hash: bytes

    def leaf(self) -> bytes:
        """Return the leaf's hash."""
        return merkle.leaf_hash(rfc8785.dumps(["jurisdiction", *self.listed()]))

    def listed(self) -> list[Any]:
        """Return it as a record lists it."""
        return [self.jurisdiction, self.seq, self.hash.hex()]


class BadRecordError(ValueError):
    """A record that is not what was signed; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record whose signature and root were checked. ``restored`` says what a backup undid."""

    number: int
    at: datetime
    previous: str
    heads: tuple[Head, ...]
    restored: Mapping[str, Any] | None
    sha256: str
    jurisdictions: tuple[JurisdictionHead, ...] = ()


def write(
    number: int,
    at: datetime,
    previous: str,
    heads: Iterable[Head],
    *,
    signer: tuple[str, bytes, bytes],
    restored: Mapping[str, Any] | None = None,
    jurisdictions: Iterable[JurisdictionHead] = (),
) -> bytes:
    """Return a record: a signed header with the root, and the heads it is the root of.

    ``signer``: key id, private seed and public key.
    """
    ordered, own = sorted(heads), sorted(jurisdictions)
    key_id, seed, public = signer
    header: dict[str, Any] = {
        "format": WITH_JURISDICTIONS if own else FORMAT,
        "number": number,
        "at": at.isoformat(),
        "previous": previous,
        "root": _root([*ordered, *own]),
        "size": len(ordered) + len(own),
        "public_key": public.hex(),
        "restored": dict(restored) if restored else None,
    }
    listed: Any = [[str(head.case_id), head.seq, head.hash.hex()] for head in ordered]
    signed = json.loads(seal(header, key_id, seed))
    also = {"jurisdictions": [head.listed() for head in own]} if own else {}
    return rfc8785.dumps({"header": signed, "heads": listed, **also})


def _root(heads: Sequence[Head | JurisdictionHead]) -> str:
    return merkle.root([head.leaf() for head in heads]).hex()


def read(raw: bytes, trusted: Collection[str] | None = None) -> Record:
    """Read a record and check signature and root. ``trusted``: the only public keys to accept.

    Raises BadRecordError.
    """
    with _as_bad_record():
        whole = json.loads(raw)
        if rfc8785.dumps(whole) != raw:
            raise BadRecordError("检查点不是规范的 JSON")
        header = read_header(whole["header"], trusted)
        heads = tuple(Head(UUID(c), int(seq), bytes.fromhex(h)) for c, seq, h in whole["heads"])
        own = _jurisdictions(whole, header)
        if (_root([*heads, *own]), len(heads) + len(own)) != (header["root"], header["size"]):
            raise BadRecordError("检查点的根与所列各链不符")
        return Record(
            number=int(header["number"]),
            at=datetime.fromisoformat(header["at"]),
            previous=header["previous"],
            heads=heads,
            restored=header["restored"],
            sha256=_sha256(whole["header"]),
            jurisdictions=own,
        )


def _jurisdictions(whole: Any, header: Mapping[str, Any]) -> tuple[JurisdictionHead, ...]:
    """Return the heads of jurisdictions; a record of the first format has no place for any."""
    if (header["format"] == FORMAT) == ("jurisdictions" in whole):
        raise BadRecordError("检查点所列与其格式不符")
    listed = whole.get("jurisdictions", ())
    return tuple(JurisdictionHead(str(j), int(seq), bytes.fromhex(h)) for j, seq, h in listed)


def read_header(signed: Any, trusted: Collection[str] | None = None) -> dict[str, Any]:
    """Check a signed header and return what it says. Raises BadRecordError."""
    with _as_bad_record():
        sealed = take_apart(rfc8785.dumps(signed))
        public = bytes.fromhex(sealed.body["public_key"])
        if trusted is not None and public.hex() not in {key.lower() for key in trusted}:
            raise BadRecordError("检查点不是由可信的密钥签名的")
        if sealed.key != sha256(public).hexdigest()[:KEY_ID_CHARACTERS]:
            raise BadRecordError("检查点的密钥编号与公钥不符")
        check_signature(sealed, public)
        if sealed.body["format"] not in (FORMAT, WITH_JURISDICTIONS):
            raise BadRecordError(f"不是 {FORMAT} 或 {WITH_JURISDICTIONS} 格式的检查点")
        return sealed.body


@contextmanager
def _as_bad_record() -> Iterator[None]:
    try:
        yield
    except BadRecordError:
        raise
    except HandoffRefusedError as refusal:
        raise BadRecordError("检查点不完整、被改动或签名不符") from refusal
    except (KeyError, TypeError, ValueError, IndexError, RecursionError) as error:
        raise BadRecordError("检查点的格式不对") from error


def _sha256(signed: Any) -> str:
    return sha256(rfc8785.dumps(signed)).hexdigest()


def sha256_of(raw: bytes) -> str:
    """Return the hash by which the next record names this one."""
    return _sha256(json.loads(raw)["header"])


def proof_of(raw: bytes, case_id: UUID) -> dict[str, Any] | None:
    """Return what proves, without the other cases, that a record lists a case's head.

    None where the record does not list it.
    """
    record = read(raw)
    place = next((i for i, head in enumerate(record.heads) if head.case_id == case_id), None)
    if place is None:
        return None
    head = record.heads[place]
    leaves = [each.leaf() for each in record.heads]
    leaves += [each.leaf() for each in record.jurisdictions]
    path = merkle.proof(leaves, place)
    return {
        "header": json.loads(raw)["header"],
        "seq": head.seq,
        "head": head.hash.hex(),
        "path": [[side, beside.hex()] for side, beside in path],
    }


def check_proof(
    case_id: UUID, given: Mapping[str, Any], trusted: Collection[str] | None = None
) -> dict[str, Any]:
    """Check that a proof leads from the case's head to a signed root; return the header.

    Raises BadRecordError.
    """
    with _as_bad_record():
        header = read_header(given["header"], trusted)
        head = Head(case_id, int(given["seq"]), bytes.fromhex(given["head"]))
        path = [(side, bytes.fromhex(beside)) for side, beside in given["path"]]
        if merkle.root_of_proof(head.leaf(), path).hex() != header["root"]:
            raise BadRecordError("留痕链的末条不在检查点的根之下")
        return header
