-- Which cells of a section keep each other when hidden is asked with their loans too (functions/publication.sql).

drop function if exists publication_safe(bigint[], int);
