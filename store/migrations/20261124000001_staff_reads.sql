-- Whoever of the staff looks at a case leaves a trace, chained for each of their sessions: one member, one day.

create table staff_sessions (
    staff text not null,
    day date not null,
    reads bigint not null default 0,
    log_hash bytea not null,
    constraint one_session_per_member_and_day primary key (staff, day),
    constraint a_session_has_a_whole_hash check (length(log_hash) = 32)
);

comment on table staff_sessions is 'The days on which members of staff looked at cases.';
comment on column staff_sessions.staff is 'The member of staff.';
comment on column staff_sessions.day is 'The day, by the calendar of the province.';
comment on column staff_sessions.reads is 'How often they looked: the number of the newest entry.';
comment on column staff_sessions.log_hash is 'The hash of the newest entry.';

create table staff_reads (
    staff text not null,
    day date not null,
    seq bigint not null,
    at timestamptz not null,
    what text not null,
    case_ref text,
    prev_hash bytea not null,
    hash bytea not null,
    constraint one_read_per_number primary key (staff, day, seq),
    constraint a_read_of_a_session foreign key (staff, day) references staff_sessions (staff, day),
    constraint a_read_of_a_case foreign key (case_ref) references cases (case_ref),
    constraint reads_are_counted_from_one check (seq >= 1),
    constraint something_was_read check (what in ('CASE', 'CASES', 'DESK')),
    constraint a_case_that_was_read_is_named check ((what = 'CASE') = (case_ref is not null)),
    constraint a_read_has_whole_hashes check (length(prev_hash) = 32 and length(hash) = 32)
);

create index staff_reads_of_a_case on staff_reads (case_ref) where case_ref is not null;

comment on table staff_reads is 'What members of staff looked at, in order. Never changed, never deleted.';
comment on column staff_reads.staff is 'The member of staff.';
comment on column staff_reads.day is 'The day, by the calendar of the province.';
comment on column staff_reads.seq is 'The number of the entry in its session, from 1 without a gap.';
comment on column staff_reads.at is 'When they looked.';
comment on column staff_reads.what is 'A case, a list of cases, or the desk.';
comment on column staff_reads.case_ref is 'Which case, if it was one.';
comment on column staff_reads.prev_hash is 'The hash of the entry before; zeros for the first.';
comment on column staff_reads.hash is 'The hash of this entry and, through it, of all before it in the session.';

create trigger the_reads_are_not_rewritten
before update or delete on staff_reads
for each row execute function refuse_to_rewrite_the_log();

create trigger the_reads_are_not_emptied
before truncate on staff_reads
for each statement execute function refuse_to_rewrite_the_log();
