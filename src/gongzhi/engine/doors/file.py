"""Read the doors file."""

from __future__ import annotations

from pathlib import Path

from gongzhi.engine.definitions.strict import DefinitionError, read

from .model import Doors


class DoorsError(Exception):
    """The doors file is refused; the text names every fault with file and line."""


def doors_of(path: str) -> Doors:
    """What the file at `path` says; no doors for an empty path. Raises DoorsError."""
    if not path:
        return Doors()
    try:
        return read(path, Path(path).read_bytes()).into(Doors)
    except OSError as error:
        raise DoorsError(f"GONGZHI_DOORS 所指的文件 {path} 读不出来（{type(error).__name__}）") from error
    except DefinitionError as error:
        raise DoorsError(f"GONGZHI_DOORS 所指的文件有误：\n{error}") from error
