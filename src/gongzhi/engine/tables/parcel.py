"""How a table travels from the child to the parent: Arrow files one behind the other in one memory file.

Each piece begins at a multiple of 64 bytes, so that the parent can use the mapped bytes as they are; a
million rows of twelve columns then arrive without a copy.
"""

from __future__ import annotations

import json
import mmap
import os
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from .model import Unreadable

_ALIGN = 64
ROW = "row"


@dataclass
class Piece:
    """A stretch of the memory file: where an Arrow file begins and ends, and how many rows it holds."""

    start: int
    end: int
    rows: int


@dataclass
class ParcelWriter:
    """Writes frames into the memory file `fd`."""

    fd: int
    pieces: list[Piece] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._file = open(self.fd, "wb", closefd=False)  # noqa: SIM115 - lives as long as the writer
        # One frame is written while the next one is read.
        self._hand = ThreadPoolExecutor(1)
        self._writing: Future[None] | None = None

    def add(self, frame: pl.DataFrame) -> None:
        """Append one frame."""
        self._wait()
        if frame.height:
            self._writing = self._hand.submit(self._write, frame)

    def _wait(self) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.result()

    def _write(self, frame: pl.DataFrame) -> None:
        self._file.write(b"\0" * (-self._file.tell() % _ALIGN))
        start = self._file.tell()
        try:
            frame.write_ipc(self._file, compression="uncompressed")
        except (OSError, pl.exceptions.PolarsError) as error:
            # Writing memory fails only at the limit set for it.
            raise Unreadable("too_big") from error
        self.pieces.append(Piece(start, self._file.tell(), frame.height))

    def take(self) -> list[list[int]]:
        """The pieces written since the last call."""
        self._wait()
        pieces, self.pieces = self.pieces, []
        return [[p.start, p.end, p.rows] for p in pieces]

    def rewind(self) -> None:
        """Forget what was written since the last `take` (a second attempt starts over)."""
        self._wait()
        start = self.pieces[0].start if self.pieces else self._file.tell()
        self.pieces = []
        self._file.seek(start)
        self._file.truncate()

    def close(self) -> None:
        """Write everything out."""
        self._wait()
        self._file.close()


def unpack(fd: int, pieces: list[list[int]], names: list[str]) -> tuple[pl.DataFrame, pl.Series]:
    """The table whose pieces lie in the memory file `fd`: columns `names` as c0…cN, and the row numbers.

    The frame keeps the mapping alive; the descriptor may be closed.
    """
    import pyarrow as pa  # noqa: PLC0415 - the child never needs it, and importing it costs as much as reading a file

    schema = {name: pl.String for name in names}
    if not pieces:
        return pl.DataFrame(schema={f"c{i}": pl.String for i in range(len(names))}), pl.Series(
            ROW, [], pl.UInt32
        )
    data = pa.py_buffer(mmap.mmap(fd, os.fstat(fd).st_size, prot=mmap.PROT_READ))

    def checked(piece: list[int]) -> pl.DataFrame:
        with pa.ipc.open_file(pa.BufferReader(data.slice(piece[0], piece[1] - piece[0]))) as reader:
            found = reader.read_all()
        # Where a text lies is told by the child; it is believed once every place and byte was checked.
        found.validate(full=True)
        return pl.DataFrame(pl.from_arrow(found, rechunk=False)).select(ROW, *schema)

    try:
        with ThreadPoolExecutor(min(4, len(pieces))) as hands:
            whole = pl.concat(hands.map(checked, pieces), rechunk=False)
    except (pa.ArrowException, pl.exceptions.PolarsError, OSError, IndexError) as error:
        raise Unreadable("reader_died", {"reason": type(error).__name__}) from error
    columns = whole.select(names).rename({name: f"c{i}" for i, name in enumerate(names)})
    return columns, whole[ROW]


def put_json(fd: int, value: Any) -> None:
    """Replace the content of a memory file by a JSON value."""
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    os.ftruncate(fd, 0)
    view = memoryview(data)
    offset = 0
    while offset < len(view):
        offset += os.pwrite(fd, view[offset:], offset)


def get_json(fd: int) -> Any:
    """The JSON value in a memory file, or None when it is empty."""
    size = os.fstat(fd).st_size
    return json.loads(os.pread(fd, size, 0)) if size else None
