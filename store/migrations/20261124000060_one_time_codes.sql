-- Whoever changes where letters go, or withdraws, shows that they still read what is sent to them.

create table one_time_codes (
    id bigint generated always as identity,
    case_ref text not null,
    parent smallint not null,
    hash bytea not null,
    sealed bytea not null,
    sent_at timestamptz not null,
    ends_at timestamptz not null,
    tries integer not null default 0,
    used_at timestamptz,
    constraint one_code_per_id primary key (id),
    constraint a_code_of_a_parent foreign key (case_ref, parent) references parents (case_ref, parent)
);

create index one_time_codes_of_a_parent on one_time_codes (case_ref, parent, id);

comment on table one_time_codes is 'Codes that were sent to a parent, each to be used once and soon.';
comment on column one_time_codes.id is 'The number of the code.';
comment on column one_time_codes.case_ref is 'The case.';
comment on column one_time_codes.parent is 'Which parent, from 0.';
comment on column one_time_codes.hash is 'Keyed hash of the code.';
comment on column one_time_codes.sealed is 'Sealed: the code, until the message with it is sent.';
comment on column one_time_codes.sent_at is 'When it was drawn.';
comment on column one_time_codes.ends_at is 'From when on it opens nothing.';
comment on column one_time_codes.tries is 'How often something else was typed.';
comment on column one_time_codes.used_at is 'When it was used.';
