-- A person is found by name and birth date without either being kept: by a keyed hash.

create table search_hashes (
    kind text not null,
    hash bytea not null,
    case_ref text not null,
    constraint one_hash_per_case_and_kind primary key (kind, hash, case_ref),
    constraint a_hash_of_a_case foreign key (case_ref) references cases (case_ref),
    constraint a_kind_of_person check (kind in ('CHILD', 'BIRTH_PARENT')),
    constraint a_search_hash_is_whole check (length(hash) = 32)
);

create index search_hashes_of_a_case on search_hashes (case_ref);

comment on table search_hashes is 'By what a case is found.';
comment on column search_hashes.kind is 'Whose name and birth date: the child''s or the birth parent''s.';
comment on column search_hashes.hash is 'Keyed hash of the name, case and spacing aside, and the birth date.';
comment on column search_hashes.case_ref is 'The case.';
