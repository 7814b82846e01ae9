-- An index for every order in which a list can be asked, followed by the id.

CREATE INDEX inzendingen_gewijzigd ON inzendingen (position, id);
CREATE INDEX inzendingen_zittingsdatum ON inzendingen (zittingsdatum, id);
CREATE INDEX inzendingen_bestuur_naam ON inzendingen (bestuur_naam, id);
CREATE INDEX besturen_naam ON besturen (naam, id);
CREATE INDEX besturen_kbo ON besturen (kbo, id);
