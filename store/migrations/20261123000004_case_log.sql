-- The log of each case is only ever added to, and each entry carries the hash of the one before.

create table case_log (
    case_ref text not null,
    seq bigint not null,
    at timestamptz not null,
    actor text not null,
    staff text,
    fact text not null,
    sealed bytea,
    prev_hash bytea not null,
    hash bytea not null,
    constraint one_entry_per_number primary key (case_ref, seq),
    constraint an_entry_of_a_case foreign key (case_ref) references cases (case_ref),
    constraint entries_are_counted_from_one check (seq >= 1),
    constraint only_staff_have_names check (staff is null or actor = 'STAFF'),
    constraint an_entry_has_whole_hashes check (length(prev_hash) = 32 and length(hash) = 32)
);

comment on table case_log is 'What happened to each case, in order. Never changed, never deleted.';
comment on column case_log.case_ref is 'The case.';
comment on column case_log.seq is 'The number of the entry, from 1 without a gap.';
comment on column case_log.at is 'When it happened.';
comment on column case_log.actor is 'Who did it: the engine, the parents, staff, the province or the federal side.';
comment on column case_log.staff is 'Which member of staff, if it was one.';
comment on column case_log.fact is 'What happened, exactly as it was hashed. No personal data.';
comment on column case_log.sealed is 'Sealed: what a person wrote with it, if anything. The hash covers the sealed form.';
comment on column case_log.prev_hash is 'The hash of the entry before; zeros for the first.';
comment on column case_log.hash is 'The hash of this entry and, through it, of all before it.';

create function refuse_to_rewrite_the_log() returns trigger
language plpgsql as $$
begin
    raise exception 'the log is only ever added to' using errcode = 'restrict_violation';
end
$$;

create trigger the_log_is_not_rewritten
before update or delete on case_log
for each row execute function refuse_to_rewrite_the_log();

create trigger the_log_is_not_emptied
before truncate on case_log
for each statement execute function refuse_to_rewrite_the_log();
