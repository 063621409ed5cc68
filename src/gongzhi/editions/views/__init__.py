"""What people see of this room."""

from .reading import definitions, parameters, resource, rule

__all__ = ["definitions", "parameters", "resource", "rule"]
