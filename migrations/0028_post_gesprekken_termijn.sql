-- When a reaction term ends is told by the read model of terms, by the rules of its own moment.

ALTER TABLE gesprekken DROP COLUMN uiterlijk;
ALTER TABLE berichten DROP COLUMN uiterlijk;
COMMENT ON TABLE gesprekken IS 'One row a conversation; van started it.';
