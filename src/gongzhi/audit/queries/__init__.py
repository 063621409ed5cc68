"""All that reads in this room: the trail, its proof, and what its subjects are called."""

from .known import bind_definitions, in_force
from .naming import UNNAMED, Describer, NamedEvents, bind_names, described, name_them, names_of
from .trail import Proof, chain_head, of_actor, of_subject, verify, visible_to, waiting

__all__ = [
    "UNNAMED",
    "Describer",
    "NamedEvents",
    "Proof",
    "bind_definitions",
    "bind_names",
    "chain_head",
    "described",
    "in_force",
    "name_them",
    "names_of",
    "of_actor",
    "of_subject",
    "verify",
    "visible_to",
    "waiting",
]
