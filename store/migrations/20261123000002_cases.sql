-- A case is one child. Its row tells what has happened, with times; where it stands is computed from that.

create table cases (
    case_ref text not null,
    submission uuid not null,
    ordinal smallint not null,
    delivery uuid not null,
    correlation bytea not null,

    revision bigint not null,
    log_hash bytea not null,
    open_tasks smallint not null default 0,

    received_at timestamptz not null,
    certificate_wanted text,
    sin_wanted boolean not null,

    statement_at timestamptz,
    statement_id text,
    notice_found text,
    notice_at timestamptz,
    notice_id text,
    registration_asked_at timestamptz,
    registered_at timestamptz,
    registration_number text,
    registered_on date,
    refused_at timestamptz,
    refusal text,
    statement_withdrawn_at timestamptz,

    fee_paid_at timestamptz,
    fee_id text,
    fee_cents bigint,
    fee_declined_at timestamptz,
    fee_earned_at timestamptz,
    fee_refunded_at timestamptz,

    ordered_at timestamptz,
    order_id text,
    production_at timestamptz,
    printed_at timestamptz,
    mailed_at timestamptz,
    mailed_on date,
    returned_at timestamptz,
    order_ended_at timestamptz,

    application_asked_at timestamptz,
    applied_at timestamptz,
    application_id text,
    adjudication_at timestamptz,
    issued_at timestamptz,
    letter_mailed_at timestamptz,
    letter_mailed_on date,
    application_refused_at timestamptz,
    application_refusal text,
    sin_refused_at timestamptz,
    sin_withdrawn_at timestamptz,

    closed_at timestamptz,
    ending text,

    constraint one_case_per_reference primary key (case_ref),
    constraint one_case_per_child unique (submission, ordinal),
    constraint a_case_of_a_submission foreign key (submission) references submissions (id),
    constraint one_registration_per_case unique (registration_number),
    constraint a_reference_is_twelve_letters check (length(case_ref) = 12),
    constraint children_are_counted_from_one check (ordinal >= 1),
    constraint a_log_begins_with_its_first_entry check (revision >= 1 and length(log_hash) = 32),
    constraint tasks_are_at_most_one_per_leg check (open_tasks between 0 and 3),
    constraint a_statement_has_its_id check ((statement_at is null) = (statement_id is null)),
    constraint a_notice_has_its_id check ((notice_at is null) = (notice_id is null)),
    constraint a_registration_has_its_number
        check (num_nulls(registered_at, registration_number, registered_on) in (0, 3)),
    constraint a_refusal_has_its_reason check ((refused_at is null) = (refusal is null)),
    constraint a_fee_has_its_id_and_amount check (num_nulls(fee_paid_at, fee_id, fee_cents) in (0, 3)),
    constraint only_a_paid_fee_is_earned check (fee_earned_at is null or fee_paid_at is not null),
    constraint only_a_paid_fee_is_refunded check (fee_refunded_at is null or fee_paid_at is not null),
    constraint an_order_has_its_id check ((ordered_at is null) = (order_id is null)),
    constraint what_is_printed_was_in_production check (printed_at is null or production_at is not null),
    constraint what_is_mailed_was_printed check (mailed_at is null or printed_at is not null),
    constraint a_mailing_day_has_its_time check (mailed_on is null or mailed_at is not null),
    constraint an_application_has_its_id check ((applied_at is null) = (application_id is null)),
    constraint a_letter_follows_the_issue check (letter_mailed_at is null or issued_at is not null),
    constraint a_letter_day_has_its_time check (letter_mailed_on is null or letter_mailed_at is not null),
    constraint an_application_refusal_has_its_reason
        check ((application_refused_at is null) = (application_refusal is null)),
    constraint a_closed_case_has_its_ending check ((closed_at is null) = (ending is null))
) with (fillfactor = 70); -- a case is rewritten some twenty times: leave room on its page

