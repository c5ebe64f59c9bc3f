"""The command line for backups: writing one, and restoring it into an empty installation."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from api.console import console, open_runtime
from services.backups import dumping, restoring
from services.backups.archive import BackupError, Step, open_archive
from workflows.errors import RetryableError

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def backup(file: Path, *, as_json: bool) -> None:
    """Write all rows and attachments to FILE while work goes on. Back up the keys apart."""
    with _told(as_json=as_json) as step:
        held = dumping.write(open_runtime(), file, step)
    _print(held, as_json=as_json, title="已备份")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", help="写出备份的系统的公钥（十六进制，见 liancheng audit key）")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def restore(file: Path, key: str | None, *, as_json: bool) -> None:
    """Fill an empty installation from FILE, of either database, and verify it."""
    with file.open("rb") as source, _told(as_json=as_json) as step:
        found = restoring.restore(open_runtime(), open_archive(source), step, key)
    _print(found, as_json=as_json, title="已恢复并核对")
    if found["held"] and not as_json:
        console.print(
            f"有 {found['held']} 封邮件在备份时尚未确认送出，已暂停发送并列入异常，"
            "请核对后选“重试”或“跳过”"
        )


@contextmanager
def _told(*, as_json: bool) -> Iterator[Step]:
    """Show progress, and turn what cannot be done into one sentence."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        disable=as_json,
    )
    tasks: dict[str, TaskID] = {}

    def step(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(what, total=total)
        bar.update(tasks[what], completed=done)

    try:
        with bar:
            yield step
    except (BackupError, RetryableError) as error:
        raise click.ClickException(str(error)) from error


def _print(found: dict[str, Any], *, as_json: bool, title: str) -> None:
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    console.print(f"{title}：办件 {found['cases']}，行 {found['rows']}，附件 {found['files']}")
