-- The parents' statements, the hospitals' notices, and which belongs to which.
create table statements (
    statement_id               uuid primary key,
    key                        text not null constraint one_statement_per_key unique,
    case_ref                   text not null,
    content                    bytea not null,
    content_digest             text not null,
    child_date_of_birth        date not null,
    birth_parent_date_of_birth date not null,
    birth_parent_name          text not null,
    birth_order                integer not null,
    last_match                 bytea not null,
    received_at                timestamptz not null,
    withdrawn_at               timestamptz,
    registered_at              timestamptz,
    cancelled_at               timestamptz
);

create unique index one_live_statement_per_child
    on statements (child_date_of_birth, birth_parent_date_of_birth, birth_parent_name, birth_order)
    where withdrawn_at is null and cancelled_at is null;

create unique index one_live_statement_per_case
    on statements (case_ref)
    where withdrawn_at is null and cancelled_at is null;

create index open_statements_by_child_date on statements (child_date_of_birth)
    where withdrawn_at is null and registered_at is null;

create index open_statements_by_birth_parent_date on statements (birth_parent_date_of_birth)
    where withdrawn_at is null and registered_at is null;

comment on table statements is 'Statements of live birth that were received';
comment on column statements.statement_id is 'This register''s id';
comment on column statements.key is 'Key of the SubmitStatement';
comment on column statements.case_ref is 'The case that sent it';
comment on column statements.content is 'Exactly what the parents certified, in wire form';
comment on column statements.content_digest is 'SHA-256 of the content, by the rule of the contract';
comment on column statements.child_date_of_birth is 'From the content, to find it by';
comment on column statements.birth_parent_date_of_birth is 'From the content, to find it by';
comment on column statements.birth_parent_name is 'Legal name from the content, without case and spacing';
comment on column statements.birth_order is 'From the content; 1 for a single birth';
comment on column statements.last_match is 'How it matched when last looked at, in wire form';
comment on column statements.received_at is 'When it was received';
comment on column statements.withdrawn_at is 'When it was withdrawn, or a newer one of its case took its place';
comment on column statements.registered_at is 'When it became the registration';
comment on column statements.cancelled_at is 'When the registrar cancelled that registration';

create table certifications (
    statement_id   uuid not null references statements,
    parent_index   integer not null,
    text_version   text not null,
    language       text not null,
    method         text not null,
    certified_at   timestamptz not null,
    content_digest text not null,
    primary key (statement_id, parent_index)
);

comment on table certifications is 'Each parent''s certification of a statement';
comment on column certifications.statement_id is 'What was certified';
comment on column certifications.parent_index is 'Which parent, from 1';
comment on column certifications.text_version is 'Version of the text shown';
comment on column certifications.language is 'Language it was shown in';
comment on column certifications.method is 'How it was certified';
comment on column certifications.certified_at is 'When, by the sender''s clock';
comment on column certifications.content_digest is 'Digest of what this parent saw';

create table notices (
    notice_id                  text primary key,
    content                    bytea not null,
    version                    integer not null,
    amended_by_generation      bigint not null,
    child_date_of_birth        date not null,
    birth_parent_date_of_birth date not null,
    received_at                timestamptz not null,
    amended_at                 timestamptz
);

create index notices_by_child_date on notices (child_date_of_birth);
create index notices_by_birth_parent_date on notices (birth_parent_date_of_birth);

comment on table notices is 'Notices of live birth, as the hospital or midwife last sent them';
comment on column notices.notice_id is 'The sender''s own reference';
comment on column notices.content is 'The notice in wire form';
comment on column notices.version is '1 as submitted, one more with each amendment';
comment on column notices.amended_by_generation is 'Generation of the last amendment''s key; 0 before the first';
comment on column notices.child_date_of_birth is 'From the content, to find it by';
comment on column notices.birth_parent_date_of_birth is 'From the content, to find it by';
comment on column notices.received_at is 'When it was first received';
comment on column notices.amended_at is 'When it was last amended';

create table bindings (
    key                  text primary key,
    statement_id         uuid not null references statements,
    notice_id            text not null references notices,
    decision             text not null,
    accepted_differences integer[] not null,
    bound_at             timestamptz not null,
    unbound_at           timestamptz
);

create unique index one_live_binding_per_notice on bindings (notice_id) where unbound_at is null;
create unique index one_live_binding_per_statement on bindings (statement_id) where unbound_at is null;

comment on table bindings is 'Which notice belongs to which statement';
comment on column bindings.key is 'Key of the BindNotice';
comment on column bindings.statement_id is 'The statement';
comment on column bindings.notice_id is 'The notice';
comment on column bindings.decision is 'AUTOMATIC, or OFFICER';
comment on column bindings.accepted_differences is 'Numbers of the MatchField values an officer accepted';
comment on column bindings.bound_at is 'When they were bound';
comment on column bindings.unbound_at is 'When they were parted again';
