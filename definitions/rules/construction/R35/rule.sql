-- 每份施工许可一行：外地施工单位开工后是否有报告。没有写明注册地的，看统一社会信用代码第3至8位、旧15位税号前6位。
-- 一份报告更新过的，只看更新日期最新的一行。
WITH permits AS (
  SELECT
    permit_no,
    min(contractor_subject) AS contractor,
    min(owner_subject) AS owner,
    min(project_name) AS project_name,
    min(
      CASE
        WHEN substring(contractor_code, 18, 1) <> '' THEN substring(contractor_code, 3, 6)
        WHEN substring(contractor_code, 15, 1) <> '' THEN left(contractor_code, 6)
      END
    ) AS contractor_seat,
    min(contractor_region) AS region,
    max(contract_price_fen) AS price_fen,
    max(coalesce(starts_on, permitted_on)) AS started_on
  FROM construction_permits
  WHERE permit_no IS NOT NULL AND coalesce(contractor_subject, owner_subject) IS NOT NULL
  GROUP BY permit_no
),
versions AS (
  SELECT
    taxpayer_subject AS subject,
    status,
    row_number() OVER (
      PARTITION BY taxpayer_subject ORDER BY updated_on DESC, _batch, _part, _row
    ) AS place
  FROM taxpayer_register
  WHERE taxpayer_subject IS NOT NULL AND updated_on <= $as_of
),
report_versions AS (
  SELECT
    *,
    row_number() OVER (
      PARTITION BY report_number ORDER BY updated_on DESC, _batch DESC, _part, _row
    ) AS version
  FROM cross_region_reports
  WHERE updated_on <= $as_of
),
matched AS (
  SELECT p.permit_no, count(DISTINCT r.report_number) AS number
  FROM permits AS p
  JOIN report_versions AS r
    ON r.version = 1
    AND r.taxpayer_subject = p.contractor
    AND r.status <> '已作废'
    AND (r.reported_on IS NULL OR r.reported_on <= $as_of)
    AND (
      r.permit_number = p.permit_no
      OR r.contract_party_subject = p.owner
      OR r.project_name = p.project_name
      OR (r.permit_number IS NULL AND r.contract_party_subject IS NULL AND r.project_name IS NULL)
    )
  GROUP BY p.permit_no
),
stated AS (
  SELECT
    p.*,
    CASE
      WHEN v.status IN ('正常', '停业', '清算') THEN '本区'
      WHEN p.region IS NOT NULL THEN p.region
      WHEN p.contractor_seat = $district THEN '本区'
      WHEN left(p.contractor_seat, 4) = left($district, 4) THEN '本市其他区县'
      WHEN left(p.contractor_seat, 2) = left($district, 2) THEN '省内市外'
      WHEN p.contractor_seat IS NOT NULL THEN '省外'
    END AS seat,
    coalesce(m.number, 0) AS reports
  FROM permits AS p
  LEFT JOIN versions AS v ON v.subject = p.contractor AND v.place = 1
  LEFT JOIN matched AS m ON m.permit_no = p.permit_no
)
SELECT
  coalesce(contractor, owner) AS subject,
  permit_no AS object,
  coalesce(CAST(started_on AS VARCHAR), '') AS period,
  CASE
    WHEN seat IN ('本区', '本市其他区县') OR reports > 0 THEN 'miss'
    WHEN contractor IS NULL OR seat IS NULL OR started_on IS NULL THEN 'insufficient'
    WHEN coalesce(price_fen, 0) < $cross_region_amount THEN 'miss'
    WHEN started_on + $cross_region_days + $grace_days < $as_of THEN 'hit'
    ELSE 'miss'
  END AS result,
  CAST(date_diff('day', started_on, $as_of) AS BIGINT) AS left_value,
  CAST(reports AS BIGINT) AS right_value,
  CAST(0 AS BIGINT) AS difference_fen,
  CAST(0 AS BIGINT) AS tax_fen,
  seat AS region,
  price_fen,
  started_on
FROM stated
