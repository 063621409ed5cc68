"""The district's own names, as names of enterprises and addresses carry them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from gongzhi.engine.definitions import District

_ENDINGS = ("自治区", "省", "市", "区", "县")
ELSEWHERE = {"33": "杭州", "32": "苏州"}


@dataclass(frozen=True)
class Seat:
    """Words of the district that `filled` puts into a template: {city}, {cityname}, {district} …"""

    district: District

    @cached_property
    def words(self) -> dict[str, str]:
        one = self.district
        return {
            "city": one.city, "cityname": _short(one.city), "district": one.name,
            "districtname": _short(one.name), "provincename": _short(one.province),
        }  # fmt: skip

    def filled(self, template: str, **more: str) -> str:
        return template.format(**self.words, **more)

    @property
    def full(self) -> str:
        """绍兴市越城区."""
        return self.district.city + self.district.name

    @property
    def region(self) -> str:
        return self.district.code

    @property
    def next_county(self) -> str:
        """The code of another county of the same city."""
        return self.district.code[:4] + ("81" if self.district.code[4:] != "81" else "82")


def _short(name: str) -> str:
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending)
    return name
