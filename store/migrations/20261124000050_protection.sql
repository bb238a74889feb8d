-- A parent may have to be protected from another. Staff who look at such a case say why.

alter table cases
    add column protected_at timestamptz,
    add column protected_parent smallint,
    add constraint protection_has_its_time check ((protected_at is null) = (protected_parent is null));

comment on column cases.protected_at is 'Since when a parent is protected from the others.';
comment on column cases.protected_parent is 'Which parent is protected, from 0.';

alter table staff_reads
    add column purpose text,
    add constraint a_purpose_is_of_a_case check (purpose is null or what = 'CASE');

comment on column staff_reads.purpose is 'Why, if somebody in the case is protected.';
