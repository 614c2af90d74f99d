-- Every figure of headquarters, from facts. One text for SQLite, DuckDB and Spark: integers only, no date function, no
-- division, explicit AS. Days are numbers of centre days, money is fen, instants are UTC seconds.
--
-- Beside the tables of the feeds it reads four small ones that the program makes for each question:
--   asked (ask, by_what, centre, first_day, after_day)   a question, once for each centre that counts; half-open days
--   calendar (day)                                       the days that any question spans
--   reading (centre, today, as_of)                       until when open trips count, and when answers are judged
--   working (centre, opens, closes, next_opens, before_seconds)   the working hours, and the seconds before each

CREATE TEMPORARY VIEW asked_day AS
SELECT a.ask AS ask, a.by_what AS by_what, a.centre AS centre, c.day AS day,
  a.first_day AS first_day, a.after_day AS after_day
FROM asked a JOIN calendar c ON c.day >= a.first_day AND c.day < a.after_day;

-- The policy in force: of two values from one day, the one recorded last holds.
CREATE TEMPORARY VIEW dated_policy AS
SELECT p.centre AS centre, p.policy_key AS policy_key, p.policy_value AS policy_value,
  p.policy_number AS policy_number, p.from_day AS from_day,
  COALESCE(LEAD(p.from_day) OVER (PARTITION BY p.centre, p.policy_key ORDER BY p.from_day, p.id), 9999999) AS until_day
FROM policy p;

-- A ticket with what groups it.
CREATE TEMPORARY VIEW grouped_ticket AS
SELECT t.*, COALESCE(c.region, '') AS region, COALESCE(t.product, '') AS product_name,
  CASE WHEN t.kind = 'installation' THEN 'installation' ELSE 'dispatch' END AS line
FROM ticket t LEFT JOIN customer c ON c.centre = t.centre AND c.id = t.customer_id;

-- COST (part 5): the line of an expense, and whether it leaves the total, from what it was spent on; never from a flag.
CREATE TEMPORARY VIEW claim AS
SELECT e.centre AS centre, e.id AS id, e.spent_day AS day, e.amount_fen AS amount_fen, e.status AS status,
  e.line AS stored_line, e.excluded AS stored_excluded, t.customer_id AS customer_id,
  COALESCE(t.region, '') AS region, COALESCE(t.product_name, '') AS product_name,
  CASE WHEN e.category = 'material' THEN 'material' WHEN e.category = 'freight' THEN 'transport'
    ELSE COALESCE(t.line, 'dispatch') END AS line,
  CASE WHEN t.line = 'installation' AND k.includes_installation = 1
      AND ',' || COALESCE(k.excludes, p.policy_value) || ',' LIKE '%,' || e.category || ',%' THEN 1
    ELSE 0 END AS excluded
FROM expense e
LEFT JOIN dispatch d ON d.centre = e.centre AND d.id = e.dispatch_id
LEFT JOIN grouped_ticket t ON t.centre = e.centre AND t.id = COALESCE(e.ticket_id, d.ticket_id)
LEFT JOIN contract k ON k.centre = t.centre AND k.id = t.contract_id
LEFT JOIN dated_policy p ON p.centre = e.centre AND p.policy_key = 'excluded.categories'
  AND e.spent_day >= p.from_day AND e.spent_day < p.until_day
WHERE e.status <> 'rejected' AND e.status <> 'falsified';

CREATE TEMPORARY VIEW cost AS
SELECT a.ask AS ask,
  CASE a.by_what WHEN 'centre' THEN f.centre WHEN 'region' THEN f.region WHEN 'product' THEN f.product_name ELSE '' END
    AS grp,
  SUM(CASE WHEN f.line = 'installation' THEN f.amount_fen ELSE 0 END) AS installation,
  SUM(CASE WHEN f.line = 'dispatch' THEN f.amount_fen ELSE 0 END) AS dispatch,
  SUM(CASE WHEN f.line = 'material' THEN f.amount_fen ELSE 0 END) AS material,
  SUM(CASE WHEN f.line = 'transport' THEN f.amount_fen ELSE 0 END) AS transport,
  SUM(CASE WHEN f.excluded = 1 THEN f.amount_fen ELSE 0 END) AS excluded,
  SUM(CASE WHEN f.status = 'submitted' THEN f.amount_fen ELSE 0 END) AS pending
