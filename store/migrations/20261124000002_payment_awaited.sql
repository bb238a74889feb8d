-- Parents may pay later: that is not a declined payment.

alter table cases add column payment_awaited_at timestamptz;

comment on column cases.payment_awaited_at is 'When a payment was first missing; empty again once one is offered.';
