-- What is still to be done with a draft, for lists of work.

ALTER TABLE inzendingen ADD COLUMN gewijzigd_op timestamptz;
ALTER TABLE inzendingen ADD COLUMN bevindingen integer NOT NULL DEFAULT 0;
CREATE INDEX inzendingen_concepten ON inzendingen (bestuur) WHERE toestand IN ('concept', 'heropend');
UPDATE projections SET position = 0 WHERE name = 'inzendingen';
