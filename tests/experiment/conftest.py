"""The config of `tests.config` and the ways to write and load it."""

from tests.config.conftest import _in_an_empty_folder, load_text, problems_of, valid

__all__ = ["_in_an_empty_folder", "load_text", "problems_of", "valid"]
