"""All that reads in this room."""

from .filings import (
    Standing,
    confirmed,
    filing_units,
    filings_visible_to,
    half_year,
    half_years,
    standings,
    with_replaced,
)
from .keys import keys_visible_to, owed_by, used_last
from .named import person_named
from .people import (
    ACCOUNTS,
    ADMINISTRATORS,
    administrators,
    cell_name,
    definitions,
    history,
    in_force,
    is_administrator,
    myself,
    roles_of,
    unit_name,
    unit_of,
    visible_to,
)
from .sight import Grants
from .sign_in import (
    FACTOR_PAGE,
    PASSWORD_PAGE,
    address_digest,
    address_of,
    asks_for_code,
    attempt_name,
    counted_name,
    find_link,
    has_second_factor,
    idle_accounts,
    idle_seconds,
    link_digest,
    locked_since,
    most_sittings,
    needs_second_factor,
    network_of,
    open_sittings,
    password_expired,
    password_until,
    proved_lately,
    seconds_barred,
    unfinished_sign_in,
    why_ended,
)

__all__ = [
    "ACCOUNTS", "ADMINISTRATORS", "FACTOR_PAGE", "PASSWORD_PAGE", "Grants", "Standing", "address_digest",
    "address_of", "administrators", "asks_for_code", "attempt_name", "cell_name", "confirmed",
    "counted_name", "definitions", "filing_units", "filings_visible_to", "find_link", "half_year",
    "half_years", "has_second_factor", "history", "idle_accounts", "idle_seconds", "in_force",
    "is_administrator", "keys_visible_to", "link_digest", "locked_since", "most_sittings", "myself",
    "needs_second_factor", "network_of", "open_sittings", "owed_by", "password_expired",
    "password_until", "person_named", "proved_lately", "roles_of", "seconds_barred", "standings",
    "unfinished_sign_in", "unit_name", "unit_of", "used_last", "visible_to", "why_ended",
    "with_replaced",
]  # fmt: skip
