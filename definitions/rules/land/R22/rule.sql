-- 每个单位一行：缴过契税的单位，名下登记的土地面积与有效土地税源面积相比。
-- 变更、更正登记以后的证为准；转给别人的、本证注销的不再计。
WITH parcels AS (
  SELECT
    p.owner_subject AS subject,
    coalesce(p.parcel_number, p.certificate_number) AS parcel,
    max(p.land_area_sqm) AS area_sqm,
    max(p.registered_on) AS registered_on
  FROM property_registrations AS p
  WHERE p.owner_subject IS NOT NULL
    AND p.owner_subject NOT LIKE 'person:%'
    AND coalesce(p.registration_type, '转移') IN ('首次', '转移', '变更', '更正')
    AND coalesce(p.purpose, '') NOT LIKE '%住宅%'
    AND coalesce(p.purpose, '') NOT LIKE '%居住%'
    AND (p.registered_on IS NULL OR p.registered_on <= $as_of)
    AND NOT EXISTS (
      SELECT 1
      FROM property_registrations AS later
      WHERE later.previous_owner_subject = p.owner_subject
        AND (later.parcel_number = p.parcel_number OR later.certificate_number = p.certificate_number)
        AND later.registered_on >= p.registered_on
        AND later.registered_on <= $as_of
        AND coalesce(later.owner_subject, '') <> p.owner_subject
    )
    AND NOT EXISTS (
      SELECT 1
      FROM property_registrations AS anew
      WHERE anew.owner_subject = p.owner_subject
        AND anew.registered_on > p.registered_on
        AND anew.registered_on <= $as_of
        AND (
          anew.certificate_number = p.certificate_number AND anew.registration_type IN ('变更', '更正', '注销')
          OR anew.parcel_number = p.parcel_number AND anew.registration_type IN ('变更', '更正')
        )
    )
  GROUP BY p.owner_subject, coalesce(p.parcel_number, p.certificate_number)
),
owners AS (
  SELECT
    subject,
    CAST(sum(coalesce(area_sqm, 0)) AS DECIMAL(18, 4)) AS area_sqm,
    count(area_sqm) AS measured,
    min(registered_on) AS first_on,
    max(registered_on) AS last_on
  FROM parcels
  GROUP BY subject
),
payers AS (
  SELECT DISTINCT taxpayer_subject AS subject
  FROM deed_tax_filings
  WHERE taxpayer_subject IS NOT NULL AND filed_on <= $as_of
),
source_versions AS (
  SELECT
    taxpayer_subject AS subject,
    taxable_area_sqm,
    ended_on,
    row_number() OVER (
      PARTITION BY source_number ORDER BY updated_on DESC, _batch, _part, _row
    ) AS place
  FROM land_sources
  WHERE updated_on <= $as_of
),
sources AS (
  SELECT subject, CAST(sum(coalesce(taxable_area_sqm, 0)) AS DECIMAL(18, 4)) AS area_sqm
  FROM source_versions
  WHERE place = 1 AND subject IS NOT NULL AND (ended_on IS NULL OR ended_on > $as_of)
  GROUP BY subject
),
house_versions AS (
  SELECT
    taxpayer_subject AS subject,
    ended_on,
    row_number() OVER (
      PARTITION BY source_number ORDER BY updated_on DESC, _batch, _part, _row
    ) AS place
  FROM house_sources
  WHERE updated_on <= $as_of
),
house_counts AS (
  SELECT subject, count(*) AS number
  FROM house_versions
  WHERE place = 1 AND subject IS NOT NULL AND (ended_on IS NULL OR ended_on > $as_of)
  GROUP BY subject
),
versions AS (
  SELECT
    taxpayer_subject AS subject,
    kind,
    CASE
      WHEN kind = '个体工商户' THEN 'half_relief_individual'
      WHEN scale = '小规模纳税人' THEN 'half_relief_small_scale'
      WHEN small_profit THEN 'half_relief_small_profit'
      ELSE ''
    END AS relief,
    row_number() OVER (
      PARTITION BY taxpayer_subject ORDER BY updated_on DESC, _batch, _part, _row
    ) AS place
  FROM taxpayer_register
  WHERE taxpayer_subject IS NOT NULL AND updated_on <= $as_of
),
stated AS (
  SELECT
    o.*,
    coalesce(v.kind, CASE WHEN o.subject LIKE 'code:9%' THEN '企业' END) AS kind,
    CASE WHEN d.subject IS NULL THEN 0 ELSE 1 END AS paid_deed_tax,
    coalesce(s.area_sqm, 0) AS source_sqm,
    greatest(o.area_sqm - coalesce(s.area_sqm, 0), 0) AS gap_sqm,
    coalesce(h.number, 0) AS houses,
    coalesce(half.value, 1) AS half,
    least(
      (extract(year FROM $as_of) - extract(year FROM o.last_on)) * 12
      + extract(month FROM $as_of) - extract(month FROM o.last_on),
      $look_back_months
    ) AS months
  FROM owners AS o
  LEFT JOIN payers AS d ON d.subject = o.subject
  LEFT JOIN sources AS s ON s.subject = o.subject
  LEFT JOIN house_counts AS h ON h.subject = o.subject
  LEFT JOIN versions AS v ON v.subject = o.subject AND v.place = 1
  LEFT JOIN parameter_values AS half
    ON half.key = v.relief AND $as_of BETWEEN half.since AND half.until
),
rated AS (
  SELECT
    *,
    CAST(
      round(
        CAST(
          CAST(gap_sqm AS DOUBLE) * CAST($land_use_tax_estimate AS DOUBLE) * CAST(half AS DOUBLE) * months AS DOUBLE
        ) / CAST(12 AS DOUBLE),
        0
      ) AS BIGINT
    ) AS estimate_fen
  FROM stated
)
SELECT
  subject,
  '城镇土地使用税' AS object,
  coalesce(CAST(first_on AS VARCHAR), '') AS period,
  CASE
    WHEN paid_deed_tax = 0 OR kind IN ('机关', '事业单位', '基层群众自治组织') THEN 'miss'
    WHEN measured = 0 OR last_on IS NULL OR kind IS NULL OR estimate_fen IS NULL THEN 'insufficient'
    WHEN last_on + $deed_source_grace_days >= $as_of THEN 'miss'
    WHEN source_sqm < CAST(area_sqm AS DECIMAL(28, 4)) * $deed_source_area_ratio AND estimate_fen >= $floor_land_house THEN 'hit'
    ELSE 'miss'
  END AS result,
  area_sqm AS left_value,
  source_sqm AS right_value,
  estimate_fen AS difference_fen,
  estimate_fen AS tax_fen,
  gap_sqm,
  months,
  half,
  houses
FROM rated
