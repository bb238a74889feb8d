-- Births that are registered, and who tried to have one cancelled.
create sequence registration_numbers;

create table registrations (
    registration_number           text primary key,
    statement_id                  uuid not null constraint one_registration_per_statement unique references statements,
    case_ref                      text not null,
    key                           text not null,
    content_digest                text not null,
    notice_id                     text constraint one_registration_per_notice unique references notices,
    without_notice                text,
    registered_at                 timestamptz not null,
    registered_on                 date not null,
    cancelled_on                  date,
    cancellation_reason           text,
    surviving_registration_number text references registrations,
    constraint a_notice_or_a_decision check ((notice_id is null) <> (without_notice is null)),
    constraint a_cancellation_has_a_reason check ((cancelled_on is null) = (cancellation_reason is null))
);

comment on table registrations is 'Births registered in this province';
comment on column registrations.registration_number is 'The number of the registration; never changes';
comment on column registrations.statement_id is 'The statement that constitutes it';
comment on column registrations.case_ref is 'The case it came through';
comment on column registrations.key is 'Key of the RegisterBirth that registered it';
comment on column registrations.content_digest is 'Digest of what was registered';
comment on column registrations.notice_id is 'The notice it was matched with';
comment on column registrations.without_notice is 'Why there is none, by the registrar''s decision';
comment on column registrations.registered_at is 'When it was registered';
comment on column registrations.registered_on is 'Date of registration in the province';
comment on column registrations.cancelled_on is 'Date on which the registrar cancelled it';
comment on column registrations.cancellation_reason is 'Why it was cancelled';
comment on column registrations.surviving_registration_number is 'For a duplicate: the registration that stands';

create table cancellation_attempts (
    attempt_id   bigint generated always as identity primary key,
    caller       text not null,
    attempted_at timestamptz not null
);

comment on table cancellation_attempts is 'Calls of RequestCancellation by anyone but the registrar; all were denied';
comment on column cancellation_attempts.attempt_id is 'Counts the attempts';
comment on column cancellation_attempts.caller is 'Name in the caller''s certificate';
comment on column cancellation_attempts.attempted_at is 'When';
