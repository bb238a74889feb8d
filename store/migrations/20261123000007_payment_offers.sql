-- Parents may offer a payment more than once; each offer has its generation.

create table payment_offers (
    case_ref text not null,
    generation integer not null,
    sealed bytea not null,
    token_hash bytea not null,
    offered_at timestamptz not null,
    constraint one_offer_per_generation primary key (case_ref, generation),
    constraint one_offer_per_token unique (case_ref, token_hash),
    constraint an_offer_of_a_case foreign key (case_ref) references cases (case_ref),
    constraint generations_fit_a_key check (generation between 0 and 65535)
);

comment on table payment_offers is 'What the payment page gave back, each time the parents paid.';
comment on column payment_offers.case_ref is 'The case.';
comment on column payment_offers.generation is 'Which offer it is: 0 came with the submission, later ones are 1, 2 …';
comment on column payment_offers.sealed is 'Sealed: the token that the payment page gave back.';
comment on column payment_offers.token_hash is 'Keyed hash of the token: the same payment offered twice is one offer.';
comment on column payment_offers.offered_at is 'When it was offered.';
