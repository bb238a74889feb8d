-- What workflows must hear is written with what decided it, and told afterwards, until it is heard.

create table outbox (
    id bigint generated always as identity,
    case_ref text not null,
    errand text not null,
    clocks jsonb,
    generation integer,
    written_at timestamptz not null,
    attempts integer not null default 0,
    next_try_at timestamptz not null,
    done_at timestamptz,
    constraint one_errand_per_id primary key (id),
    constraint an_errand_of_a_case foreign key (case_ref) references cases (case_ref),
    constraint an_errand_is_known check (errand in ('START_CASE', 'PAYMENT_OFFERED')),
    constraint a_start_has_its_clocks check ((errand = 'START_CASE') = (clocks is not null)),
    constraint an_offer_has_its_generation check ((errand = 'PAYMENT_OFFERED') = (generation is not null))
);

create index waiting_errands on outbox (id) where done_at is null;
create index waiting_errands_of_a_case on outbox (case_ref, id) where done_at is null;

comment on table outbox is 'Errands to the workflows, one after the other for each case.';
comment on column outbox.id is 'The number of the errand.';
comment on column outbox.case_ref is 'The case.';
comment on column outbox.errand is 'What the workflow must hear.';
comment on column outbox.clocks is 'For a start: how long the engine waits for what, fixed now.';
comment on column outbox.generation is 'For a payment: which offer.';
comment on column outbox.written_at is 'When it was decided.';
comment on column outbox.attempts is 'How often telling the workflow has failed.';
comment on column outbox.next_try_at is 'Not tried before then.';
comment on column outbox.done_at is 'When the workflow had heard; empty until then.';
