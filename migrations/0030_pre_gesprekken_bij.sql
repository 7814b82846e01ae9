-- Who has read all there is, so that what somebody did not read yet is found in one look.

ALTER TABLE gesprekken ADD COLUMN bij_van text[] COLLATE "C", ADD COLUMN bij_naar text[] COLLATE "C";
COMMENT ON COLUMN gesprekken.bij_van IS 'People of van who have read all that van received; null when there is nothing to read.';
COMMENT ON COLUMN gesprekken.bij_naar IS 'The same for naar.';

UPDATE gesprekken AS g SET
    bij_van = CASE WHEN EXISTS (
            SELECT FROM berichten AS b
            WHERE b.gesprek = g.id AND b.naar = g.van AND b.ingetrokken_op IS NULL)
        THEN ARRAY(SELECT p FROM berichten AS b, unnest(b.gelezen_door) AS p
            WHERE b.gesprek = g.id AND b.naar = g.van AND b.ingetrokken_op IS NULL
            GROUP BY p HAVING count(*) = (SELECT count(*) FROM berichten AS c
                WHERE c.gesprek = g.id AND c.naar = g.van AND c.ingetrokken_op IS NULL)
            ORDER BY p) END,
    bij_naar = CASE WHEN EXISTS (
            SELECT FROM berichten AS b
            WHERE b.gesprek = g.id AND b.naar = g.naar AND b.ingetrokken_op IS NULL)
        THEN ARRAY(SELECT p FROM berichten AS b, unnest(b.gelezen_door) AS p
            WHERE b.gesprek = g.id AND b.naar = g.naar AND b.ingetrokken_op IS NULL
            GROUP BY p HAVING count(*) = (SELECT count(*) FROM berichten AS c
                WHERE c.gesprek = g.id AND c.naar = g.naar AND c.ingetrokken_op IS NULL)
            ORDER BY p) END;
