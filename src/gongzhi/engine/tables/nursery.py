"""The process from which the cage's children are forked: it has loaded what reads tables, and reads nothing.

Started as `python -I -c BOOT door`. Through the door, a socket, come five descriptors for each file: the line
on which its owner hears of the child, the file, the request (later the answer), the parcel, and where
complaints go. Forking is safe here: what polars starts when it is loaded (its allocator's housekeeping)
sleeps while this process only waits and forks, and its own threads start at the first use, in the child.
"""

from __future__ import annotations

import gc
import os
import resource
import selectors
import signal
import socket
import traceback
from itertools import pairwise

from . import cage, landlock

PARTS = 5
IDLE_SECONDS = 600
"""Nobody has read for so long: the memory is given back, and the next file starts a new one."""


def main(door: int) -> None:
    """Fork a child for each file; end when the owner is gone, or needs nobody for long."""
    # Ctrl+C goes to all that a terminal started; this one ends with its owner.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()  # a child's collector must not touch, and so copy, what was loaded here
    way = (socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with socket.socket(*way, fileno=door) as waiting, selectors.DefaultSelector() as watch:
        watch.register(waiting, selectors.EVENT_READ)
        while True:
            events = watch.select(IDLE_SECONDS)
            if not events and len(watch.get_map()) == 1:
                return
            for key, _ in events:
                if key.data:
                    watch.unregister(key.fd)
                    _tell(key.fd, *key.data)
                elif fds := socket.recv_fds(waiting, 1, PARTS)[1]:
                    _bear(watch, fds)
                else:
                    return


def _bear(watch: selectors.BaseSelector, fds: list[int]) -> None:
    """Fork the child and tell its owner who it is; its end shows on its descriptor."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, fileno=fds[0])
    here = os.getpid()
    pid = os.fork()
    if not pid:
        _be_born(here, *fds[1:])
    for fd in fds[1:]:
        os.close(fd)
    child = os.pidfd_open(pid)
    watch.register(child, selectors.EVENT_READ, (pid, line))
    try:
        socket.send_fds(line, [str(pid).encode()], [child])
    except OSError:  # nobody waits for it any more
        os.kill(pid, signal.SIGKILL)


def _tell(child: int, pid: int, line: socket.socket) -> None:
    """The child has ended: say how."""
    os.close(child)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with line:
        try:
            line.send(str(status).encode())
        except OSError:
            return  # nobody waits for it any more


def _be_born(parent: int, file: int, letter: int, parcel: int, complaints: int) -> None:
    """From here on the child: nothing is open but what it may have, and it ends with its parent."""
    try:
        landlock.die_with_parent()
        if os.getppid() == parent:
            os.dup2(complaints, 2)
            most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
            for below, above in pairwise((2, *sorted((file, letter, parcel)), most)):
                os.closerange(below + 1, above)
            cage.answer(file, letter, parcel)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(70)
