"""What can be wrong with a decision model, or with one of its decisions at run time."""


class DmnError(Exception):
    """A model is refused, or a decision has no lawful answer.

    ``element_id`` is the XML element to look at; ``rule_ids`` are the rules that collide,
    when it is about them. ``message_zh`` is what a process owner reads.
    """

    def __init__(
        self,
        message: str,
        message_zh: str,
        element_id: str = "",
        rule_ids: tuple[str, ...] = (),
    ) -> None:
        super().__init__(f"{element_id}: {message}" if element_id else message)
        self.message = message
        self.message_zh = message_zh
        self.element_id = element_id
        self.rule_ids = rule_ids