create index cases_by_age on cases (received_at, case_ref);
create index stuck_cases_by_age on cases (received_at, case_ref) where open_tasks > 0;

comment on table cases is 'One child each.';
comment on column cases.case_ref is 'What parents and staff call the case.';
comment on column cases.submission is 'The submission that it came with.';
comment on column cases.ordinal is 'Which child of the submission it is, from 1.';
comment on column cases.delivery is 'The birth that it shares with its twins.';
comment on column cases.correlation is 'Sealed: the key under which the parents'' program sent the submission; the registers are told it.';
comment on column cases.revision is 'The number of the newest entry in its log. A decision must have seen it.';
comment on column cases.log_hash is 'The hash of the newest entry in its log.';
comment on column cases.open_tasks is 'How many tasks it has on the desk; with one it is stuck.';
comment on column cases.received_at is 'When it was received.';
comment on column cases.certificate_wanted is 'Which certificate the parents ordered, if any.';
comment on column cases.sin_wanted is 'Whether the parents asked for a Social Insurance Number.';
comment on column cases.statement_at is 'When the province accepted the statement of live birth.';
comment on column cases.statement_id is 'The province''s number of the statement.';
comment on column cases.notice_found is 'The province''s number of the one notice that fits, before it is bound.';
comment on column cases.notice_at is 'When the hospital''s notice was bound to the statement.';
comment on column cases.notice_id is 'The province''s number of that notice.';
comment on column cases.registration_asked_at is 'When the province was first asked to register the birth. From then on the birth may stand.';
comment on column cases.registered_at is 'When the province said that the birth is registered.';
comment on column cases.registration_number is 'The registration number.';
comment on column cases.registered_on is 'The day of the registration, as the province says.';
comment on column cases.refused_at is 'When the province last refused the statement or the registration.';
comment on column cases.refusal is 'Why it did.';
comment on column cases.statement_withdrawn_at is 'When the statement was withdrawn from the province.';
comment on column cases.fee_paid_at is 'When the parents'' payment was taken.';
comment on column cases.fee_id is 'The province''s number of the fee.';
comment on column cases.fee_cents is 'The fee in Canadian cents.';
comment on column cases.fee_declined_at is 'When the newest payment was declined; empty again once another is offered.';
comment on column cases.fee_earned_at is 'When production earned the fee.';
comment on column cases.fee_refunded_at is 'When the fee was given back.';
comment on column cases.ordered_at is 'When the certificate was ordered.';
comment on column cases.order_id is 'The province''s number of the order.';
comment on column cases.production_at is 'When production began; the order is not taken back after it.';
comment on column cases.printed_at is 'When the certificate was printed.';
comment on column cases.mailed_at is 'When the province said that the certificate is in the mail.';
comment on column cases.mailed_on is 'The day it was mailed, as the province says.';
comment on column cases.returned_at is 'When the certificate came back undelivered.';
comment on column cases.order_ended_at is 'When the order was cancelled or the certificate voided.';
comment on column cases.application_asked_at is 'When the SIN application was first sent. From then on it may stand.';
comment on column cases.applied_at is 'When the federal side took the application.';
comment on column cases.application_id is 'The federal number of the application. Never a SIN.';
comment on column cases.adjudication_at is 'When the application went to a federal officer.';
comment on column cases.issued_at is 'When the federal side said that a SIN was issued. The number itself never comes here.';
comment on column cases.letter_mailed_at is 'When the federal side said that the SIN letter is in the mail.';
comment on column cases.letter_mailed_on is 'The day the letter was mailed, as the federal side says.';
comment on column cases.application_refused_at is 'When the federal side did not take the application.';
comment on column cases.application_refusal is 'Why it did not.';
comment on column cases.sin_refused_at is 'When an application that was taken was refused.';
comment on column cases.sin_withdrawn_at is 'When the application was withdrawn.';
comment on column cases.closed_at is 'When the case was closed.';
comment on column cases.ending is 'How it ended.';
