"""Landlock through ctypes: from here on this process reads one file and reaches nothing else.

Numbers from the kernel's include/uapi/linux/landlock.h. Where the kernel has no Landlock, nothing happens
and the level says so.
"""

from __future__ import annotations

import ctypes
import os
import signal
import struct

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION_FLAG = 1
_PATH_BENEATH = 1
_NO_NEW_PRIVS = 38
_DEATH_SIGNAL = 1
_READ_FILE = 1 << 2
_READ_FOLDER = 1 << 3
# Rights known to each version of the interface, counted from version 1.
_FS_BITS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_NET_ALL = 0b11
_SCOPE_ALL = 0b11


def _syscall(number: int, *arguments: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    return int(libc.syscall(ctypes.c_long(number), *arguments))


def version() -> int:
    """The kernel's Landlock version, 0 where it has none (or refuses to say)."""
    return max(0, _syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG)))


def die_with_parent() -> None:
    """Have this process killed when the one that started it ends."""
    ctypes.CDLL(None, use_errno=True).prctl(_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)


def restrict(files: list[int], folders: list[str]) -> int:
    """Forbid all file access but reading these open files and these folders, all TCP, all signals.

    Returns the version used, 0 when nothing could be forbidden. Memory files stay usable: they have no path.
    """
    level = version()
    if not level:
        return 0
    rules = struct.pack("<Q", (1 << _FS_BITS.get(level, 16)) - 1)
    if level >= 4:
        rules += struct.pack("<Q", _NET_ALL)
    if level >= 6:
        rules += struct.pack("<Q", _SCOPE_ALL)
    ruleset = _syscall(_CREATE, rules, ctypes.c_size_t(len(rules)), ctypes.c_uint32(0))
    if ruleset < 0:
        return 0
    try:
        # A memory file has no place in any tree, so a rule for it fails; it needs none.
        for file in files:
            _allow(ruleset, file, _READ_FILE)
        for folder in folders:
            opened = os.open(folder, os.O_PATH | os.O_CLOEXEC)
            _allow(ruleset, opened, _READ_FILE | _READ_FOLDER)
            os.close(opened)
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0):
            return 0
        done = _syscall(_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)
    return 0 if done else level


def _allow(ruleset: int, opened: int, rights: int) -> None:
    rule = struct.pack("<Qi", rights, opened)
    _syscall(_ADD, ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint32(0))
