"""PDFs need a Chinese font: the one of the system, or the one that `make fonts` brings."""

import io
from pathlib import Path

import pypdf
import pytest

from services.documents import rendering
from services.errors import UnavailableError
from services.rendering import FontsMissingError, find_fonts, render_pdf

PAPER = {
    "title": "受理通知书",
    "number": None,
    "marks": [],
    "blocks": [{"kind": "addressee", "text": "甲"}],
}
PACKAGED = Path(__file__).parents[3] / "web/fonts/node_modules/@expo-google-fonts/noto-serif-sc"


def test_a_folder_without_a_font_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(FontsMissingError, match="fonts-noto-cjk.*LIANCHENG_FONTS_DIR"):
        find_fonts(tmp_path)


def test_a_missing_font_is_told_as_the_administrators_matter(sqlite_runtime, tmp_path, monkeypatch):
    def missing(_paper, _folder):
        raise FontsMissingError("没有找到中文字体")

    monkeypatch.setattr(rendering.rendering, "render_pdf", missing)
    with pytest.raises(UnavailableError, match="没有找到中文字体"):
        rendering.made(sqlite_runtime, PAPER, "pdf")


@pytest.mark.skipif(
    not PACKAGED.is_dir(), reason="`make fonts` brings this font, where the system has none"
)
def test_the_packaged_font_is_enough():
    page = pypdf.PdfReader(io.BytesIO(render_pdf(PAPER, PACKAGED))).pages[0]

    assert "受理通知书" in page.extract_text()
    assert any(
        "NotoSerifSC" in f.get_object()["/BaseFont"] for f in page["/Resources"]["/Font"].values()
    )
