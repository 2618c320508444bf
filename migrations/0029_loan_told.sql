-- What a loan's record says under another name than the typed row, or in other units.
create type loan_told as (
    borrower_uscc text, borrower_address text, borrower_contact text, guarantor_uscc text, insurer_uscc text,
    revenue yuan, assets yuan, amount yuan, ip_amount yuan, facility_amount yuan, equity_amount yuan,
    registered_amount yuan, rate percent, ip json
);
