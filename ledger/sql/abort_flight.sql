-- abort_flight: roll this flight back (an atomic batch with a conflict in it); raises PB001.
select abort_flight()
