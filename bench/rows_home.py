"""A home with accepted rows of one table of 25 columns, for the benchmarks of lists and exports.

The files are written by the product's own lake, the ledger holds them as a hand-in would leave it, half by each
of two quarters and spread over batches of equal size. Every value is invented.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from peer import ROOT

TABLE, NUMBER, UNIT = "planted_rows", "99.8", "water"
SET_UP = """
import json, os, sys, time
os.environ.update(GONGZHI_HOME=sys.argv[1], GONGZHI_DEFINITIONS=sys.argv[2])
os.environ["DJANGO_SETTINGS_MODULE"] = "gongzhi.web.settings"
sys.path.insert(0, os.path.dirname(os.getcwd()))
os.makedirs(sys.argv[1], exist_ok=True)
open(os.path.join(sys.argv[1], "demo"), "w").close()  # a home of the bench: no second factor
import django
django.setup()
import rows_home
"""


def definition() -> dict[str, Any]:
    """The resource: a code, names, amounts, areas, days, words and certificates, 25 columns in all."""
    fields = [
        {"key": "name", "title": "单位名称", "type": "name", "required": True},
        {"key": "code", "title": "统一社会信用代码", "type": "credit_code"},
        *({"key": f"amount{at}", "title": f"金额{at}", "type": "money", "unit": "元"} for at in range(6)),
        *({"key": f"area{at}", "title": f"面积{at}", "type": "area", "unit": "㎡"} for at in range(4)),
        *({"key": f"day{at}", "title": f"日期{at}", "type": "date"} for at in range(4)),
        *({"key": f"address{at}", "title": f"地址{at}", "type": "address"} for at in range(3)),
        *(
            {"key": f"kind{at}", "title": f"类别{at}", "type": "enum", "values": ["甲", "乙", "丙"]}
            for at in range(3)
        ),
        *({"key": f"paper{at}", "title": f"证号{at}", "type": "certificate"} for at in range(3)),
    ]
    return {
        "number": NUMBER, "code": TABLE, "title": "明细（测试）", "providers": [UNIT], "clause": "附件2第15项",
        "frequency": "季后15日内", "since": "2021-06-10", "document": "越政办发〔2021〕45号", "fields": fields,
    }  # fmt: skip


def definitions(folder: Path) -> Path:
    """The product's definitions with this resource added."""
    made = folder / "definitions"
    shutil.copytree(ROOT / "definitions", made)
    target = made / "catalogue" / "water" / f"{TABLE}.yml"
    target.write_text(json.dumps(definition(), ensure_ascii=False), "utf-8")
    return made


def frame(count: int, random: np.random.Generator) -> pl.DataFrame:
    """`count` rows with the lake's columns."""
    pieces = pl.Series(["东湖", "南山", "西岭", "北溪", "中洲", "长桥", "石门", "云庄", "松林", "竹园"])

    def piece() -> pl.Series:
        return pieces.gather(random.integers(0, 10, count))

    def number(most: int) -> pl.Series:
        return pl.Series(random.integers(0, most, count))

    ends = pl.Series(["纺织有限公司", "商贸有限公司", "建设有限公司", "机械制造有限公司"])
    columns: dict[str, pl.Series | pl.Expr] = {
        "name": piece()
        + piece()
        + number(10_000).cast(pl.String)
        + ends.gather(random.integers(0, 4, count)),
        "code": "91000000" + number(10**9).cast(pl.String).str.zfill(10),
    }
    columns |= {f"amount{at}_fen": number(10**10) for at in range(6)}
    columns |= {f"area{at}_sqm": number(10**6).cast(pl.Decimal(18, 4)) for at in range(4)}
    columns |= {f"day{at}": (number(2_500) + 18_000).cast(pl.Int32).cast(pl.Date) for at in range(4)}
    columns |= {f"address{at}": piece() + "街道" + number(1_000).cast(pl.String) + "号" for at in range(3)}
    columns |= {
        f"kind{at}": pl.Series(["甲", "乙", "丙"]).gather(random.integers(0, 3, count)) for at in range(3)
    }
    columns |= {f"paper{at}": "（2026）权字第" + number(10**7).cast(pl.String) + "号" for at in range(3)}
    return pl.DataFrame(columns)


def fill(rows: int, batches: int, seed: int) -> None:
    """Accept `rows` rows in `batches` batches; called in a process of its own, once its settings stand."""
    from django.core.management import call_command  # noqa: PLC0415  # the apps must be ready
    from django.utils import timezone  # noqa: PLC0415  # the same: the apps must be ready

    from gongzhi.cli.home import migrate  # noqa: PLC0415  # the same: the apps must be ready
    from gongzhi.editions.queries import in_force  # noqa: PLC0415  # the same: the apps must be ready
    from gongzhi.organisation.models import uuid7  # noqa: PLC0415  # the same: the apps must be ready

    migrate()
    call_command("collectstatic", interactive=False, verbosity=0)
    in_force()
    random = np.random.default_rng(seed)
    for at in range(batches):
        _accept(frame(rows // batches, random), at, uuid7(), timezone.now() - dt.timedelta(days=batches - at))


def _accept(rows: pl.DataFrame, at: int, name: Any, now: dt.datetime) -> None:
    from django.conf import settings  # noqa: PLC0415  # the same: the apps must be ready

    from gongzhi.engine.lake import Lake  # noqa: PLC0415  # the same: the apps must be ready
    from gongzhi.intake.models import Batch, LakeFile, Slot, Submission  # noqa: PLC0415  # the same: the apps must be ready

    period = f"2026Q{at % 2 + 1}"
    slot, _ = Slot.objects.get_or_create(unit=UNIT, resource=NUMBER, period=period)
    common = {"unit": UNIT, "resource": NUMBER, "period": period, "definitions": "", "channel": "cli"}
    came = Submission.objects.create(
        **common, received_at=now, file_name=f"{at}.csv", file_size=1, file_digest=f"{at}", original=f"{at}"
    )
    batch = Batch.objects.create(
        id=name, slot=slot, version=at, submission=came, kind="adds" if at > 1 else "first", content=f"{at}",
        rows=rows.height, definitions="", committed_at=now,
    )  # fmt: skip
    origin = rows.select(
        pl.lit(str(batch.pk)).alias("_batch"), pl.lit(UNIT).alias("_unit"), pl.lit(period).alias("_period"),
        pl.lit(0, pl.UInt16).alias("_part"), pl.int_range(2, pl.len() + 2, dtype=pl.UInt32).alias("_row"),
    )  # fmt: skip
    stored = Lake(settings.LAKE).write(f"{TABLE}/{batch.pk}-0", pl.concat([rows, origin], how="horizontal"))
    LakeFile.objects.create(batch=batch, role="rows", table=TABLE, part=0, **vars(stored))


def office_client() -> Any:
    """A browser in which the office is signed in, through the whole of the middleware."""
    from django.test import Client  # noqa: PLC0415  # the same: the apps must be ready
    from tests.cast import seat_all  # noqa: PLC0415  # the same: the apps must be ready

    people = seat_all()
    client = Client(HTTP_HOST="localhost")
    client.force_login(people["office"], backend="django.contrib.auth.backends.ModelBackend")
    return client
