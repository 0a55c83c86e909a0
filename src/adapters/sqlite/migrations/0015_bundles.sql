-- From here on a row of events may hold several, as [[at, event], ...], at the address of the first. For people who look
-- in, and for copies: the events one by one. The address is that of the row, by which it is found fast.
CREATE VIEW logged AS
SELECT
    address,
    address >> 32 AS conversation,
    (address & 4294967295) + coalesce(one.key, 0) AS seq,
    coalesce(one.value ->> 0, at) AS at,
    coalesce(one.value -> 1, body) AS body
FROM event LEFT JOIN json_each(iif(substr(body, 1, 1) = '[', body, NULL)) AS one;
