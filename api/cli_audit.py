"""The command line for the audit chains: verifying them, and their checkpoints."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.progress import track

from api.console import console, open_runtime, print_rows
from services import audit as chains
from services import erasures, jurisdiction_audit
from services.checkpoints import jurisdictions, taking, verifying
from services.db.engine import reading, unit_of_work
from services.errors import DomainError
from services.gateways.anchors import AnchorStore, FolderAnchors
from services.runtime import Runtime
from workflows.errors import RetryableError


@click.group()
def audit() -> None:
    """The audit chains and their checkpoints."""


@audit.command("verify")
@click.option(
    "--checkpoints",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="检查点所在的文件夹；不给出则用本系统所设的库外位置",
)
@click.option("--key", "keys", multiple=True, help="可信的检查点公钥（十六进制），可多次给出")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def audit_verify(folder: Path | None, keys: tuple[str, ...], *, as_json: bool) -> None:
    """Check all chains of cases and jurisdictions, and the checkpoints; exits 1 if one is broken."""
    runtime = open_runtime()
    replayed = _replayed(FolderAnchors(folder) if folder else runtime.anchors, keys)
    cases, broken = 0, []
    with reading(runtime.sessions) as session:
        missing = verifying.missing_outside(session, replayed)
        for finding in track(chains.verify(session), "核对留痕链", disable=as_json):
            cases += 1
            broken += [finding] if finding else []
        broken += list(verifying.compare(session, replayed))
        lost = [found for found in jurisdiction_audit.verify(session) if found]
        lost += jurisdictions.compare(session, replayed)
    problems = replayed.problems + missing
    problems += [f"辖区 {b.jurisdiction} 的留痕链第 {b.seq} 条：{b.problem}" for b in lost]
    _report(cases, [_row(f) for f in broken], problems, replayed, as_json=as_json)
    sys.exit(1 if broken or problems else 0)


def _replayed(store: AnchorStore, keys: tuple[str, ...]) -> verifying.Replayed:
    try:
        return verifying.replay(store.records(), keys or None)
    except RetryableError as error:
        raise click.ClickException(f"读不到库外的检查点：{error}") from error


def _row(finding: chains.Finding) -> dict[str, Any]:
    return {"case": str(finding.case_id), "seq": finding.seq, "problem": finding.problem}


def _report(
    cases: int,
    broken: list[dict[str, Any]],
    problems: list[str],
    replayed: verifying.Replayed,
    *,
    as_json: bool,
) -> None:
    if as_json:
        found = {
            "cases": cases,
            "broken": broken,
            "checkpoints": replayed.count,
            "checkpoint_problems": problems,
            "remarks": replayed.remarks,
        }
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    console.print(f"核对 {cases} 个办件，{len(broken)} 处有问题；检查点 {replayed.count} 个")
    for sentence in [*replayed.remarks, *problems]:
        console.print(f"  {sentence}", markup=False)
    if broken:
        print_rows(broken, as_json=False, title="留痕链异常")


@audit.command("erase")
@click.argument("number")
@click.argument("seq", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="删除的理由和依据，写入留痕，不能再删除")
@click.option("--yes", is_flag=True, help="不再询问")
def audit_erase(number: str, seq: int, reason: str, *, yes: bool) -> None:
    """Erase the content of one entry of a case's record for good, where law wants it erased.

    NUMBER is the case's, SEQ the entry's. The chain stays whole and says that and why it was done.
    """
    runtime = open_runtime()
    try:
        if not yes:
            _ask(runtime, number, seq)
        with unit_of_work(runtime.sessions) as session:
            record = erasures.erase(session, runtime, number, seq, reason)
    except DomainError as refusal:
        raise click.ClickException(refusal.message) from refusal
    console.print(f"办件 {number} 第 {seq} 条留痕的内容已经删除，记入第 {record.seq} 条")


def _ask(runtime: Runtime, number: str, seq: int) -> None:
    """Show what would be erased; nothing is locked while somebody thinks."""
    with unit_of_work(runtime.sessions) as session:
        _case, entry = erasures.find(session, number, seq)
        shown = json.dumps(entry.payload, ensure_ascii=False, indent=2)
        console.print(f"{entry.at.isoformat()} {entry.what}\n{shown}", markup=False)
    click.confirm("删除后不能恢复，确定删除？", abort=True)


@audit.command("checkpoint")
def audit_checkpoint() -> None:
    """Take a checkpoint now instead of at the next time."""
    runtime = open_runtime()
    count = _taken(runtime)
    console.print(f"已签署 {count} 个检查点" if count else "上个检查点以来没有变化")


def _taken(runtime: Runtime) -> int:
    try:
        return taking.take(runtime)
    except RetryableError as error:
        raise click.ClickException(f"检查点已签署，但未能存到库外，稍后会重试：{error}") from error


@audit.command("key")
def audit_key() -> None:
    """Print the public key by which the checkpoints are checked; keep it elsewhere."""
    click.echo(taking.public_key(open_runtime()))
