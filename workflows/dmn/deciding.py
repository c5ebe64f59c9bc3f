"""One evaluation of a model: a budget that all its parts share, and which rules took part."""

from workflows.dmn.model import DecisionTable, Fired
from workflows.feel import Context, Run

MAX_FIRED = 1000


class Deciding(Run):
    """A run that remembers the rules that fired. ``owner`` is the decision or knowledge at work."""

    __slots__ = ("fired", "owner")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.fired: list[Fired] = []
        self.owner: tuple[str, str] = ("", "")

    def note(self, table: DecisionTable, rule_ids: tuple[str, ...]) -> None:
        """Remember the rules of a table that made its result, at most 1000 in all."""
        if len(self.fired) < MAX_FIRED:
            rows = {rule.id: rule.number for rule in table.rules}
            self.fired += [Fired(*self.owner, rule_id, rows[rule_id]) for rule_id in rule_ids]
