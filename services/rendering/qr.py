"""QR codes as SVG text."""

from io import BytesIO

import segno


def svg(text: str) -> str:
    """Return the QR code of a text as one SVG image, without scripts or styles."""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, border=2, scale=4, nl=False
    )
    return out.getvalue().decode()


def png(text: str) -> bytes:
    """Return the QR code of a text as a PNG image."""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", border=2, scale=6)
    return out.getvalue()
