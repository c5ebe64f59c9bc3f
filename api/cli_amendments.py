"""liancheng impact: what a change in the law touches."""

import json
from pathlib import Path
from typing import Any

import click

from api.console import console, open_runtime, print_rows
from services import amendments
from services.db.engine import reading
from services.errors import DomainError, InvalidError


@click.command()
@click.argument("code")
@click.option("--clause", "clauses", multiple=True, help="A changed clause: its id or its article.")
@click.option(
    "--clauses",
    "proposed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A new version of clauses.yaml.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def impact(code: str, clauses: tuple[str, ...], proposed: Path | None, *, as_json: bool) -> None:
    """List what an amendment touches in jurisdiction CODE: nodes, rules, forms, papers, cases."""
    runtime = open_runtime()
    try:
        rows = None
        if proposed is not None:
            rows = amendments.read_clauses(proposed.read_text(encoding="utf-8"))
        with reading(runtime.sessions) as session:
            found = amendments.impact(session, runtime, code, clauses=clauses, proposed=rows)
    except DomainError as error:
        fields = error.fields if isinstance(error, InvalidError) else {}
        words = [text for texts in fields.values() for text in texts]
        raise click.ClickException("；".join([error.message, *words])) from error
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    _print(found)


def _print(found: dict[str, Any]) -> None:
    for title, key in (("修改的条款", "changes"), ("涉及的内容", "touched"), ("在办件", "cases")):
        if found[key]:
            print_rows(found[key], as_json=False, title=title)
        else:
            console.print(f"{title}：没有")
