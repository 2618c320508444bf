-- A correction is judged by the facts that the loan will have (functions/loan.sql: loan_told_borne).
drop function if exists loan_told_borne(loan);
