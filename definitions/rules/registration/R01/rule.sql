-- 每户新办企业一行：领照日起满期限仍不在税务登记信息中的为命中。
WITH opened AS (
  SELECT
    enterprise_subject AS subject,
    max(enterprise_code) AS object,
    min(CASE WHEN change_type = '新办' THEN coalesce(happened_on, established_on) END) AS opened_on,
    count(CASE WHEN change_type = '新办' THEN 1 END) AS openings,
    count(CASE WHEN change_type IN ('注销', '吊销') THEN 1 END) AS closings
  FROM enterprise_changes
  WHERE enterprise_subject IS NOT NULL
  GROUP BY enterprise_subject
),
registered AS (
  SELECT DISTINCT taxpayer_subject AS subject
  FROM taxpayer_register
  WHERE taxpayer_subject IS NOT NULL
    AND (registered_on IS NULL OR registered_on <= $as_of)
)
SELECT
  o.subject,
  coalesce(o.object, '') AS object,
  coalesce(CAST(o.opened_on AS VARCHAR), '') AS period,
  CASE
    WHEN r.subject IS NOT NULL OR o.closings > 0 THEN 'miss'
    WHEN o.openings = 0 OR o.opened_on IS NULL THEN 'insufficient'
    WHEN o.opened_on + $registration_days + $grace_days < $as_of THEN 'hit'
    ELSE 'miss'
  END AS result,
  CAST(date_diff('day', o.opened_on, $as_of) AS BIGINT) AS left_value,
  CAST(CASE WHEN r.subject IS NOT NULL THEN 1 ELSE 0 END AS BIGINT) AS right_value,
  CAST(0 AS BIGINT) AS difference_fen,
  CAST(0 AS BIGINT) AS tax_fen,
  o.opened_on
FROM opened AS o
LEFT JOIN registered AS r ON r.subject = o.subject
