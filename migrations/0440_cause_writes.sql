-- What is written for a record is told by what is done as well: what is append-only is changed by none.
drop function if exists cause_writes();
