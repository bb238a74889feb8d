-- A payment that was offered is not asked for again before it is known whether it is good.

alter table cases add column payment_offered_at timestamptz;

comment on column cases.payment_offered_at is 'When a payment was offered of which it is not known yet whether it is good.';
