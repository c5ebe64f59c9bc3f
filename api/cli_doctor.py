"""liancheng doctor: whether this installation can work, and what to do where it cannot."""

import json
import os
import sys
from dataclasses import asdict

import click
from rich.markup import escape

from api.console import console, read_settings
from services.doctor import CHECKS, Finding, Patient, Status, examine

_SIGNS = {
    Status.OK: "[green]✓[/green]",
    Status.WARN: "[yellow]![/yellow]",
    Status.FAIL: "[red]✗[/red]",
}


@click.command()
@click.option("--only", multiple=True, type=click.Choice(list(CHECKS)), help="Only these checks.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor(only: tuple[str, ...], *, as_json: bool) -> None:
    """Check database, Redis, clocks, sweepers, checkpoints, folders, mail; exits 1 if something fails."""
    patient = Patient(read_settings(), os.environ)
    found: list[Finding] = []
    for finding in examine(patient, only):
        found.append(finding)
        if not as_json:
            _print(finding)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in found], ensure_ascii=False))
    sys.exit(1 if any(finding.status is Status.FAIL for finding in found) else 0)


def _print(finding: Finding) -> None:
    line = f"{_SIGNS[finding.status]} {finding.name:<11} {escape(finding.message)}"
    console.print(line, highlight=False, soft_wrap=True)
    if finding.advice:
        console.print(f"  → {finding.advice}", highlight=False, soft_wrap=True, markup=False)
