-- One trigger on submission writes the typed rows of all types: the condition of each of nineteen was prepared with
-- every statement that stored a record of any type.
alter table record_type add column row_by text; -- the function that writes the typed row; null: the statement does
update record_type set row_by = name || '_row'
 where name in ('catalogue_followup', 'catalogue_need', 'catalogue_offer', 'confirmation', 'enterprise_profile',
                'indicator', 'insurance_claim', 'insurance_policy', 'ip_deal', 'ip_deal_payment', 'ip_event',
                'measure_report', 'measure_rhythm', 'offer_acceptance', 'product_filing', 'ranking_weight',
                'report_seal', 'securitisation_event');
update record_type set row_by = 'register_row'
 where name in ('matching_event', 'operation_centre', 'portfolio', 'alliance', 'cluster', 'service_agency',
                'agency_service', 'training');
do $$
declare
    f text;
begin
    for f in select distinct t.row_by from record_type t where t.row_by is not null loop
        execute format('drop function if exists %I() cascade', f); -- and its trigger
    end loop;
end $$;
