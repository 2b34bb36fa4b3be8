"""The error tree: one root, and lines that teach."""

from __future__ import annotations

import pickle

import pytest

from likewise import errors


def test_one_root() -> None:
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, Exception):
            assert issubclass(kind, errors.LikewiseError), name


def test_bad_input_is_a_value_error_too() -> None:
    for kind in ("ImageError", "LabelError", "ConfigError", "OutputError", "ModelError"):
        assert issubclass(getattr(errors, kind), (errors.InputError, ValueError))
    assert not issubclass(errors.NotFittedError, errors.InputError)
    assert not issubclass(errors.Interrupted, errors.InputError)


@pytest.mark.parametrize("remedy", ["", "Do this."])
def test_line_names_argument_found_expected_remedy(remedy: str) -> None:
    error = errors.LabelError("sky.png", "it is empty", "a label map", remedy)
    line = "sky.png: it is empty; expected a label map."
    assert str(error) == (f"{line} {remedy}" if remedy else line)
    assert (error.argument, error.found) == ("sky.png", "it is empty")


def test_errors_survive_the_way_between_processes() -> None:
    """Worker pools carry exceptions by pickle: all four parts must arrive."""
    error = errors.ConfigError("--size", "3", "32 to 4096", "Enlarge it.")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.remedy) == (str(error), "Enlarge it.")


def test_interrupted_says_where_to_resume() -> None:
    assert errors.Interrupted("stopped", "here").checkpoint == "here"
    assert errors.Interrupted("stopped").checkpoint is None
