"""The budgets of one expression. No expression can exceed them, whoever wrote it."""

from typing import Final

MAX_SOURCE_CHARACTERS: Final = 10_000
MAX_DEPTH: Final = 100  # nesting of an expression, and of a value it builds or returns
MAX_CALL_DEPTH: Final = 300  # nesting of all expressions entered through function values
MAX_STEPS: Final = 100_000  # of one evaluation; one step is about one node evaluated
MAX_STRING_CHARACTERS: Final = 50_000  # of a string an expression makes
MAX_LIST_ITEMS: Final = 10_000  # of a list an expression makes
MAX_RESULT_VALUES: Final = 50_000  # scalars, lists and contexts in one result
MAX_RESULT_CHARACTERS: Final = 2_000_000  # of all strings and keys in one result
MAX_WARNINGS: Final = 100  # kept of one context; later ones are dropped
