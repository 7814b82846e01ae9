-- The conversations of a treatment are found when an answer came by post.

CREATE INDEX termijnen_stromen_behandeling ON termijnen_stromen ((gegevens ->> 'behandeling'))
    WHERE gegevens ->> 'behandeling' <> '';
