"""Examples of a decision table tried as it is edited, by the evaluator that decides cases."""

from typing import Any

from services.errors import NotFoundError
from services.studio import names
from services.studio.checks import Material
from workflows import dmn
from workflows.bundles import bounds, examples_of
from workflows.bundles.bundle import PROCEDURE_FILE
from workflows.calendar import WorkingCalendar
from workflows.dmn import DecisionTable, Model, Tried

Row = dict[str, Any]
_NONE = b'{"examples": []}'


def tried(given: Material, path: str) -> Row:
    """Return what a table's decisions read and give, and what comes of each of its examples.

    Asks nothing of the database: what is typed now is given, saved or not. ``problem`` says why
    the table or the examples cannot be read. Raises NotFoundError.
    """
    data = given.bundle.files.get(path)
    if data is None or not path.startswith("dmn/"):
        raise NotFoundError(f"草稿里没有决策表“{path}”")
    beside = examples_of(path)
    found: Row = {"path": beside, "problem": "", "decisions": [], "results": []}
    try:
        model = dmn.parse(data)
        found["decisions"] = [_decision(given, model, name) for name in model.decisions]
        rows = dmn.read_examples(given.bundle.files.get(beside, _NONE))
    except dmn.DmnError as error:
        return found | {"problem": error.message_zh}
    except dmn.ExamplesError as error:
        return found | {"problem": str(error)}
    profile, calendar = _profile(given), WorkingCalendar()
    results = (dmn.try_example(model, each, profile, calendar) for each in rows)
    return found | {"results": [_result(each) for each in results]}


def _profile(given: Material) -> Row:
    """Return the parameters by key; of settings that cannot be read none."""
    try:
        settings = bounds.read_settings(given.bundle.files.get(PROCEDURE_FILE, b""))
        entries = settings["procedure"]["profile"].items()
        return {key: entry["value"] for key, entry in entries}
    except (bounds.SettingsError, LookupError, TypeError, AttributeError):
        return {}


def _decision(given: Material, model: Model, decision_id: str) -> Row:
    decision = model.decisions[decision_id]
    logic, read = decision.logic, dmn.read_by(model, decision_id)
    about = names.told(given, read)
    return {
        "id": decision_id,
        "name": decision.name,
        "reads": [{"name": name, "about": about[name] or read[name]} for name in read],
        "outputs": list(dmn.outputs_of(model, decision_id)),
        "gives_list": isinstance(logic, DecisionTable) and logic.gives_list,
    }


def _result(each: Tried) -> Row:
    return {
        "id": each.example.id,
        "is_met": each.is_met,
        "outputs": dict(each.outputs),
        "wrong": list(each.wrong),
        "rows": [
            {"decision": f.element_id, "name": f.name, "rule_id": f.rule_id, "row": f.row}
            for f in each.fired
        ],
        "problem": each.problem,
    }
