-- A notice that fits has both dates of the statement: it is found without reading all notices of a day.
create index notices_by_dates on notices (child_date_of_birth, birth_parent_date_of_birth);
drop index notices_by_child_date;
