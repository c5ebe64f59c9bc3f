"""Files for spreadsheets: nothing in them is taken for a formula, Chinese stays readable."""

import csv
import io

import openpyxl
import pytest

from services.workbench.exports import Table, to_csv, to_xlsx

EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("text", EVIL)
def test_a_text_that_looks_like_a_formula_stays_a_text(text):
    table = Table("待办", ["标题"], [[text]])

    [_head, [cell]] = csv.reader(io.StringIO(to_csv(table).decode("utf-8-sig"), newline=""))
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx([table]))).worksheets[0]

    assert cell == f"'{text}"
    assert sheet["A2"].data_type == "s"


def test_numbers_stay_numbers_and_chinese_stays_chinese():
    table = Table("统计/表", ["件数", "名称"], [[-3, "两江新区"], [None, True]])

    text = to_csv(table)
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx([table, table]))).worksheets[1]

    assert text.startswith("\ufeff".encode())
    assert '"-3","两江新区"' in text.decode()
    assert (sheet["A2"].value, sheet["B2"].value, sheet["B3"].value) == (-3, "两江新区", "是")
