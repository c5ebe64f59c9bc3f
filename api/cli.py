"""The command line: liancheng serve, worker, migrate, load, demo, check, play, audit."""

import json
import os
import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import click
from rich.progress import track

from api.cli_amendments import impact
from api.cli_audit import audit
from api.cli_backups import backup, restore
from api.cli_cases import case
from api.cli_doctor import doctor
from api.cli_handoffs import handoff
from api.console import console, open_runtime, print_rows, read_settings
from services import cases, checking, deadlines, loading, logs, memory, parties
from services.db import migrate as migrations
from services.db.engine import unit_of_work
from services.runtime import Runtime
from services.settings import Settings


@click.group()
def main() -> None:
    """Liancheng 联程: government procedures run straight from their BPMN diagrams."""
    memory.collect_seldom()


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    runtime = open_runtime()
    migrations.upgrade(_engine(runtime))
    console.print(f"数据库已是最新版本 {migrations.head()}")


def _engine(runtime: Runtime) -> Any:
    return runtime.sessions.kw["bind"]


@main.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def load(*, as_json: bool) -> None:
    """Load every jurisdiction from disk; what is loaded already makes no new version."""
    runtime = open_runtime()
    rows: list[dict[str, Any]] = []
    for jurisdiction in track(
        list(runtime.library.jurisdictions.values()), "加载辖区", disable=as_json
    ):
        with unit_of_work(runtime.sessions) as session:
            rows += [
                {
                    "procedure": loaded.procedure_id,
                    "version": loaded.version,
                    "hash": loaded.bundle_hash,
                    "new": loaded.is_new,
                }
                for loaded in loading.load_jurisdiction(session, runtime, jurisdiction)
            ]
    print_rows(rows, as_json=as_json, title="办理事项")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def demo(*, as_json: bool) -> None:
    """Load sample agencies, units and people, and print their accounts."""
    runtime = open_runtime()
    with unit_of_work(runtime.sessions) as session:
        rows = loading.load_demo(session, runtime)
    print_rows(rows, as_json=as_json, title="演示账号")
    if not as_json:
        console.print(f"密码一律为 [bold]{loading.DEMO_PASSWORD}[/bold]（仅供演示）")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1))
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1))
@click.option(
    "--sweeper/--no-sweeper",
    default=None,
    help="Run jobs in the server itself; by default only without Redis.",
)
@click.option(
    "--pin/--no-pin",
    default=None,
    help="Keep each process on one processor, as its threads share one lock; by default only with "
    "PostgreSQL, where it serves many.",
)
def serve(
    host: str, port: int, threads: int, processes: int, *, sweeper: bool | None, pin: bool | None
) -> None:
    """Serve the API and the web application."""
    settings = read_settings()
    if settings.is_sqlite and processes > 1:
        raise click.ClickException(
            "SQLite 只能由一个进程使用。请用 --processes 1，或改用 PostgreSQL"
        )
    # Read when the package of the metrics is imported; the server removes the folder.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = mkdtemp(prefix="liancheng-metrics-")
    from api.server import run  # noqa: PLC0415 - gunicorn only where it is needed

    run(
        settings,
        host=host,
        port=port,
        threads=threads,
        processes=processes,
        has_sweeper=settings.redis_url is None if sweeper is None else sweeper,
        is_pinned=not settings.is_sqlite if pin is None else pin,
    )


@main.command()
@click.option("--concurrency", default=2, show_default=True, type=click.IntRange(1))
def worker(concurrency: int) -> None:
    """Run jobs: called by the doorbell where there is Redis, and by looking now and then."""
    from services.background.worker import Worker  # noqa: PLC0415 - only where it is needed

    settings = read_settings()
    if settings.is_sqlite:
        raise click.ClickException("使用 SQLite 时任务由 serve 自己运行，不需要 worker")
    logs.configure()
    Worker(settings, concurrency).run()


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--url", help="A running server; without it, in process on a fresh database.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def play(paths: tuple[Path, ...], url: str | None, *, as_json: bool) -> None:
    """Play scenario files: whole cases, each step as the right person."""
    from api.playing import play_all  # noqa: PLC0415 - a command of its own

    results = play_all(paths, url, quiet=as_json)
    print_rows(results, as_json=as_json, title="情景")
    failed = [r for r in results if r["problem"]]
    for result in [] if as_json else failed:
        console.print(f"[red]✗[/red] {result['problem']}", highlight=False)
    sys.exit(1 if failed else 0)


