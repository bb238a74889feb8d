-- Applications for a Social Insurance Number. The numbers here are test numbers, begin with 0, and leave this table by
-- no query of this program.
create table applications (
    application_id      uuid primary key,
    key                 text not null constraint one_application_per_key unique,
    case_ref            text not null,
    registration_number text not null,
    content             bytea not null,
    mailing_address     bytea not null,
    address_generation  bigint not null,
    received_at         timestamptz not null,
    validating_due_at   timestamptz not null,
    issuing_due_at      timestamptz not null,
    validating_at       timestamptz,
    adjudication_at     timestamptz,
    issued_at           timestamptz,
    social_insurance_number text constraint one_application_per_number unique,
    letter_mailed_on    date,
    refused_at          timestamptz,
    withdrawn_at        timestamptz,
    next_due_at         timestamptz generated always as (
        case
            when withdrawn_at is not null or refused_at is not null or issued_at is not null then null
            when adjudication_at is not null then null
            when validating_at is null then validating_due_at
            else issuing_due_at
        end
    ) stored,
    constraint never_issued_and_withdrawn check (issued_at is null or withdrawn_at is null),
    constraint a_test_number check (social_insurance_number ~ '^0[0-9]{8}$' and social_insurance_number <> '000000000'),
    constraint issued_means_a_number check ((issued_at is null) = (social_insurance_number is null))
);

create unique index one_live_application_per_registration on applications (registration_number)
    where withdrawn_at is null and refused_at is null;
create index applications_by_next_due on applications (next_due_at) where next_due_at is not null;

comment on table applications is 'Applications received from the provinces';
comment on column applications.application_id is 'This register''s id';
comment on column applications.key is 'Key of the SubmitSinApplication';
comment on column applications.case_ref is 'The case that applied';
comment on column applications.registration_number is 'The province''s number of the birth registration';
comment on column applications.content is 'The application as it came, in wire form';
comment on column applications.mailing_address is 'Where the letter goes, in wire form';
comment on column applications.address_generation is 'Generation of the last change of address; 0 before the first';
comment on column applications.received_at is 'When it was received';
comment on column applications.validating_due_at is 'When checking shall begin';
comment on column applications.issuing_due_at is 'When the number shall be issued';
comment on column applications.validating_at is 'When checking began';
comment on column applications.adjudication_at is 'When it went to a federal officer';
comment on column applications.issued_at is 'When the number was issued';
comment on column applications.social_insurance_number is 'The number: a test number, never shown, sent or logged';
comment on column applications.letter_mailed_on is 'Date on which the letter was mailed';
comment on column applications.refused_at is 'When it was refused';
comment on column applications.withdrawn_at is 'When the province withdrew it';
comment on column applications.next_due_at is 'When the next thing happens by itself; empty when nothing does';
