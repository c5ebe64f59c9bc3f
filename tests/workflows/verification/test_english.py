"""Every rule of the check has its sentence in English."""

import re
from pathlib import Path

import workflows.verification
from services import checking
from workflows.diagrams import reader
from workflows.dmn import analysis
from workflows.verification.english import SENTENCES, sentence

_RULE = re.compile(r'"([a-z]+\.[a-z]+(?:-[a-z]+)*)"')


def _rules() -> set[str]:
    folder = Path(workflows.verification.__file__).parent
    texts = [path.read_text("utf-8") for path in (*folder.rglob("*.py"), Path(checking.__file__))]
    named = {rule for text in texts for rule in _RULE.findall(text)}
    return {rule for rule in named if not rule.endswith((".yaml", ".json"))}


def test_no_rule_is_without_a_sentence():
    refusals = re.findall(r'_refuse\(\s*\w+, "([a-z-]+)"', Path(reader.__file__).read_text("utf-8"))
    tables = re.findall(r'_finding\(grid, "([a-z]+)"', Path(analysis.__file__).read_text("utf-8"))

    assert len(refusals) + len(tables) > 10  # noqa: PLR2004
    wanted = _rules() | {f"structure.{r}" for r in refusals} | {f"tables.{t}" for t in tables}
    assert wanted - SENTENCES.keys() == set()


def test_the_sentences_are_english_and_whole():
    for rule, text in SENTENCES.items():
        assert text.isascii(), rule
        assert text.endswith("."), rule
    assert sentence("new.rule") == "The rule new.rule is broken."
