-- A row in the list is found at once: readers do not search what is still to be put in the index.

ALTER INDEX inzendingen_ontvangers SET (fastupdate = off);
