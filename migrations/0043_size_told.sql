-- A case tells what was said of the firm's size where its bank and an office differ.

drop function if exists loan_cases(uuid[]);
