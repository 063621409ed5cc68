-- 同一转让方、被投资企业、变更日为一行；只比自然人。同一笔在几期名单中都有的，取最近一期；
-- 一笔申报只算给变更日离它最近的一次转让，几次合并申报的看总额。
WITH listed AS (
  SELECT
    *,
    coalesce(_period, '') || _batch AS list,
    max(coalesce(_period, '') || _batch) OVER (
      PARTITION BY transferor_subject, target_subject, coalesce(transferee_code, ''), changed_on
    ) AS latest
  FROM equity_changes
),
transfers AS (
  SELECT
    transferor_subject AS subject,
    target_subject AS object,
    changed_on,
    coalesce(relation, '') AS relation,
    coalesce(change_kind, '转让') AS kind,
    CASE
      WHEN coalesce(price_fen, 0) > 0 THEN price_fen
      ELSE CAST(round(net_assets_fen * share_ratio, 0) AS BIGINT) // 100
    END AS income_fen,
    coalesce(original_cost_fen, paid_in_fen) AS cost_fen
  FROM listed
  WHERE list = latest AND transferor_subject LIKE 'person:%' AND target_subject IS NOT NULL
),
taxable AS (
  SELECT
    subject,
    object,
    changed_on,
    CAST(sum(income_fen) AS BIGINT) AS income_fen,
    CAST(sum(cost_fen) AS BIGINT) AS cost_fen,
    count(*) AS shares,
    count(income_fen) AS with_income,
    count(cost_fen) AS with_cost
  FROM transfers
  WHERE kind IN ('转让', '其他') AND relation NOT IN ('近亲属', '抚养或赡养关系')
  GROUP BY subject, object, changed_on
),
filings AS (
  SELECT
    taxpayer_subject AS subject,
    investee_subject AS object,
    coalesce(transferred_on, filed_on) AS happened_on,
    due_fen,
    _batch,
    _part,
    _row,
    row_number() OVER (
      PARTITION BY voucher, transferor_code, investee_code ORDER BY filed_on DESC, _batch, _part, _row
    ) AS place
  FROM equity_income_filings
  WHERE filed_on <= $as_of
),
near AS (
  SELECT
    t.subject,
    t.object,
    t.changed_on,
    f.due_fen,
    row_number() OVER (
      PARTITION BY f._batch, f._part, f._row
      ORDER BY abs(date_diff('day', f.happened_on, t.changed_on)), t.changed_on, f._batch, f._part, f._row
    ) AS place
  FROM taxable AS t
  JOIN filings AS f
    ON f.place = 1
    AND f.subject = t.subject
    AND f.object = t.object
    AND abs(date_diff('day', f.happened_on, t.changed_on)) <= $equity_match_days
),
declared AS (
  SELECT subject, object, changed_on, CAST(sum(due_fen) AS BIGINT) AS due_fen
  FROM near
  WHERE place = 1
  GROUP BY subject, object, changed_on
),
rated AS (
  SELECT
    t.*,
    tax.value AS rate,
    CAST(round(greatest(t.income_fen - t.cost_fen, 0) * tax.value, 0) AS BIGINT) AS expected_fen,
    CAST(round(t.income_fen * stamp.value, 0) AS BIGINT) AS stamp_fen,
    coalesce(half.value, 1) AS half,
    coalesce(d.due_fen, 0) AS declared_fen
  FROM taxable AS t
  LEFT JOIN declared AS d
    ON d.subject = t.subject AND d.object = t.object AND d.changed_on = t.changed_on
  LEFT JOIN parameter_values AS tax
    ON tax.key = 'iit_rate_property_transfer' AND t.changed_on BETWEEN tax.since AND tax.until
  LEFT JOIN parameter_values AS stamp
    ON stamp.key = 'stamp_rate_property' AND t.changed_on BETWEEN stamp.since AND stamp.until
  LEFT JOIN parameter_values AS half
    ON half.key = 'half_relief_small_scale' AND t.changed_on BETWEEN half.since AND half.until
),
summed AS (
  SELECT
    *,
    CAST(sum(expected_fen) OVER (PARTITION BY subject, object) AS BIGINT) AS all_expected_fen,
    CAST(sum(declared_fen) OVER (PARTITION BY subject, object) AS BIGINT) AS all_declared_fen
  FROM rated
)
SELECT
  subject,
  object,
  coalesce(CAST(changed_on AS VARCHAR), '') AS period,
  CASE
    WHEN changed_on IS NULL OR with_income < shares OR with_cost < shares OR rate IS NULL
      THEN 'insufficient'
    WHEN make_date(
        extract(year FROM changed_on) + extract(month FROM changed_on) // 12,
        extract(month FROM changed_on) % 12 + 1,
        $equity_tax_filing_day
      ) + $grace_days >= $as_of
      THEN 'miss'
    WHEN expected_fen - declared_fen >= $floor_default
      AND expected_fen - declared_fen >= expected_fen * $gap_ratio
      AND all_expected_fen - all_declared_fen >= $floor_default
      THEN 'hit'
    ELSE 'miss'
  END AS result,
  expected_fen AS left_value,
  declared_fen AS right_value,
  greatest(expected_fen - declared_fen, 0) AS difference_fen,
  greatest(expected_fen - declared_fen, 0) AS tax_fen,
  income_fen,
  cost_fen,
  rate,
  stamp_fen,
  CAST(round(stamp_fen * half, 0) AS BIGINT) AS stamp_reduced_fen,
  changed_on
FROM summed
