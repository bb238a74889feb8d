-- A family may tell us that their child has died.

alter table cases add column loss_reported_at timestamptz;

comment on column cases.loss_reported_at is 'When a parent said that the child has died. From then on nothing is sent.';

alter table outbox
    drop constraint an_errand_is_known,
    add constraint an_errand_is_known
        check (errand in ('START_CASE', 'PAYMENT_OFFERED', 'PARENTS_ANSWERED', 'LOSS_REPORTED'));
