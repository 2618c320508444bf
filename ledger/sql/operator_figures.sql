-- operator_figures: what only the database knows of how things stand, for the operator's metrics.
-- -> name text, label text, word text (of a family with one label; else null), value text
select f.name, f.label, f.word, f.value::text as value
  from operator_figures() f
 order by f.name, f.word
