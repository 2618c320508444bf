-- What waits is told with its amount, the day by which it is due and what keeps whoever asks from it.
drop function if exists task_shown(text, text, text, text, timestamptz);
drop function if exists task_of_claim(text, text);
drop function if exists tasks_open();
-- Organisations are told to everybody as far as he may know of them.
drop function if exists directory_organisations();
