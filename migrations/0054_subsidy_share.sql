-- A share within a range is the office's to decide, with a reason.

insert into office_fact (name, title) values ('office.shares', '核定比例');