FROM asked_day a JOIN claim f ON f.centre = a.centre AND f.day = a.day
GROUP BY 1, 2;

-- TRAVEL (part 5): a person's day counts once, with the trip that departed first. Within a centre a person is a member of
-- its staff; across centres, the company's number makes one person of several.
CREATE TEMPORARY VIEW scope AS
SELECT CASE WHEN a.by_what = 'centre' THEN 'centre' ELSE 'company' END AS scope,
  MIN(a.first_day) AS first_day, MAX(a.after_day) AS after_day
FROM asked a GROUP BY 1;

CREATE TEMPORARY VIEW trip AS
SELECT s.scope AS scope, w.centre AS centre, w.id AS id, w.dispatch_id AS dispatch_id, t.line AS line,
  t.region AS region, t.product_name AS product_name, p.code AS code, p.company_no AS company_no,
  CASE WHEN s.scope = 'company' AND p.company_no IS NOT NULL THEN '#' || p.company_no
    ELSE w.centre || ' ' || p.code END AS person,
  w.departed_at AS departed_at, w.departed_day AS first_day, COALESCE(w.returned_day, r.today) AS last_day
FROM crew w
JOIN reading r ON r.centre = w.centre
JOIN staff p ON p.centre = w.centre AND p.id = w.engineer_id
JOIN dispatch d ON d.centre = w.centre AND d.id = w.dispatch_id
JOIN grouped_ticket t ON t.centre = d.centre AND t.id = d.ticket_id
JOIN scope s ON w.departed_day < s.after_day
  AND (w.departed_day >= s.first_day OR COALESCE(w.returned_day, r.today) >= s.first_day)
WHERE w.departed_day IS NOT NULL;

