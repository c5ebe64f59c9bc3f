"""What every command of the command line shares: its output and the runtime."""

import json
import os
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from services.runtime import Runtime, make_runtime
from services.settings import Settings, SettingsError

console = Console()


def open_runtime() -> Runtime:
    """Open the runtime the environment asks for, or say what is wrong with it."""
    return make_runtime(read_settings())


def read_settings() -> Settings:
    """Read the settings from the environment, or say what is wrong with them."""
    try:
        return Settings.from_env(os.environ)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def print_rows(rows: list[dict[str, Any]], *, as_json: bool, title: str) -> None:
    """Print rows as a table for people, or as JSON for programs."""
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, default=str))
        return
    table = Table(title=title)
    for name in rows[0] if rows else ():
        table.add_column(name)
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    console.print(table)


def _cell(value: Any) -> str:
    return "、".join(value) if isinstance(value, list) else str(value)
