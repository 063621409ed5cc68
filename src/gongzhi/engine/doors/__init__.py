"""What a site's own file says about further ways in and out (前置机, 前置库, 结果回传).

The file lies outside the repository and outside the browser: whoever may change it may already run programs
on the machine. It is read as strictly as a definition: nothing unknown, nothing repeated, every fault named.
"""

from .file import DoorsError, doors_of
from .model import Database, Doors, Hook, NoSecret, Secret, Source, Watched

__all__ = ["Database", "Doors", "DoorsError", "Hook", "NoSecret", "Secret", "Source", "Watched", "doors_of"]
