"""Parties' signing keys: made when first needed, published, replaced, withdrawn."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_bytes
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.db.models import Party, PartyKey
from services.errors import HandoffRefusedError, InvalidError, NotFoundError
from services.gateways.keys import SEED_BYTES
from services.runtime import Runtime

KEY_ID_CHARACTERS = 32
CLOCK_SKEW = timedelta(minutes=5)  # between hosts that share a key


@dataclass(frozen=True, slots=True)
class Signer:
    """A party's present key with its private half."""

    key_id: str
    seed: bytes


def signer_of(session: Session, runtime: Runtime, party_id: UUID) -> Signer:
    """Return a party's present key; the first time one is made.

    Raises HandoffRefusedError NO_PRIVATE_KEY when its private half is not on this installation:
    another one signs for that party.
    """
    now = runtime.clock.now()
    row = session.scalars(
        select(PartyKey)
        .where(PartyKey.party_id == party_id, PartyKey.valid_to.is_(None))
        .order_by(PartyKey.valid_from.desc())
        .limit(1)
    ).first()
    row = row or make(session, runtime, party_id, now)
    seed = runtime.keys.seed(row.id)
    if seed is None:
        raise HandoffRefusedError("本系统没有该单位的签名私钥", "NO_PRIVATE_KEY")
    return Signer(row.id, seed)


def make(session: Session, runtime: Runtime, party_id: UUID, now: datetime) -> PartyKey:
    """Make a party a key. The private half is kept before the public one is recorded."""
    seed = token_bytes(SEED_BYTES)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    key_id = sha256(public).hexdigest()[:KEY_ID_CHARACTERS]
    runtime.keys.keep(key_id, seed)
    row = PartyKey(id=key_id, party_id=party_id, public_key=public, valid_from=now)
    session.add(row)
    session.flush()
    return row


def replace(session: Session, runtime: Runtime, party_id: UUID) -> PartyKey:
    """End a party's present keys now and make a new one."""
    now = runtime.clock.now()
    rows = session.scalars(
        select(PartyKey).where(PartyKey.party_id == party_id, PartyKey.valid_to.is_(None))
    )
    for row in rows:
        row.valid_to = now
    return make(session, runtime, party_id, now)


def trust(session: Session, rows: list[dict[str, Any]]) -> int:
    """Record the public keys that another installation publishes; how many are new.

    Rows as ``published`` gives them. A key known already only takes over its end; its private
    half stays where it is. Raises InvalidError for a row that is no key, NotFoundError for a party
    not known here.
    """
    return sum(_trusted(session, row) for row in rows)


def _trusted(session: Session, row: dict[str, Any]) -> bool:
    try:
        public, code = bytes.fromhex(row["public_key"]), str(row["party"])
        valid_from, ended = datetime.fromisoformat(row["valid_from"]), row.get("valid_to")
        valid_to = datetime.fromisoformat(ended) if ended else None
        is_own_id = row["id"] == sha256(public).hexdigest()[:KEY_ID_CHARACTERS]
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidError(f"不是公钥列表的格式：{error}") from error
    if not is_own_id:
        raise InvalidError(f"密钥编号 {row['id']} 与公钥不符")
    party = session.scalars(select(Party).where(Party.code == code)).first()
    if party is None:
        raise NotFoundError(f"没有代码为 {code} 的机关或单位")
    known = session.get(PartyKey, row["id"])
    if known is not None:
        known.valid_to = valid_to or known.valid_to
        return False
    times = {"valid_from": valid_from, "valid_to": valid_to}
    session.add(PartyKey(id=row["id"], party_id=party.id, public_key=public, **times))
    session.flush()
    return True


def public_key(session: Session, key_id: str, party_id: UUID, *instants: datetime) -> bytes:
    """Return a party's public key if it was valid at every instant.

    Raises HandoffRefusedError UNKNOWN_KEY or KEY_NOT_VALID.
    """
    row = session.get(PartyKey, key_id)
    if row is None or row.party_id != party_id:
        raise HandoffRefusedError("签名密钥不是该单位公布的密钥", "UNKNOWN_KEY")
    for at in instants:
        if at < row.valid_from - CLOCK_SKEW or (row.valid_to is not None and at > row.valid_to):
            raise HandoffRefusedError("签名密钥当时未生效或已停用", "KEY_NOT_VALID")
    return row.public_key


def published(session: Session, code: str | None = None) -> list[dict[str, Any]]:
    """Return the public keys of all parties, or of one. Raises NotFoundError."""
    query = select(PartyKey, Party).join(Party, Party.id == PartyKey.party_id)
    if code is not None:
        if session.scalars(select(Party.id).where(Party.code == code)).first() is None:
            raise NotFoundError("没有这个单位")
        query = query.where(Party.code == code)
    rows = session.execute(query.order_by(Party.code, PartyKey.valid_from))
    return [
        {
            "id": key.id,
            "party": party.code,
            "party_name": party.name,
            "public_key": key.public_key.hex(),
            "valid_from": key.valid_from.isoformat(),
            "valid_to": key.valid_to and key.valid_to.isoformat(),
        }
        for key, party in rows
    ]