@main.command()
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def check(paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Check procedures: structure, expressions, tables, soundness, law. Exits 1 on errors.

    PATHS are jurisdictions' folders, or the folder that holds them all. With --json each finding
    has its rule, severity, file, element_id, article, a Chinese and an English sentence, and the
    path of elements that leads there.
    """
    found: list[dict[str, Any]] = []
    for path in track(paths, "检查", disable=as_json):
        found += checking.check_folder(path, Settings.from_env(os.environ))
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    elif found:
        print_rows([_told(row) for row in found], as_json=False, title="检查结果")
    else:
        console.print("检查通过，没有问题")
    sys.exit(1 if any(row["severity"] == "error" for row in found) else 0)


def _told(row: dict[str, Any]) -> dict[str, str]:
    """Return a finding as people read it."""
    ways = " → ".join(row["path"]) or "；".join(row["example"])
    where = row["file"] + (f" · {row['element_id']}" if row["element_id"] else "")
    return {
        "级别": {"error": "错误", "warning": "警告", "info": "提示"}[row["severity"]],
        "事项": row["procedure"],
        "位置": where,
        "说明": row["message"] + (f"\n例：{ways}" if ways else ""),
        "条款": row["article"],
        "规则": row["rule"],
    }


@main.command()
@click.argument("code")
@click.argument("name")
@click.option("--uscc", help="统一社会信用代码")
def unit(code: str, name: str, uscc: str | None) -> None:
    """Register a unit (an applicant, a member, a third party) by its code."""
    runtime = open_runtime()
    with unit_of_work(runtime.sessions) as session:
        party = parties.register_unit(session, code=code, name=name, uscc=uscc)
        console.print(f"已登记单位 {party.code} {party.name}")


@main.command()
@click.argument("login")
@click.argument("name")
@click.option("--party", required=True, help="机关或单位的代码")
@click.option("--role", "roles", required=True, multiple=True, help="角色，可多次给出")
@click.option("--email")
@click.option("--phone", help="手机号，用于短信通知")
@click.password_option(help="不给出时提示输入")
def person(
    login: str,
    name: str,
    party: str,
    roles: tuple[str, ...],
    email: str | None,
    phone: str | None,
    password: str,
) -> None:
    """Add a person to an agency or unit, or give them further roles there."""
    runtime = open_runtime()
    with unit_of_work(runtime.sessions) as session:
        parties.add_person(
            session,
            login=login,
            name=name,
            party=party,
            roles=roles,
            email=email,
            phone=phone,
            password=password,
        )
    console.print(f"{name}（{login}）可以 {'、'.join(roles)} 的身份办理")


@main.command()
def recompute() -> None:
    """Compute the provisional limits of open cases anew, once a year's days off are known."""
    runtime = open_runtime()
    with unit_of_work(runtime.sessions) as session:
        wanted = deadlines.provisional_cases(session)
    for case_id in track(wanted, "重算期限"):
        with unit_of_work(runtime.sessions) as session:
            cases.recompute_deadlines(session, runtime, case_id=case_id)
    console.print(f"已重算 {len(wanted)} 个办件")


@main.command()
def openapi() -> None:
    """Print the API's OpenAPI document."""
    from api.app import create_app  # noqa: PLC0415 - the application only where it is needed
    from api.openapi import document  # noqa: PLC0415

    click.echo(document(create_app(open_runtime())), nl=False)


main.add_command(audit)
main.add_command(backup)
main.add_command(restore)
main.add_command(case)
main.add_command(doctor)
main.add_command(handoff)
main.add_command(impact)

if __name__ == "__main__":
    main()
