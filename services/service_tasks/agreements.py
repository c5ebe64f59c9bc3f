"""The consortium agreement: freezing its text, and whether all have signed that text."""

from hashlib import sha256
from typing import Any

import rfc8785
from sqlalchemy import select

from services.db.models import File
from services.service_tasks.operation import Call


def freeze(call: Call, *, draft: dict[str, Any]) -> dict[str, Any]:
    """Hash the draft, attached files by content: any change of text gives another hash."""
    return {"draft_hash": content_hash(call, draft), "frozen_at": call.world.now.isoformat()}


def content_hash(call: Call, draft: dict[str, Any]) -> str:
    """Return the canonical hash of an object and of the case's files that it names."""
    ids = sorted(_file_ids(draft))
    rows = call.world.session.execute(
        select(File.id, File.sha256).where(File.case_id == call.world.case.id)
    )
    hashes = {str(file_id): digest for file_id, digest in rows}
    content = {k: v for k, v in draft.items() if k not in {"round", "by", "at"}}
    sealed: Any = [content, [[i, hashes.get(i)] for i in ids]]
    return sha256(rfc8785.dumps(sealed)).hexdigest()


def _file_ids(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set().union(*(_file_ids(v) for v in value.values())) if value else set()
    if isinstance(value, list):
        return set().union(*(_file_ids(v) for v in value)) if value else set()
    return {value} if isinstance(value, str) and len(value) == 36 else set()  # noqa: PLR2004


def validate(
    _call: Call,
    *,
    signers: list[dict[str, Any]],
    signatures: list[dict[str, Any]],
    draft_hash: str,
    allowed_capacities: list[str],
    require_seal: bool,
) -> dict[str, Any]:
    """Compare the declared units with those that signed this very text (C-INV-03).

    EFFECTIVE needs every declared unit: signed, in an allowed capacity, sealed if required, and
    the same draft hash. The agreement takes effect on the latest signing date.
    """
    by_unit = {entry["item"]["party_id"]: entry for entry in signatures if "action" in entry}
    refused = [e["item"]["unit_name"] for e in by_unit.values() if e["action"] == "refuse"]
    comments = [e["item"]["unit_name"] for e in by_unit.values() if e["action"] == "comment"]
    missing, invalid = [], []
    for signer in signers:
        entry = by_unit.get(signer["party_id"])
        if entry is None:
            missing.append(signer["unit_name"])
        elif entry["action"] == "sign":
            invalid += _defects(entry, draft_hash, allowed_capacities, require_seal=require_seal)
    dates = [e["signed_on"] for e in by_unit.values() if e.get("signed_on")]
    verdict = _verdict(refused, comments, missing, invalid)
    return {
        "verdict": verdict,
        "missing": missing,
        "invalid": invalid,
        "refused_by": refused,
        "comments_by": comments,
        "effective_date": max(dates) if verdict == "EFFECTIVE" and dates else None,
    }


def _verdict(
    refused: list[str], comments: list[str], missing: list[str], invalid: list[Any]
) -> str:
    if refused:
        return "REFUSED"
    if comments:
        return "REDRAFT"
    return "INCOMPLETE" if missing or invalid else "EFFECTIVE"


def _defects(
    entry: dict[str, Any], draft_hash: str, capacities: list[str], *, require_seal: bool
) -> list[dict[str, str]]:
    unit = entry["item"]["unit_name"]
    reasons = []
    if entry.get("draft_hash") not in (None, draft_hash):
        reasons.append("所签文本与现行文本不一致")
    if entry.get("capacity") not in capacities:
        reasons.append("签署人身份不符合要求")
    if require_seal and entry.get("sealed") is not True:
        reasons.append("未加盖公章")
    return [{"unit": unit, "reason": reason} for reason in reasons]
