"""Which drafts of the desk can be taken together, by whom, and the whole sets that one link takes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from gongzhi.editions.queries.pieces import TYPES
from gongzhi.editions.queries.seen import decidable, of_type, own, submittable, submittable_by
from gongzhi.editions.states import Origin
from gongzhi.gate import Sight
from gongzhi.lists import Bulk

SUBMIT = Bulk("/editions/together", "一起提交批准")
DISCARD = Bulk("/editions/together/discard", "一起作废")
DECIDE = Bulk("/editions/together/decide", "一起批准或退回")


def submissions(sight: Sight) -> dict[str, Any]:
    """For a list of drafts: those that the reader may submit can be chosen."""
    if not sight.has("draft_definitions"):
        return {}
    return {"bulk": (SUBMIT, DISCARD), "choosable": lambda draft: submittable_by(draft, sight)}


def decisions(sight: Sight) -> dict[str, Any]:
    """For the list of what waits: what others have written can be chosen."""
    if not sight.has("approve_definitions"):
        return {}
    return {"bulk": (DECIDE,), "choosable": lambda draft: not own(draft, sight)}


def whole_sets(sight: Sight, type_: str) -> dict[str, Any]:
    """The kinds to filter by, and how many one link takes: all that a release brought, all that waits."""
    brought = of_type(submittable(sight).filter(origin=Origin.RELEASE), type_)
    waiting = of_type(decidable(sight), type_)
    more = {"type": type_} if type_ in TYPES else {}
    return {
        "types": list(TYPES.items()),
        "type": type_,
        "to_submit": brought.count() if sight.has("draft_definitions") else 0,
        "to_decide": waiting.count() if sight.has("approve_definitions") else 0,
        "submit_all": f"{SUBMIT.address}?{urlencode({'of': 'release', **more})}",
        "decide_all": f"{DECIDE.address}?{urlencode({'of': 'waiting', **more})}",
    }
