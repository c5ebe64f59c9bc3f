"""The package of a case proves itself offline; a single bit turned anywhere is found."""

import io
import json
import zipfile
from hashlib import sha256

import pytest
import rfc8785
from click.testing import CliRunner
from sqlalchemy import select

from api.cli import main
from services import accounts
from services.checkpoints import taking
from services.db.engine import unit_of_work
from services.db.models import Person
from services.errors import NotAllowedError, NotFoundError
from services.exporting import packing, verifying
from services.handoffs import keys


def actor(runtime, login):
    with unit_of_work(runtime.sessions) as session:
        person = session.scalars(select(Person.id).where(Person.login == login)).one()
        return accounts.actor_of(session, person)


def packed(runtime, login, case_id):
    _name, file = packing.export(runtime, actor(runtime, login), case_id)
    with file:
        return file.read()


def members(data):
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def problems(data, trusted=None):
    found = verifying.checks(io.BytesIO(data), trusted)
    return [p for check in found for p in check.problems]


def rewritten(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in files.items():
            package.writestr(name, data)
    return out.getvalue()


def test_an_officials_package_passes_every_check(runtime, played):
    case_id = played(runtime, "liangjiang/approval")
    data = packed(runtime, "lj-reviewer", case_id)

    checks = {c.what: c for c in verifying.checks(io.BytesIO(data))}
    assert problems(data) == []
    assert checks["留痕链（逐条重算）"].count > 30
    assert checks["文书"].count == 5
    assert checks["移送与回执的签名"].count >= 2
    assert checks["附件"].count > 5
    files = members(data)
    assert "bundle/bpmn/liangjiang/application.bpmn" in files
    assert "document.json" in files
    assert data == packed(runtime, "lj-reviewer", case_id)
    with unit_of_work(runtime.sessions) as session:
        trusted = {row["id"]: row for row in keys.published(session)}
    assert problems(data, trusted) == []
    assert problems(data, {}) != []


def test_a_package_proves_that_a_checkpoint_lists_its_chain(sqlite_runtime, played):
    case_id = played(sqlite_runtime, "liangjiang/approval")
    taking.take(sqlite_runtime)
    data = packed(sqlite_runtime, "lj-reviewer", case_id)
    files = members(data)
    assert {c.what: c for c in verifying.checks(io.BytesIO(data))}["检查点"].count == 1
    assert problems(data) == []

    proof = json.loads(files["checkpoint.json"])
    for changed in (
        proof | {"head": "00" * 32},
        proof | {"seq": proof["seq"] - 1},
        proof | {"path": [["left", "00" * 32]]},
        proof | {"header": proof["header"] | {"signature": "AAAA"}},
    ):
        signed_again = rewritten(files | {"checkpoint.json": json.dumps(changed).encode()})
        assert len(problems(signed_again)) >= 2  # the manifest's hash, and the checkpoint itself


def test_a_bit_turned_in_any_member_is_found(sqlite_runtime, played):
    case_id = played(sqlite_runtime, "liangjiang/objection_dismissed")
    files = members(packed(sqlite_runtime, "lj-reviewer", case_id))
    assert {"objections.json", "deliveries.json"} <= set(files)

    bundle = [name for name in files if name.startswith("bundle/")]
    few = {name.rsplit(".", 1)[-1]: name for name in bundle}.values()
    for name in (set(files) - set(bundle)) | set(few):
        data = files[name]
        turned = bytearray(data)
        turned[len(turned) // 2] ^= 1
        found = problems(rewritten({**files, name: bytes(turned)}))
        assert found, name


def test_a_member_missing_or_added_is_found(sqlite_runtime, played):
    case_id = played(sqlite_runtime, "liangjiang/not_accepted")
    files = members(packed(sqlite_runtime, "lj-clerk", case_id))

    without = {name: data for name, data in files.items() if name != "waivers.json"}
    assert problems(rewritten(without)) != []
    assert problems(rewritten({**files, "note.txt": b"x"})) == ["多出文件 note.txt"]


def test_a_bit_turned_in_the_archive_itself_is_found(sqlite_runtime, played):
    data = packed(sqlite_runtime, "lj-clerk", played(sqlite_runtime, "liangjiang/not_accepted"))

    for place in range(40, len(data), len(data) // 25):
        turned = bytearray(data)
        turned[place] ^= 1
        assert problems(bytes(turned)) or members_equal(data, bytes(turned)), place


def members_equal(data, turned):
    """A bit that changes neither name nor content of any member, such as a time, is no deviation."""
    try:
        return members(data) == members(turned)
    except Exception:
        return False


def test_a_chain_made_anew_without_the_key_is_found(sqlite_runtime, played):
    case_id = played(sqlite_runtime, "liangjiang/not_accepted")
    files = members(packed(sqlite_runtime, "lj-clerk", case_id))
    manifest = json.loads(files["manifest.json"])
    rows = json.loads(files["audit.json"])[:-1]
    files["audit.json"] = json.dumps(rows).encode()
    manifest["body"]["files"]["audit.json"] = sha256(files["audit.json"]).hexdigest()
    files["manifest.json"] = rfc8785.dumps(manifest)
    found = problems(rewritten(files))
    assert any("签名" in p for p in found)
    assert any("末尾" in p for p in found)


def test_an_applicants_package_says_what_it_leaves_out(sqlite_runtime, played):
    case_id = played(sqlite_runtime, "liangjiang/objection_dismissed")
    data = packed(sqlite_runtime, "lead-op", case_id)
    files = members(data)

    assert problems(data) == []
    manifest = json.loads(files["manifest.json"])["body"]
    assert manifest["view"] == "applicant"
    assert manifest["audit"] is None
    assert "异议材料" in manifest["left_out"]
    assert {"audit.json", "objections.json", "document.json", "deliveries.json"} & set(
        files
    ) == set()
    decisions = json.loads(files["decisions.json"])
    assert any(d["answers"] is None for d in decisions)
    assert all(d["person"] in {"专家"} for d in decisions if d["role"] == "expert")


def test_who_does_not_hold_the_case_gets_no_package(sqlite_runtime, played):
    case_id = played(sqlite_runtime, "liangjiang/approval")

    with pytest.raises(NotFoundError):
        packed(sqlite_runtime, "lg-reviewer", case_id)
    with pytest.raises((NotAllowedError, NotFoundError)):
        packed(sqlite_runtime, "expert1", case_id)


def test_the_command_tells_what_it_checked_and_fails_on_a_deviation(
    sqlite_runtime, played, tmp_path
):
    data = packed(sqlite_runtime, "lj-clerk", played(sqlite_runtime, "liangjiang/not_accepted"))
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    good.write_bytes(data)
    files = members(data)
    bad.write_bytes(rewritten({**files, "case.json": files["case.json"] + b" "}))

    passed = CliRunner().invoke(main, ["case", "verify", str(good)])
    failed = CliRunner().invoke(main, ["case", "verify", str(bad)])
    assert passed.exit_code == 0, passed.output
    assert "留痕链（逐条重算）" in passed.output
    assert "核对通过" in passed.output
    assert failed.exit_code == 1
    assert "case.json 与清单的校验值不符" in failed.output
