-- Certificates: the fees they cost and the orders to make them.
create table fees (
    fee_id       uuid primary key,
    key          text not null constraint one_fee_per_key unique,
    case_ref     text not null,
    product      text not null,
    amount_cents integer not null,
    paid_at      timestamptz not null,
    earned_at    timestamptz,
    refunded_at  timestamptz,
    constraint never_both_earned_and_refunded check (earned_at is null or refunded_at is null)
);

create unique index one_unearned_fee_per_case_and_product on fees (case_ref, product)
    where earned_at is null and refunded_at is null;

comment on table fees is 'Fees that were paid';
comment on column fees.fee_id is 'This register''s id';
comment on column fees.key is 'Key of the PayFee';
comment on column fees.case_ref is 'The case that paid';
comment on column fees.product is 'What was paid for';
comment on column fees.amount_cents is 'Amount in Canadian cents';
comment on column fees.paid_at is 'When it was paid';
comment on column fees.earned_at is 'When production of the order it pays for began';
comment on column fees.refunded_at is 'When it was given back';

create table orders (
    order_id              uuid primary key,
    key                   text not null constraint one_order_per_key unique,
    case_ref              text not null,
    registration_number   text not null references registrations,
    product               text not null,
    fee_id                uuid not null references fees,
    recipient_name        text not null,
    delivery_address      bytea not null,
    address_generation    bigint not null,
    accepted_at           timestamptz not null,
    production_due_at     timestamptz not null,
    printing_due_at       timestamptz not null,
    mailing_due_at        timestamptz not null,
    production_began_at   timestamptz,
    printed_at            timestamptz,
    mailed_at             timestamptz,
    mailed_on             date,
    returned_at           timestamptz,
    cancelled_at          timestamptz,
    voided_at             timestamptz,
    next_due_at           timestamptz generated always as (
        case
            when cancelled_at is not null or voided_at is not null then null
            when production_began_at is null then production_due_at
            when printed_at is null then printing_due_at
            when mailed_at is null then mailing_due_at
        end
    ) stored,
    constraint never_cancelled_after_production check (cancelled_at is null or production_began_at is null)
);

create unique index one_live_order_per_registration_and_product on orders (registration_number, product)
    where cancelled_at is null and voided_at is null;
create unique index one_live_order_per_fee on orders (fee_id) where cancelled_at is null;
create index orders_by_next_due on orders (next_due_at) where next_due_at is not null;

comment on table orders is 'Orders of certificates';
comment on column orders.order_id is 'This register''s id';
comment on column orders.key is 'Key of the OrderCertificate';
comment on column orders.case_ref is 'The case that ordered';
comment on column orders.registration_number is 'The registration it is for';
comment on column orders.product is 'What to make';
comment on column orders.fee_id is 'The fee that pays for it';
comment on column orders.recipient_name is 'Name on the envelope';
comment on column orders.delivery_address is 'Where to send it, in wire form';
comment on column orders.address_generation is 'Generation of the last change of address; 0 before the first';
comment on column orders.accepted_at is 'When the order was accepted';
comment on column orders.production_due_at is 'When production shall begin';
comment on column orders.printing_due_at is 'When it shall be printed';
comment on column orders.mailing_due_at is 'When it shall be mailed';
comment on column orders.production_began_at is 'When production began';
comment on column orders.printed_at is 'When it was printed';
comment on column orders.mailed_at is 'When it was mailed';
comment on column orders.mailed_on is 'Date of mailing in the province';
comment on column orders.returned_at is 'When the mail brought it back';
comment on column orders.cancelled_at is 'When the order was cancelled, before production';
comment on column orders.voided_at is 'When the certificate was declared void';
comment on column orders.next_due_at is 'When the next thing happens by itself; empty when nothing does';
