-- Covers that one person of finance has asked to end and that a second has not, for the list of what waits.

create index coverage_end_begun on coverage_step (coverage) where step = 'end' and state in ('covered', 'suspended');
