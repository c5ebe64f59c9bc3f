"""Checking an exported envelope and its receipt offline: no database, no network."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

import rfc8785

from services.errors import HandoffRefusedError
from services.handoffs.keys import CLOCK_SKEW, KEY_ID_CHARACTERS
from services.handoffs.sealed import (
    Sealed,
    check_signature,
    field_of,
    files_of,
    take_apart,
)
from services.handoffs.sending import ENVELOPE, RECEIPT


def problems(
    exported: Mapping[str, Any],
    trusted: Mapping[str, Mapping[str, Any]],
    files: Mapping[str, bytes] | None = None,
) -> Iterator[str]:
    """Yield what is wrong with an exported pair, as Chinese sentences; nothing if all is well.

    ``trusted`` are the public keys by id, as ``/public/keys`` lists them; those in the export
    are no proof by themselves. ``files`` are attachments by name, compared with the manifest.
    """
    envelope = _opened(exported.get("envelope"))
    if isinstance(envelope, str):
        yield f"移送包：{envelope}"
        return
    found = list(_signed("移送包", envelope, trusted, ENVELOPE, "sender"))
    yield from found or _files(envelope, files or {})
    if exported.get("receipt") is None:
        yield "没有回执：移送未经签收或退回"
        return
    receipt = _opened(exported["receipt"])
    if isinstance(receipt, str):
        yield f"回执：{receipt}"
        return
    yield from _signed("回执", receipt, trusted, RECEIPT, "receiver")
    yield from _belong_together(envelope, receipt)


def _opened(document: Any) -> Sealed | str:
    try:
        return take_apart(rfc8785.dumps(document))
    except HandoffRefusedError as refusal:
        return refusal.message
    except (ValueError, RecursionError):
        return "不是规范的 JSON"


def _signed(
    what: str, sealed: Sealed, trusted: Mapping[str, Any], wanted: str, signer: str
) -> Iterator[str]:
    if sealed.body.get("format") != wanted:
        yield f"{what}的格式不是 {wanted}"
        return
    key = trusted.get(sealed.key)
    if key is None:
        yield f"{what}的签名密钥 {sealed.key} 不在可信密钥之列"
        return
    try:
        check_signature(sealed, bytes.fromhex(key["public_key"]))
        signed_at = field_of(sealed, "signed_at", datetime.fromisoformat)
    except HandoffRefusedError as refusal:
        yield f"{what}：{refusal.message}"
        return
    if sealed.key != sha256(bytes.fromhex(key["public_key"])).hexdigest()[:KEY_ID_CHARACTERS]:
        yield f"{what}的密钥编号与公钥不符"
    if key["party"] != sealed.body.get(signer):
        yield f"{what}由 {key['party']} 的密钥签名，却自称 {sealed.body.get(signer)}"
    if not _was_valid(key, signed_at):
        yield f"{what}签名时密钥未生效或已停用"


def _was_valid(key: Mapping[str, Any], at: datetime) -> bool:
    ended = key.get("valid_to")
    if at < datetime.fromisoformat(key["valid_from"]) - CLOCK_SKEW:
        return False
    return ended is None or at <= datetime.fromisoformat(ended)


def _files(envelope: Sealed, files: Mapping[str, bytes]) -> Iterator[str]:
    listed = {e["name"]: e["sha256"] for e in files_of(envelope)}
    for name, data in files.items():
        if name not in listed:
            yield f"附件“{name}”不在移送清单上"
        elif sha256(data).hexdigest() != listed[name]:
            yield f"附件“{name}”与移送时不一致"


def _belong_together(envelope: Sealed, receipt: Sealed) -> Iterator[str]:
    if receipt.body.get("handoff") != envelope.body.get("id"):
        yield "回执所指的不是这份移送"
    if receipt.body.get("envelope_sha256") != envelope.sha256:
        yield "回执所指的移送包内容与这份不同"
    if receipt.body.get("receiver") != envelope.body.get("receiver"):
        yield "回执不是由收件方出具"


def summary(exported: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the pair says, for the person who checks it."""
    body = (exported.get("envelope") or {}).get("body") or {}
    answer = (exported.get("receipt") or {}).get("body") or {}
    return {
        "移送方": body.get("sender"),
        "接收方": body.get("receiver"),
        "序号": body.get("sequence"),
        "办件": (body.get("case") or {}).get("number"),
        "事由": body.get("subject"),
        "移送时间": body.get("created_at"),
        "答复": answer.get("status"),
        "答复时间": answer.get("answered_at"),
        "理由": answer.get("reason"),
    }


def read_keys(text: str) -> dict[str, dict[str, Any]]:
    """Read a list of public keys as ``/public/keys`` gives it. Raises ValueError."""
    rows = json.loads(text)
    if not isinstance(rows, list):
        raise ValueError("应为公钥列表")  # noqa: TRY004 - what the file says, not a caller's mistake
    return {row["id"]: row for row in rows}
