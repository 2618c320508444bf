-- What the operator decides against the rule is a record of the log as any other: that it goes on although the
-- machine's clock is behind, or from an earlier state than was signed.
insert into record_type (name, writers, judged) values ('operator_act', '{ip_office}', true);
