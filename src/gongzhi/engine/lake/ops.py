"""Resources of kind `ops`: what a room writes into the lake for the engine and for rooms below it."""

from __future__ import annotations

import polars as pl

REGISTER = "register"
REGISTERED: dict[str, pl.DataType] = {
    "taxpayer": pl.String(),
    "code": pl.String(),
    "old_code": pl.String(),
    "organisation_code": pl.String(),
    "name": pl.String(),
    "former": pl.Boolean(),  # a name that the taxpayer bore before
    "status": pl.String(),
    "kind": pl.String(),
    "industry": pl.String(),
    "street": pl.String(),
    "opened_on": pl.Date(),
    "closed_on": pl.Date(),
}
"""The register: one row per taxpayer and name that it bears or bore. Nothing of any person."""
