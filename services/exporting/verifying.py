"""Checks the package of a case offline: no database, no network. Says what was checked."""

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Any, BinaryIO
from uuid import UUID
from zipfile import BadZipFile, ZipFile

from lxml.etree import LxmlError
from yaml import YAMLError

from services import audit
from services.audit import canonical_hash
from services.checkpoints.records import BadRecordError, check_proof
from services.db.models import AuditEntry
from services.errors import HandoffRefusedError
from services.exporting.packing import FORMAT, KEYS, MANIFEST
from services.handoffs import verifying as handoffs
from services.handoffs.sealed import Sealed, check_signature, take_apart
from workflows.bundles import Bundle

MAX_MEMBERS = 20_000
MAX_BYTES = 20_000_000_000
_DAMAGED = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)
_MALFORMED = (
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    IndexError,
    RecursionError,
    YAMLError,
    LxmlError,
)

Keys = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing checked: what, how much of it, and what is wrong, as Chinese sentences."""

    what: str
    count: int
    problems: tuple[str, ...]


def checks(source: BinaryIO, trusted: Keys | None = None) -> list[Check]:
    """Check a package. ``trusted`` are public keys by id; else those inside, which prove less."""
    found: list[Check] = []
    try:
        with ZipFile(source) as package:
            for check in _all(package, trusted):
                found.append(check)  # noqa: PERF402 - what was checked before a failure counts
    except _DAMAGED as error:
        found.append(Check("压缩包", 1, (f"压缩包已损坏或被改动：{error}",)))
    except _MALFORMED as error:
        found.append(Check("格式", 1, (f"内容的格式不对：{error}",)))
    return found


def _all(package: ZipFile, trusted: Keys | None) -> Iterator[Check]:
    names = [info.filename for info in package.infolist()]
    size = sum(info.file_size for info in package.infolist())
    if len(names) > MAX_MEMBERS or size > MAX_BYTES:
        yield Check("压缩包", len(names), ("文件过多或过大",))
        return
    raw = package.read(MANIFEST)
    sealed = _opened(raw)
    manifest = sealed.body if isinstance(sealed, Sealed) else json.loads(raw)
    yield Check("清单签名", 1, tuple(_signature(package, sealed, trusted)))
    if manifest.get("format") != FORMAT:
        yield Check("清单格式", 1, (f"不是 {FORMAT}",))
        return
    yield Check("文件校验值", len(names) - 1, tuple(_hashes(package, names, manifest["files"])))
    yield from _contents(package, manifest, trusted)


def _contents(
    package: ZipFile, manifest: Mapping[str, Any], trusted: Keys | None
) -> Iterator[Check]:
    decisions = _json(package, "decisions.json")
    if manifest["audit"] is not None:
        rows = _json(package, "audit.json")
        found = tuple(_chain(rows, decisions, manifest))
        yield Check("留痕链（逐条重算）", len(rows), found)
        proof = _json(package, "checkpoint.json")
        yield Check("检查点", int(proof is not None), tuple(_checkpoint(rows, proof, manifest)))
    yield Check("办理意见", len(decisions), tuple(_answers(decisions)))
    limits = _json(package, "deadlines.json")
    yield Check("期限台账（逐日重数）", len(limits), tuple(_ledgers(limits)))
    papers = _json(package, "documents.json")
    yield Check("文书", len(papers), tuple(_papers(papers)))
    yield Check("附件", len(_json(package, "attachments.json")), tuple(_attachments(package)))
    pairs = [n for n in package.namelist() if n.startswith("handoffs/")]
    keys = trusted if trusted is not None else _own_keys(package)
    problems = [p for n in pairs for p in _handoff(_json(package, n), keys)]
    yield Check("移送与回执的签名", len(pairs), tuple(problems))
    yield Check("流程包", 1, tuple(_bundle(package, manifest)))


def _json(package: ZipFile, name: str) -> Any:
    return json.loads(package.read(name))


def _own_keys(package: ZipFile) -> Keys:
    return {row["id"]: row for row in _json(package, KEYS)}


def _opened(raw: bytes) -> Sealed | str:
    try:
        return take_apart(raw)
    except HandoffRefusedError as refusal:
        return refusal.message


def _signature(package: ZipFile, sealed: Sealed | str, trusted: Keys | None) -> Iterator[str]:
    if isinstance(sealed, str):
        yield f"清单没有机关的签名，或者已被改动（{sealed}）"
        return
    key = (trusted if trusted is not None else _own_keys(package)).get(sealed.key)
    if key is None:
        yield f"签名密钥 {sealed.key} 不在可信密钥之列"
        return
    public = bytes.fromhex(key["public_key"])
    if sealed.key != sha256(public).hexdigest()[: len(sealed.key)] or len(sealed.key) != 32:  # noqa: PLR2004
        yield "密钥编号与公钥不符"
    try:
        check_signature(sealed, public)
    except HandoffRefusedError as refusal:
        yield refusal.message


def _hashes(package: ZipFile, names: list[str], listed: Mapping[str, str]) -> Iterator[str]:
    present = [name for name in names if name != MANIFEST]
    yield from (f"多出文件 {name}" for name in sorted(set(present) - set(listed)))
    yield from (f"缺少文件 {name}" for name in sorted(set(listed) - set(present)))
    if len(present) != len(set(present)):
        yield "有重名的文件"
    for name in sorted(set(present) & set(listed)):
        digest = sha256()
        try:
            with package.open(name) as member:
                while chunk := member.read(1 << 20):
                    digest.update(chunk)
        except _DAMAGED:
            yield f"{name} 已损坏"
            continue
        if digest.hexdigest() != listed[name]:
            yield f"{name} 与清单的校验值不符"


def _chain(
    rows: list[dict[str, Any]], decisions: list[dict[str, Any]], manifest: Mapping[str, Any]
) -> Iterator[str]:
    case_id = UUID(manifest["case"]["id"])
    entries = [_entry(row) for row in rows]
    finding = audit.verify_case(entries, case_id)
    if finding is not None:
        yield f"第 {finding.seq} 条：{finding.problem}"
    last = entries[-1] if entries else None
    if last is None or last.seq != manifest["audit"]["seq"]:
        yield "末尾的条目被删去"
    elif last.hash.hex() != manifest["audit"]["head"]:
        yield "末尾的条目与清单所记不符"
    sealed = {e.payload["answers"] for e in entries if e.what == audit.TASK_COMPLETED and e.payload}
    yield from (
        f"办理意见“{d['name']}”不在留痕链中" for d in decisions if d["answers_sha256"] not in sealed
    )


def _entry(row: Mapping[str, Any]) -> AuditEntry:
    hexes = ("payload_sha256", "prev_hash", "hash")
    return AuditEntry(
        case_id=UUID(row["case_id"]),
        seq=row["seq"],
        at=datetime.fromisoformat(row["at"]),
        actor=row["actor"],
        party_id=UUID(row["party_id"]) if row["party_id"] else None,
        what=row["what"],
        payload=row["payload"],
        salt=bytes.fromhex(row["salt"]) if row["salt"] is not None else None,
        **{name: bytes.fromhex(row[name]) for name in hexes},
    )


def _checkpoint(
    rows: list[dict[str, Any]], proof: Mapping[str, Any] | None, manifest: Mapping[str, Any]
) -> Iterator[str]:
    """Check that a signed root covers the chain as it is here, as far as the checkpoint reaches."""
    if proof is None:
        return
    try:
        check_proof(UUID(manifest["case"]["id"]), proof)
    except BadRecordError as error:
        yield str(error)
        return
    if {row["seq"]: row["hash"] for row in rows}.get(proof["seq"]) != proof["head"]:
        yield f"第 {proof['seq']} 条与检查点所记不符"


def _answers(decisions: list[dict[str, Any]]) -> Iterator[str]:
    for row in decisions:
        shown = row["answers"]
        if shown is not None and canonical_hash(shown).hex() != row["answers_sha256"]:
            yield f"“{row['name']}”的内容与摘要不符"


def _ledgers(limits: list[dict[str, Any]]) -> Iterator[str]:
    for row in limits:
        days = [date.fromisoformat(day) for day, _kind, _reason in row["ledger"]]
        counted = [day for day, kind, _reason in row["ledger"] if kind == "counted"]
        name = row["activity_code"] or row["node_id"]
        if any(later - earlier != timedelta(days=1) for earlier, later in pairwise(days)):
            yield f"期限 {name} 的台账日期不连续"
        if row["unit"] == "working_days" and len(counted) != row["amount"]:
            yield f"期限 {name} 应为 {row['amount']} 个工作日，台账数得 {len(counted)} 个"


def _papers(papers: list[dict[str, Any]]) -> Iterator[str]:
    for row in papers:
        if canonical_hash(row["content"]).hex() != row["content_sha256"]:
            yield f"文书“{row['name']}”的内容与出具时的摘要不符"


def _attachments(package: ZipFile) -> Iterator[str]:
    for row in _json(package, "attachments.json"):
        if row["path"] != f"attachments/{row['sha256']}" or row["path"] not in package.namelist():
            yield f"附件“{row['name']}”不在包内"


def _handoff(pair: Mapping[str, Any], keys: Keys) -> Iterator[str]:
    yield from (p for p in handoffs.problems(pair, keys) if not p.startswith("没有回执"))


def _bundle(package: ZipFile, manifest: Mapping[str, Any]) -> Iterator[str]:
    names = [name for name in package.namelist() if name.startswith("bundle/")]
    files = {name.removeprefix("bundle/"): package.read(name) for name in names}
    if Bundle(manifest["bundle"]["procedure"], files).hash != manifest["bundle"]["hash"]:
        yield "图、表、表单与办件所用的流程包版本不符"


def summary(source: BinaryIO) -> dict[str, Any]:
    """Return what the package says it is; empty where it cannot be read."""
    try:
        with ZipFile(source) as package:
            raw = json.loads(package.read(MANIFEST))
            body = raw.get("body", raw)
            views = {"official": "办理机关", "applicant": "申请单位"}
            return {
                "办件": body["case"]["number"],
                "范围": views[body["view"]],
                "未包含": "、".join(body["left_out"]) or "无",
                "导出时间": body["exported_at"],
            }
    except (*_DAMAGED, *_MALFORMED):
        return {}