CREATE TEMPORARY VIEW trip_after AS
SELECT f.*, MAX(f.last_day) OVER (PARTITION BY f.scope, f.person
    ORDER BY f.first_day, f.departed_at, f.centre, f.dispatch_id, f.id
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS counted_until
FROM trip f;

-- What a trip adds to a question: cut at its ends, less the days that an earlier trip of the same person has counted.
CREATE TEMPORARY VIEW cut_trip AS
SELECT a.ask AS ask, f.centre AS centre, f.line AS line, f.person AS person, f.code AS code,
  f.company_no AS company_no,
  CASE a.by_what WHEN 'centre' THEN f.centre WHEN 'region' THEN f.region WHEN 'product' THEN f.product_name ELSE '' END
    AS grp,
  CASE WHEN f.first_day >= a.first_day THEN 1 ELSE 0 END AS trips,
  CASE WHEN f.counted_until >= f.first_day AND f.counted_until >= a.first_day THEN f.counted_until + 1
    WHEN f.first_day >= a.first_day THEN f.first_day ELSE a.first_day END AS from_day,
  CASE WHEN f.last_day < a.after_day THEN f.last_day + 1 ELSE a.after_day END AS to_day
FROM asked a
JOIN trip_after f ON f.centre = a.centre
  AND f.scope = CASE WHEN a.by_what = 'centre' THEN 'centre' ELSE 'company' END
  AND f.first_day < a.after_day AND (f.first_day >= a.first_day OR f.last_day >= a.first_day);

CREATE TEMPORARY VIEW travel AS
SELECT f.ask AS ask, f.grp AS grp, f.line AS line,
  COUNT(DISTINCT CASE WHEN f.trips = 1 OR f.to_day > f.from_day THEN f.person END) AS persons,
  SUM(f.trips) AS trips,
  SUM(CASE WHEN f.to_day > f.from_day THEN f.to_day - f.from_day ELSE 0 END) AS days
FROM cut_trip f
GROUP BY 1, 2, 3;

CREATE TEMPORARY VIEW person_travel AS
SELECT f.ask AS ask, f.person AS person, f.centre AS centre, MIN(f.code) AS code, MIN(f.company_no) AS company_no,
  SUM(f.trips) AS trips,
  SUM(CASE WHEN f.to_day > f.from_day THEN f.to_day - f.from_day ELSE 0 END) AS days
FROM cut_trip f
GROUP BY 1, 2, 3;

-- SERVICE (3.4): when an answer is due, by the policy of the day of receipt, in natural or in working hours.
CREATE TEMPORARY VIEW clocked_ticket AS
SELECT t.*, c.policy_value AS reading,
  3600 * COALESCE(k.policy_number, h.policy_number) AS allowed
FROM grouped_ticket t
JOIN dated_policy c ON c.centre = t.centre AND c.policy_key = 'answer.clock'
  AND t.received_day >= c.from_day AND t.received_day < c.until_day
JOIN dated_policy h ON h.centre = t.centre AND h.policy_key = 'answer.hours'
  AND t.received_day >= h.from_day AND t.received_day < h.until_day
LEFT JOIN dated_policy k ON k.centre = t.centre AND k.policy_key = 'answer.hours.' || t.kind
  AND t.received_day >= k.from_day AND t.received_day < k.until_day;

CREATE TEMPORARY VIEW working_target AS
SELECT t.centre AS centre, t.id AS id,
  w.before_seconds + t.allowed - w.opens + CASE WHEN t.received_at < w.closes THEN t.received_at ELSE w.closes END
    AS target
FROM clocked_ticket t
JOIN working w ON w.centre = t.centre AND t.received_at >= w.opens AND t.received_at < w.next_opens
WHERE t.reading = 'working';

CREATE TEMPORARY VIEW working_due AS
SELECT g.centre AS centre, g.id AS id, w.opens + g.target - w.before_seconds AS due_at
FROM working_target g
JOIN working w ON w.centre = g.centre
  AND w.before_seconds < g.target AND g.target <= w.before_seconds + w.closes - w.opens;

CREATE TEMPORARY VIEW due_ticket AS
SELECT t.*, CASE WHEN t.reading = 'natural' THEN t.received_at + t.allowed ELSE w.due_at END AS due_at
FROM clocked_ticket t LEFT JOIN working_due w ON w.centre = t.centre AND w.id = t.id;

-- Withdrawn before it was due and unanswered is neither late nor unanswered.
CREATE TEMPORARY VIEW judged_ticket AS
SELECT t.*,
  CASE WHEN t.answered_at IS NOT NULL AND t.answered_at > t.due_at THEN 'late'
    WHEN t.answered_at IS NOT NULL THEN 'in_time'
    WHEN t.cancelled_at IS NOT NULL AND (t.due_at IS NULL OR t.cancelled_at <= t.due_at) THEN 'withdrawn'
    ELSE 'unanswered' END AS verdict
FROM due_ticket t;

CREATE TEMPORARY VIEW received AS
SELECT a.ask AS ask,
  CASE a.by_what WHEN 'centre' THEN f.centre WHEN 'region' THEN f.region WHEN 'product' THEN f.product_name ELSE '' END
    AS grp,
  COUNT(*) AS tickets_opened,
  SUM(CASE WHEN f.verdict = 'withdrawn' THEN 1 ELSE 0 END) AS withdrawn,
  SUM(CASE WHEN f.verdict = 'in_time' THEN 1 ELSE 0 END) AS answered_in_time,
  SUM(CASE WHEN f.verdict = 'late' THEN 1 ELSE 0 END) AS answered_late,
  SUM(CASE WHEN f.verdict = 'unanswered' THEN 1 ELSE 0 END) AS unanswered
FROM asked_day a JOIN judged_ticket f ON f.centre = a.centre AND f.received_day = a.day
GROUP BY 1, 2;

CREATE TEMPORARY VIEW contacts AS
SELECT a.ask AS ask,
  CASE a.by_what WHEN 'centre' THEN f.centre WHEN 'region' THEN COALESCE(c.region, '')
    WHEN 'product' THEN COALESCE(t.product, '') ELSE '' END AS grp,
  COUNT(*) AS contacts
FROM asked_day a
JOIN contact f ON f.centre = a.centre AND f.happened_day = a.day
LEFT JOIN customer c ON c.centre = f.centre AND c.id = f.customer_id
LEFT JOIN ticket t ON t.centre = f.centre AND t.id = f.ticket_id
GROUP BY 1, 2;

-- A ticket closed again in the same period counts once.
CREATE TEMPORARY VIEW closing AS
SELECT t.centre AS centre, t.region AS region, t.product_name AS product_name, t.closed_day AS day, 9999999 AS again_day
FROM grouped_ticket t WHERE t.closed_day IS NOT NULL
UNION ALL
SELECT t.centre AS centre, t.region AS region, t.product_name AS product_name, t.first_closed_day AS day,
  COALESCE(t.closed_day, 9999999) AS again_day
FROM grouped_ticket t WHERE t.first_closed_day IS NOT NULL;

CREATE TEMPORARY VIEW closed AS
SELECT a.ask AS ask,
  CASE a.by_what WHEN 'centre' THEN f.centre WHEN 'region' THEN f.region WHEN 'product' THEN f.product_name ELSE '' END
    AS grp,
  SUM(CASE WHEN f.again_day >= a.first_day AND f.again_day < a.after_day THEN 0 ELSE 1 END) AS closed
FROM asked_day a JOIN closing f ON f.centre = a.centre AND f.day = a.day
GROUP BY 1, 2;

CREATE TEMPORARY VIEW surveyed AS
SELECT a.ask AS ask,
  CASE a.by_what WHEN 'centre' THEN f.centre WHEN 'region' THEN t.region WHEN 'product' THEN t.product_name ELSE '' END
    AS grp,
  COUNT(*) AS surveys, SUM(f.score) AS score
FROM asked_day a
JOIN survey f ON f.centre = a.centre AND f.happened_day = a.day
JOIN grouped_ticket t ON t.centre = f.centre AND t.id = f.ticket_id
GROUP BY 1, 2;

-- QUALITY: each share as its two counts, the median as the sum of the one or two middle values.
CREATE TEMPORARY VIEW quality_answers AS
SELECT a.ask AS ask,
  CASE a.by_what WHEN 'centre' THEN f.centre WHEN 'region' THEN f.region WHEN 'product' THEN f.product_name ELSE '' END
    AS grp,
  SUM(CASE WHEN f.answered_at <= f.due_at THEN 1 ELSE 0 END) AS numerator,
  COUNT(*) AS denominator
FROM asked_day a
JOIN judged_ticket f ON f.centre = a.centre AND f.received_day = a.day
JOIN reading r ON r.centre = f.centre
WHERE f.due_at IS NOT NULL AND f.verdict <> 'withdrawn' AND (f.answered_at IS NOT NULL OR r.as_of > f.due_at)
GROUP BY 1, 2;

CREATE TEMPORARY VIEW ranked_wait AS
SELECT w.ask AS ask, w.grp AS grp, w.seconds AS seconds,
  ROW_NUMBER() OVER (PARTITION BY w.ask, w.grp ORDER BY w.seconds, w.centre, w.id) AS place,
  COUNT(*) OVER (PARTITION BY w.ask, w.grp) AS of_all
FROM (
  SELECT a.ask AS ask, f.centre AS centre, f.id AS id, f.answered_at - f.received_at AS seconds,
    CASE a.by_what WHEN 'centre' THEN f.centre WHEN 'region' THEN f.region WHEN 'product' THEN f.product_name
      ELSE '' END AS grp
  FROM asked_day a JOIN grouped_ticket f ON f.centre = a.centre AND f.received_day = a.day
  WHERE f.answered_at IS NOT NULL
) w;

CREATE TEMPORARY VIEW quality_median AS
SELECT w.ask AS ask, w.grp AS grp, SUM(w.seconds) AS numerator, COUNT(*) AS middles, MAX(w.of_all) AS denominator
FROM ranked_wait w
WHERE 2 * w.place >= w.of_all AND 2 * w.place <= w.of_all + 2
GROUP BY 1, 2;

CREATE TEMPORARY VIEW due_arrival AS
SELECT w.centre AS centre, t.region AS region, t.product_name AS product_name, w.arrived_at AS arrived_at,
  COALESCE(w.arrived_day, w.due_day) AS day, w.due_at + 60 * g.policy_number AS until_at
FROM crew w
JOIN dispatch d ON d.centre = w.centre AND d.id = w.dispatch_id AND d.status <> 'cancelled'
JOIN grouped_ticket t ON t.centre = d.centre AND t.id = d.ticket_id
JOIN dated_policy g ON g.centre = w.centre AND g.policy_key = 'late.grace_minutes'
  AND COALESCE(w.arrived_day, w.due_day) >= g.from_day AND COALESCE(w.arrived_day, w.due_day) < g.until_day
WHERE w.due_at IS NOT NULL;

CREATE TEMPORARY VIEW quality_arrivals AS
SELECT a.ask AS ask,
  CASE a.by_what WHEN 'centre' THEN f.centre WHEN 'region' THEN f.region WHEN 'product' THEN f.product_name ELSE '' END
    AS grp,
  SUM(CASE WHEN f.arrived_at <= f.until_at THEN 1 ELSE 0 END) AS numerator,
  COUNT(*) AS denominator
FROM asked_day a
JOIN due_arrival f ON f.centre = a.centre AND f.day = a.day
JOIN reading r ON r.centre = f.centre
WHERE f.arrived_at IS NOT NULL OR r.as_of > f.until_at
GROUP BY 1, 2;

-- The same repair again is a repeat up to the end of the window of the day on which the earlier one closed (3.6).
CREATE TEMPORARY VIEW repeat_repair AS
SELECT n.centre AS centre, n.id AS id, o.id AS earlier,
  CASE WHEN o.first_closed_at IS NULL OR n.received_at <= o.first_closed_at + 86400 * w.policy_number THEN 1
    ELSE 0 END AS is_repeat
FROM ticket n
JOIN ticket o ON o.centre = n.centre AND o.id = n.repeat_of
LEFT JOIN dated_policy w ON w.centre = o.centre AND w.policy_key = 'repeat.window_days'
  AND o.first_closed_day >= w.from_day AND o.first_closed_day < w.until_day;

CREATE TEMPORARY VIEW quality_fixes AS
SELECT a.ask AS ask,
  CASE a.by_what WHEN 'centre' THEN f.centre WHEN 'region' THEN f.region WHEN 'product' THEN f.product_name ELSE '' END
    AS grp,
  SUM(CASE WHEN f.reopen_count = 0 AND f.repeat_of IS NULL AND b.earlier IS NULL THEN 1 ELSE 0 END) AS numerator,
  COUNT(*) AS denominator
FROM asked_day a
JOIN grouped_ticket f ON f.centre = a.centre AND f.first_closed_day = a.day AND f.kind = 'repair'
LEFT JOIN (SELECT DISTINCT r.centre AS centre, r.earlier AS earlier FROM repeat_repair r WHERE r.is_repeat = 1) b
  ON b.centre = f.centre AND b.earlier = f.id
GROUP BY 1, 2;

CREATE TEMPORARY VIEW quality_repeats AS
SELECT a.ask AS ask,
  CASE a.by_what WHEN 'centre' THEN f.centre WHEN 'region' THEN f.region WHEN 'product' THEN f.product_name ELSE '' END
    AS grp,
  SUM(COALESCE(r.is_repeat, 0)) AS numerator,
  COUNT(*) AS denominator
FROM asked_day a
JOIN grouped_ticket f ON f.centre = a.centre AND f.received_day = a.day AND f.kind = 'repair'
LEFT JOIN repeat_repair r ON r.centre = f.centre AND r.id = f.id
GROUP BY 1, 2;

CREATE TEMPORARY VIEW quality_surveys AS
SELECT a.ask AS ask,
  CASE a.by_what WHEN 'centre' THEN f.centre WHEN 'region' THEN f.region WHEN 'product' THEN f.product_name ELSE '' END
    AS grp,
  COUNT(s.ticket_id) AS numerator,
  COUNT(*) AS denominator
FROM asked_day a
JOIN grouped_ticket f ON f.centre = a.centre AND f.first_closed_day = a.day
LEFT JOIN dated_policy p ON p.centre = f.centre AND p.policy_key = 'survey.of'
  AND f.first_closed_day >= p.from_day AND f.first_closed_day < p.until_day
LEFT JOIN (SELECT DISTINCT d.centre AS centre, d.ticket_id AS ticket_id FROM dispatch d
      JOIN crew w ON w.centre = d.centre AND w.dispatch_id = d.id AND w.departed_at IS NOT NULL) g
  ON g.centre = f.centre AND g.ticket_id = f.id
LEFT JOIN (SELECT DISTINCT v.centre AS centre, v.ticket_id AS ticket_id FROM survey v) s
  ON s.centre = f.centre AND s.ticket_id = f.id
WHERE g.ticket_id IS NOT NULL OR p.policy_value = 'all'
GROUP BY 1, 2;

CREATE TEMPORARY VIEW quality_complaints AS
SELECT a.ask AS ask,
  CASE a.by_what WHEN 'centre' THEN f.centre WHEN 'region' THEN COALESCE(t.region, '')
    WHEN 'product' THEN COALESCE(t.product_name, '') ELSE '' END AS grp,
  SUM(CASE WHEN f.happened_day = a.day THEN 1 ELSE 0 END) AS made,
  SUM(CASE WHEN f.decided_day = a.day AND f.finding = 'upheld' THEN 1 ELSE 0 END) AS numerator,
  SUM(CASE WHEN f.decided_day = a.day THEN 1 ELSE 0 END) AS denominator
FROM asked_day a
JOIN complaint f ON f.centre = a.centre AND (f.happened_day = a.day OR f.decided_day = a.day)
LEFT JOIN grouped_ticket t ON t.centre = f.centre AND t.id = f.ticket_id
GROUP BY 1, 2;

-- ACROSS CENTRES
-- A claim whose invoice was claimed first in another centre. Refunds and what was shared are no second claim.
CREATE TEMPORARY VIEW duplicate_invoice AS
SELECT c.* FROM (
  SELECT e.centre AS centre, e.id AS id, e.invoice AS invoice, e.amount_fen AS amount_fen, e.spent_day AS spent_day,
    FIRST_VALUE(e.centre) OVER (PARTITION BY e.invoice_key ORDER BY e.spent_day, e.centre, e.id) AS first_centre,
    FIRST_VALUE(e.id) OVER (PARTITION BY e.invoice_key ORDER BY e.spent_day, e.centre, e.id) AS first_id,
    FIRST_VALUE(e.amount_fen) OVER (PARTITION BY e.invoice_key ORDER BY e.spent_day, e.centre, e.id)
      AS first_amount_fen,
    FIRST_VALUE(e.spent_day) OVER (PARTITION BY e.invoice_key ORDER BY e.spent_day, e.centre, e.id) AS first_day
  FROM expense e
  WHERE e.invoice_key IS NOT NULL AND e.amount_fen > 0 AND e.status <> 'rejected' AND e.status <> 'falsified'
) c
WHERE c.centre <> c.first_centre;

CREATE TEMPORARY VIEW served_customer AS
SELECT c.name_key AS name_key, c.centre AS centre, MIN(c.name) AS name,
  COALESCE(SUM(t.tickets), 0) AS tickets, COALESCE(SUM(x.amount_fen), 0) AS amount_fen
FROM customer c
LEFT JOIN (SELECT k.centre AS centre, k.customer_id AS customer_id, COUNT(*) AS tickets FROM ticket k GROUP BY 1, 2) t
  ON t.centre = c.centre AND t.customer_id = c.id
LEFT JOIN (SELECT f.centre AS centre, f.customer_id AS customer_id, SUM(f.amount_fen) AS amount_fen FROM claim f
           GROUP BY 1, 2) x
  ON x.centre = c.centre AND x.customer_id = c.id
GROUP BY 1, 2;

-- FLAGS: what a ledger stored beside its facts and that they do not bear out, on the day on which it counts.
CREATE TEMPORARY VIEW wrong_flag AS
SELECT f.centre AS centre, f.day AS day, 'expense' AS kind, f.id AS id, f.line AS line, f.stored_line AS stored_line,
  f.excluded AS excluded, f.stored_excluded AS stored_excluded
FROM claim f WHERE f.line <> f.stored_line OR f.excluded <> f.stored_excluded
UNION ALL
SELECT d.centre AS centre, d.sent_day AS day, 'dispatch' AS kind, d.id AS id, t.line AS line,
  CASE WHEN d.kind = 'installation' THEN 'installation' ELSE 'dispatch' END AS stored_line,
  0 AS excluded, 0 AS stored_excluded
FROM dispatch d JOIN grouped_ticket t ON t.centre = d.centre AND t.id = d.ticket_id
WHERE CASE WHEN d.kind = 'installation' THEN 'installation' ELSE 'dispatch' END <> t.line;
