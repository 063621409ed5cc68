"""What each room gives to the trail: how its things are called."""

from __future__ import annotations

from gongzhi.catalogue.queries.named import NAMES as CATALOGUE
from gongzhi.disclosure.queries.named import NAMES as DISCLOSURE
from gongzhi.editions.queries.named import NAMES as EDITIONS
from gongzhi.intake.queries.named import NAMES as INTAKE
from gongzhi.organisation.queries.named import NAMES as ORGANISATION
from gongzhi.registry.queries.named import NAMES as REGISTRY
from gongzhi.risk.queries import NAMES as RISK
from gongzhi.work.queries.named import NAMES as WORK

ROOMS = (ORGANISATION, DISCLOSURE, EDITIONS, WORK, CATALOGUE, INTAKE, REGISTRY, RISK)
