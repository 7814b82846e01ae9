-- An index for every order in which the list of terms can be asked, followed by the id.

CREATE INDEX termijnen_vervalt_op ON termijnen (vervalt_op, id);
CREATE INDEX termijnen_open ON termijnen (vervalt_op, id) WHERE toestand = 'lopend';
CREATE INDEX termijnen_gewijzigd ON termijnen (position, id);
