-- What other besturen are to a worship body, from when to when: part of the register's read model.

ALTER TABLE besturen ADD COLUMN relaties jsonb NOT NULL DEFAULT '[]';
