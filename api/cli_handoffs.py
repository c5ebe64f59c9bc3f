"""The command line for handoffs: checking an exported pair, and keys."""

import json
import sys
from pathlib import Path

import click

from api.console import console, open_runtime, print_rows
from services import parties
from services.db.engine import unit_of_work
from services.errors import DomainError
from services.handoffs import keys, verifying


@click.group()
def handoff() -> None:
    """Handoffs between agencies: their envelopes, receipts and keys."""


@handoff.command("verify")
@click.argument("exported", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("attachments", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--keys",
    "keys_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="可信公钥列表，即 /api/v1/public/keys 的内容；不给出则用导出文件自带的，只证明内容未被改动",
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def handoff_verify(
    exported: Path, attachments: tuple[Path, ...], keys_file: Path | None, *, as_json: bool
) -> None:
    """Check an exported envelope and receipt offline; exits 1 if anything is wrong."""
    try:
        pair = json.loads(exported.read_text("utf-8"))
        listed = keys_file.read_text("utf-8") if keys_file else json.dumps(pair["keys"])
        trusted = verifying.read_keys(listed)
    except (ValueError, KeyError, TypeError) as error:
        raise click.ClickException(f"读不懂导出文件或公钥列表：{error}") from error
    files = {path.name: path.read_bytes() for path in attachments}
    found = list(verifying.problems(pair, trusted, files))
    if as_json:
        click.echo(json.dumps({"problems": found}, ensure_ascii=False))
    else:
        print_rows([verifying.summary(pair)], as_json=False, title="移送与回执")
        for sentence in found:
            console.print(f"[red]✗[/red] {sentence}")
        if not found:
            source = "所给公钥" if keys_file else "导出文件自带的公钥"
            console.print(f"核对通过（按{source}）")
    sys.exit(1 if found else 0)


@handoff.command("trust")
@click.argument("keys_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def handoff_trust(keys_file: Path) -> None:
    """Record the public keys of another installation, as its /api/v1/public/keys lists them."""
    runtime = open_runtime()
    try:
        rows = list(verifying.read_keys(keys_file.read_text("utf-8")).values())
        with unit_of_work(runtime.sessions) as session:
            new = keys.trust(session, rows)
    except (ValueError, KeyError, TypeError) as error:
        raise click.ClickException(f"读不懂公钥列表：{error}") from error
    except DomainError as refusal:
        raise click.ClickException(refusal.message) from refusal
    console.print(f"新增 {new} 把可信公钥")


@handoff.command("keys")
@click.option("--party", help="机关或单位的代码")
@click.option("--replace", is_flag=True, help="停用现有密钥并换发新的，须同时给出 --party")
def handoff_keys(party: str | None, *, replace: bool) -> None:
    """List public keys; with --replace end a party's present keys and make a new one."""
    runtime = open_runtime()
    with unit_of_work(runtime.sessions) as session:
        if replace:
            if party is None:
                raise click.UsageError("换发密钥须用 --party 指明单位")
            keys.replace(session, runtime, parties.by_code(session, party).id)
        click.echo(json.dumps(keys.published(session, party), ensure_ascii=False, indent=1))
