# SPDX-License-Identifier: EUPL-1.2
"""The text of a PDF, by PDFium."""

from typing import BinaryIO

import pypdfium2
from pypdfium2 import raw

from loket.extraction.outcome import Limits, Text, Unreadable


def read_pdf(file: BinaryIO, text: Text, limits: Limits) -> int:  # noqa: ARG001
    """Reads page after page; answers how many there are."""
    try:
        document = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}
        raise Unreadable("beveiligd" if locked else "beschadigd") from None
    pages = len(document)
    if not pages:
        raise Unreadable("beschadigd")
    for number in range(pages):
        try:
            page = document[number]
            layer = page.get_textpage()
        except pypdfium2.PdfiumError:
            continue  # A page that does not load does not hide the others.
        text.add(layer.get_text_bounded())
        text.add("\n")
        layer.close()
        page.close()
    return pages
