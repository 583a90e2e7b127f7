"""Reads a table with somebody else's reader and prints its cells as JSON: a list of rows, the header first.

A cell is null or a list of its kind and its value: text, number, yes, or a moment and a length in milliseconds. Usage:
read_table.py xlsx|parquet FILE
"""

import datetime
import json
import sys


def of_workbook(cell):
    """A cell as openpyxl has it."""
    if cell is None:
        return None
    if isinstance(cell, bool):
        return ["yes", cell]
    if isinstance(cell, (int, float)):
        return ["number", cell]
    if isinstance(cell, datetime.datetime):
        epoch = datetime.datetime(1970, 1, 1)
        return ["moment", (cell - epoch) / datetime.timedelta(milliseconds=1)]
    if isinstance(cell, datetime.timedelta):
        return ["length", cell / datetime.timedelta(milliseconds=1)]
    if isinstance(cell, datetime.time):
        length = datetime.timedelta(
            hours=cell.hour, minutes=cell.minute, seconds=cell.second, microseconds=cell.microsecond
        )
        return ["length", length / datetime.timedelta(milliseconds=1)]
    # Office Open XML writes `_x0041_` for what cannot stand in XML, and openpyxl leaves it like that.
    from openpyxl.utils.escape import unescape

    return ["text", unescape(str(cell))]


def workbook(path):
    import openpyxl

    rows = []
    for sheet in openpyxl.load_workbook(path, read_only=True).worksheets:
        for row in sheet.iter_rows(values_only=True):
            rows.append([of_workbook(cell) for cell in row])
    return rows


def parquet(path):
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path)
    columns = []
    for column in table.columns:
        kind = "number"
        if pyarrow.types.is_timestamp(column.type):
            if column.type.unit != "ms" or column.type.tz != "UTC":
                raise SystemExit(f"a moment in {column.type}")
            column, kind = column.cast(pyarrow.int64()), "moment"
        elif pyarrow.types.is_boolean(column.type):
            kind = "yes"
        elif pyarrow.types.is_string(column.type):
            kind = "text"
        columns.append([None if cell is None else [kind, cell] for cell in column.to_pylist()])
    header = [["text", name] for name in table.column_names]
    return [header, *(list(row) for row in zip(*columns))]


if __name__ == "__main__":
    read = {"xlsx": workbook, "parquet": parquet}[sys.argv[1]]
    json.dump(read(sys.argv[2]), sys.stdout)
