"""One printer for all tests of packets: reading style and fonts costs more than a test."""

from __future__ import annotations

import pytest

from realestate_os.packets.pdf import PdfPrinter
from realestate_os_tests.packets.memos import TEMPLATES


@pytest.fixture(scope="session")
def printer() -> PdfPrinter:
    return PdfPrinter(TEMPLATES)
