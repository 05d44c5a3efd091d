"""Marks of cases of ONVIF's device test specifications, and tables of cases with the same steps."""

import pytest
from _pytest.mark.structures import ParameterSet

official = pytest.mark.official
"""Mark of a case, with the operations under test."""


def cases(*rows: tuple[pytest.MarkDecorator, *tuple[object, ...]]) -> list[ParameterSet]:
    """Return the parameters of a test: each row is the mark of a case, and the values that the case is about."""
    return [pytest.param(*values, marks=mark, id=mark.args[0]) for mark, *values in rows]
