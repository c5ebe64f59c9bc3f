"""Receiving an application: a receipt, and what can be checked without a person."""

from typing import Any

from services.numbers import next_number
from services.service_tasks.operation import Call


def receive(call: Call) -> dict[str, Any]:
    """Give the submission a receipt number and today's date."""
    world = call.world
    number = next_number(world.session, f"{world.case.number}-SJ{{seq:02d}}", world.today)
    return {"receipt_no": number, "received_on": world.today.isoformat()}


def check_materials(
    _call: Call, *, required: list[dict[str, Any]], provided: dict[str, Any]
) -> dict[str, Any]:
    """List the required materials that are not there.

    ``required`` rows: {code, text, article}; ``provided`` maps a code to files or true.
    """
    defects = [row for row in required if not provided.get(row["code"])]
    return {"defects": defects}
