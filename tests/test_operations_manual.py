"""The manual for those who run it tells of every setting and figure that exists, and of no other."""

import re

from prometheus_client import REGISTRY

from api import metrics
from services.figures import Figures
from services.settings import ROOT, Settings

MANUAL = (ROOT / "docs" / "operations.md").read_text("utf-8")


def test_every_setting_has_its_row_and_every_row_its_setting():
    table = MANUAL.split("## Settings")[1].split("## What to watch")[0]
    told = set(re.findall(r"`(LIANCHENG_[A-Z_]+)`", table))

    assert told == Settings.variables()


def test_the_defaults_told_are_those_that_hold():
    rows = dict(re.findall(r"^\| `(LIANCHENG_[A-Z_]+)` \| `([^`]+)` \|", MANUAL, re.M))

    assert len(rows) > 10
    for variable, default in rows.items():
        if variable != "LIANCHENG_DATA_DIR":
            assert Settings.from_env({variable: default}) == Settings.from_env({}), variable


def test_every_figure_is_told_of():
    table = MANUAL.split("## What to watch")[1].split("## When")[0]
    told = set(re.findall(r"^\| `(liancheng_[a-z_]+)", table, re.M))
    nothing = Figures({}, 0.0, 0, 0.0)
    work = {family.name for family in metrics.figures_of(nothing)}
    answers = {f.name for f in REGISTRY.collect() if f.name.startswith("liancheng_")}

    assert told == work | answers | {"liancheng_database_up", "liancheng_clock_skew_seconds"}
