"""Where the Chinese fonts for PDF are: the folder that is set, else where systems keep them.

``make fonts`` brings one from npm where the system has none.
"""

from functools import lru_cache
from pathlib import Path

import typst

FAMILIES = ("Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "Noto Sans CJK SC")
_ROOT = Path(__file__).resolve().parents[2]
_USUAL = (
    Path("/usr/share/fonts/opentype/noto"),
    Path("/usr/share/fonts/noto-cjk"),
    Path("/usr/share/fonts/google-noto-serif-cjk-fonts"),
    Path("/usr/local/share/fonts"),
    Path("/Library/Fonts"),
    _ROOT / "web" / "fonts" / "node_modules" / "@expo-google-fonts" / "noto-serif-sc",
)


class FontsMissingError(RuntimeError):
    """No Chinese font was found; the message says in Chinese what to install or set."""


@lru_cache(maxsize=8)
def find_fonts(given: Path | None) -> tuple[Path, str]:
    """Return the first folder with a Chinese serif family, and the family.

    Raises FontsMissingError: a PDF without the font would show empty boxes.
    """
    folders = [given] if given is not None else list(_USUAL)
    for folder in folders:
        if folder.is_dir() and (family := _family_in(folder)):
            return folder, family
    places = "、".join(str(folder) for folder in folders)
    raise FontsMissingError(
        f"没有找到中文字体（找过 {places}）。请安装 fonts-noto-cjk（apt-get install fonts-noto-cjk），"
        "或者运行 make fonts，或者用 LIANCHENG_FONTS_DIR 指明存放思源宋体（Noto Serif SC）的文件夹"
    )


def _family_in(folder: Path) -> str | None:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)]
    )
    known = set(fonts.families())
    return next((family for family in FAMILIES if family in known), None)
