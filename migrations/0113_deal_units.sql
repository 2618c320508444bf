-- Units in deals are one by code or by name; a move names its deal, from which both are read.
drop function if exists flag_moves(text[]);
