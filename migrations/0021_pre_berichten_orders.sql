-- The orders in which conversations, messages and mail are listed.

CREATE INDEX gesprekken_laatste ON gesprekken (laatste_bericht_op, id);
CREATE INDEX gesprekken_gestart ON gesprekken (gestart_op, id);
CREATE INDEX gesprekken_onderwerp ON gesprekken (onderwerp, id);
CREATE INDEX berichten_verzonden ON berichten (verzonden_op, id);
CREATE INDEX mails_op ON mails (op, id);
