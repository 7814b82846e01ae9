-- A bestuur that merges hands over what it was to worship bodies.

INSERT INTO reactions SELECT 'fusie', size FROM log_head;
