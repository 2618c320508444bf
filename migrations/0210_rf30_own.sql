-- Told at once it compares with the sender's own loans alone; it has a second parameter now.
drop function if exists flag_rf30_hundredfold(uuid[]);
