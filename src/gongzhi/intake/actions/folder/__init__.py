"""前置机: take in the files that units put into the watched folder, and answer beside them."""

from .taking import answer_again, prepare_places, take_files

__all__ = ["answer_again", "prepare_places", "take_files"]
