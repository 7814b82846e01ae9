-- What a bestuur has still to open is a small part of what it ever received.

CREATE INDEX berichten_ongeopend ON berichten (naar, gesprek)
    WHERE geopend_op IS NULL AND ingetrokken_op IS NULL;
