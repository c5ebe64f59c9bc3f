"""The command line for cases: checking an exported package offline."""

import json
import sys
from pathlib import Path

import click

from api.console import console, print_rows
from services.exporting import verifying
from services.handoffs.verifying import read_keys


@click.group()
def case() -> None:
    """Cases: the packages exported of them."""


@case.command("verify")
@click.argument("package", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--keys",
    "keys_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="可信公钥列表，即 /api/v1/public/keys 的内容；不给出则用包内自带的，只证明内容未被改动",
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def case_verify(package: Path, keys_file: Path | None, *, as_json: bool) -> None:
    """Check the package of a case offline; exits 1 on any deviation."""
    try:
        trusted = read_keys(keys_file.read_text("utf-8")) if keys_file else None
    except (ValueError, KeyError, TypeError) as error:
        raise click.ClickException(f"读不懂公钥列表：{error}") from error
    with package.open("rb") as source:
        about = verifying.summary(source)
        found = verifying.checks(source, trusted)
    failed = any(check.problems for check in found)
    if as_json:
        rows = [{"check": c.what, "count": c.count, "problems": c.problems} for c in found]
        click.echo(json.dumps({"package": about, "checks": rows}, ensure_ascii=False))
    else:
        _print(about, found, has_keys=keys_file is not None)
    sys.exit(1 if failed else 0)


def _print(about: dict[str, str], found: list[verifying.Check], *, has_keys: bool) -> None:
    print_rows([about], as_json=False, title="办件包")
    for check in found:
        mark = "[red]✗[/red]" if check.problems else "[green]✓[/green]"
        console.print(f"{mark} {check.what}：{check.count} 项")
        for sentence in check.problems:
            console.print(f"    {sentence}", markup=False)
    if any(check.problems for check in found):
        console.print("核对未通过")
    else:
        console.print(f"核对通过（按{'所给' if has_keys else '包内自带的'}公钥）")
