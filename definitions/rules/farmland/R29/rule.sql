-- 每个批准文号、占用方一行：按地类面积、当日税额和减征系数计算，与同文号的申报相比。
-- 没有写文号的申报只算给批准日期离它最近的一份，几份合并申报的看总额。
-- 同一文号、坐落在几期名单中都有的，取最近一期。
WITH listed AS (
  SELECT
    *,
    coalesce(_period, '') || _batch AS list,
    max(coalesce(_period, '') || _batch) OVER (
      PARTITION BY occupier_subject, approval_number, coalesce(location, '')
    ) AS latest
  FROM temporary_occupations
),
occupied AS (
  SELECT
    occupier_subject AS subject,
    approval_number AS object,
    max(coalesce(approved_on, use_start)) AS approved_on,
    sum(coalesce(farmland_area_sqm, 0)) AS farmland_sqm,
    sum(coalesce(basic_farmland_area_sqm, 0)) AS basic_sqm,
    sum(coalesce(other_farmland_area_sqm, 0)) AS other_sqm,
    count(coalesce(farmland_area_sqm, basic_farmland_area_sqm, other_farmland_area_sqm)) AS measured,
    count(CASE WHEN purpose LIKE '%农田水利%' OR project LIKE '%农田水利%' THEN 1 END) AS irrigation
  FROM listed
  WHERE list = latest AND occupier_subject IS NOT NULL AND approval_number IS NOT NULL
  GROUP BY occupier_subject, approval_number
),
filings AS (
  SELECT
    taxpayer_subject AS subject,
    approval_number,
    kind,
    due_fen,
    filed_on,
    _batch,
    _part,
    _row,
    row_number() OVER (
      PARTITION BY voucher, coalesce(source_number, '') ORDER BY filed_on DESC, _batch, _part, _row
    ) AS place
  FROM farmland_tax_filings
  WHERE filed_on <= $as_of
),
numbered AS (
  SELECT o.subject, o.object, CAST(sum(f.due_fen) AS BIGINT) AS due_fen
  FROM occupied AS o
  JOIN filings AS f ON f.place = 1 AND f.approval_number = o.object
  GROUP BY o.subject, o.object
),
near AS (
  SELECT
    o.subject,
    o.object,
    f.due_fen,
    row_number() OVER (
      PARTITION BY f._batch, f._part, f._row ORDER BY o.approved_on DESC, o.object, f._batch, f._part, f._row
    ) AS place
  FROM occupied AS o
  JOIN filings AS f
    ON f.place = 1 AND f.subject = o.subject
    AND f.approval_number IS NULL AND f.kind = '临时占用' AND f.filed_on >= o.approved_on
),
unnumbered AS (
  SELECT subject, object, CAST(sum(due_fen) AS BIGINT) AS due_fen
  FROM near
  WHERE place = 1
  GROUP BY subject, object
),
versions AS (
  SELECT
    taxpayer_subject AS subject,
    scale,
    kind,
    small_profit,
    row_number() OVER (
      PARTITION BY taxpayer_subject ORDER BY updated_on DESC, _batch, _part, _row
    ) AS place
  FROM taxpayer_register
  WHERE taxpayer_subject IS NOT NULL AND updated_on <= $as_of
),
relief AS (
  SELECT
    o.subject,
    o.object,
    CASE
      WHEN v.kind = '个体工商户' THEN 'half_relief_individual'
      WHEN v.scale = '小规模纳税人' OR o.subject LIKE 'person:%' THEN 'half_relief_small_scale'
      WHEN v.small_profit THEN 'half_relief_small_profit'
      ELSE ''
    END AS key
  FROM occupied AS o
  LEFT JOIN versions AS v ON v.subject = o.subject AND v.place = 1
),
rated AS (
  SELECT
    o.*,
    unit.value AS unit_fen,
    coalesce(half.value, 1) AS half,
    (o.farmland_sqm + o.basic_sqm * $farmland_basic_factor + o.other_sqm * $farmland_other_factor) AS weighted_sqm,
    coalesce(d.due_fen, 0) AS numbered_fen,
    coalesce(n.due_fen, 0) AS unnumbered_fen
  FROM occupied AS o
  JOIN relief AS r ON r.subject = o.subject AND r.object = o.object
  LEFT JOIN numbered AS d ON d.subject = o.subject AND d.object = o.object
  LEFT JOIN unnumbered AS n ON n.subject = o.subject AND n.object = o.object
  LEFT JOIN parameter_values AS unit
    ON unit.key = 'farmland_unit_tax' AND o.approved_on BETWEEN unit.since AND unit.until
  LEFT JOIN parameter_values AS half
    ON half.key = r.key AND o.approved_on BETWEEN half.since AND half.until
),
compared AS (
  SELECT
    *,
    CAST(round(CAST(weighted_sqm AS DECIMAL(18, 4)) * CAST(unit_fen AS BIGINT) * CAST(half AS DECIMAL(9, 4)), 0) AS BIGINT)
      AS expected_fen,
    numbered_fen + unnumbered_fen AS declared_fen
  FROM rated
),
summed AS (
  SELECT
    *,
    CAST(
      sum(greatest(coalesce(expected_fen, 0) - numbered_fen, 0) - unnumbered_fen) OVER (PARTITION BY subject) AS BIGINT
    ) AS all_gap_fen
  FROM compared
)
SELECT
  subject,
  object,
  coalesce(CAST(approved_on AS VARCHAR), '') AS period,
  CASE
    WHEN irrigation > 0 THEN 'miss'
    WHEN approved_on IS NULL OR measured = 0 OR expected_fen IS NULL THEN 'insufficient'
    WHEN approved_on + $farmland_filing_days + $grace_days >= $as_of THEN 'miss'
    WHEN expected_fen - declared_fen >= $floor_land_house
      AND expected_fen - declared_fen >= expected_fen * $gap_ratio
      AND all_gap_fen >= $floor_land_house THEN 'hit'
    ELSE 'miss'
  END AS result,
  expected_fen AS left_value,
  declared_fen AS right_value,
  greatest(expected_fen - declared_fen, 0) AS difference_fen,
  greatest(expected_fen - declared_fen, 0) AS tax_fen,
  farmland_sqm,
  basic_sqm,
  other_sqm,
  unit_fen,
  half
FROM summed
