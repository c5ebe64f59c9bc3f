"""Every function that an expression can call is explained to whoever writes one."""

from workflows import feel
from workflows.feel.builtins import BUILTINS


def test_every_function_is_explained_in_chinese_and_none_besides():
    assert feel.WORDS.keys() == BUILTINS.keys()
    assert all(words and not words.isascii() for words in feel.WORDS.values())


def test_functions_are_told_with_their_parameters():
    told = dict(feel.signatures())

    assert told["working days after"] == ("date", "n")
    assert told["today"] == ()
