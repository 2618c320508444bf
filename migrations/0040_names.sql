-- A measure (举措) is what the plan asks of departments; what a target counts is its metric (衡量指标), as in the lists
-- of answers. A loan's class is read by its words' names, not by their places.

alter table plan_target rename column measure to metric;
alter table plan_target rename constraint plan_target_measure_known to plan_target_metric_known;
alter table plan_target_measure rename to plan_target_metric;
alter table plan_target_metric rename column measure to metric;

create type loan_class_words as (
    org_id bigint, district text, secured_by text, right_kind text, product text, size text, industry text,
    amount_class text, firstness text
);
drop view loan_rollup_rows; -- rollup_loan_rows()
