"""Tables as files: CSV and XLSX, row by row, with no cell that a spreadsheet would run as a formula."""

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django_tables2 import Table
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]*[=+\-@|\uff1d\uff0b\uff0d\uff20\u2212]")
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
LONGEST_CELL = 32_767


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def safe_cell(value: Any) -> Any:
    """A value as it may stand in a spreadsheet: numbers and dates as they are, text like a formula with a quote."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float | Decimal):
        return value
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
    if isinstance(value, date | time):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        value = ", ".join(str(one) for one in value)
    text = UNWRITABLE.sub("", str(value))[: LONGEST_CELL - 1]
    return f"'{text}" if FORMULA.match(text) else text


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """CSV line by line, with the mark by which spreadsheets know UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([safe_cell(value) for value in row])


def write_xlsx(rows: Iterable[Iterable[Any]], file: IO[bytes]) -> None:
    """One sheet, written as the rows come; text is always text, never a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append([_xlsx_cell(sheet, safe_cell(value)) for value in row])
    book.save(file)


def export_response(table: Table, file_format: str, filename: str) -> HttpResponseBase:
    """A table of django-tables2 as a download, `csv` or `xlsx`; columns with `exclude_from_export` are left out."""
    rows = table.as_values()
    if file_format == "csv":
        response: HttpResponseBase = StreamingHttpResponse(csv_lines(rows), content_type=CSV)
        response["Content-Disposition"] = f'attachment; filename="{filename}.csv"'
        return response
    if file_format == "xlsx":
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
        write_xlsx(rows, file)
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=f"{filename}.xlsx", content_type=XLSX)
    raise ValueError(f"Tables are exported as csv or xlsx, not as {file_format}.")


def _xlsx_cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value=value)
    cell.data_type = "s"
    return cell
