-- An index for every order of the queues and of what people keep.

CREATE INDEX behandelingen_op_aflevering ON behandelingen (afgeleverd_op, id);
CREATE INDEX behandelingen_op_termijn ON behandelingen (coalesce(vervalt_op, 'infinity'::timestamptz), id);
CREATE INDEX behandelingen_op_naam ON behandelingen (bestuur_naam, id);
CREATE INDEX medewerkers_op_naam ON medewerkers (naam, id);
CREATE INDEX zoekopdrachten_op_naam ON zoekopdrachten (naam, id);
