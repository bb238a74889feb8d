-- Staff sign in with a provider of identities. Each person has one reference here, whatever they are called.

create table staff (
    reference text not null,
    issuer text not null,
    subject text not null,
    name text not null,
    signed_in_at timestamptz not null,
    constraint one_member_per_reference primary key (reference),
    constraint one_reference_per_person unique (issuer, subject)
);

comment on table staff is 'The members of staff who have signed in. Never deleted: logs name them.';
comment on column staff.reference is 'What the log of a case and the reads call them, for good.';
comment on column staff.issuer is 'The provider of identities that knows them.';
comment on column staff.subject is 'What that provider calls them: the same person always, and nobody else.';
comment on column staff.name is 'Their name, as the provider said it when they last signed in.';
comment on column staff.signed_in_at is 'When they last signed in.';

create table sign_ins (
    token_hash bytea not null,
    staff text not null,
    role text not null,
    begun_at timestamptz not null,
    used_at timestamptz not null,
    constraint one_sign_in_per_token primary key (token_hash),
    constraint a_sign_in_of_a_member foreign key (staff) references staff (reference),
    constraint a_sign_in_has_a_whole_hash check (length(token_hash) = 32),
    constraint a_sign_in_is_used_once_it_began check (used_at >= begun_at)
);

comment on table sign_ins is 'The browsers in which staff are signed in.';
comment on column sign_ins.token_hash is 'Keyed hash of the token that the browser holds.';
comment on column sign_ins.staff is 'Who is signed in there.';
comment on column sign_ins.role is 'What the provider said that they may do, when they signed in.';
comment on column sign_ins.begun_at is 'When they signed in; after a day of work it ends, used or not.';
comment on column sign_ins.used_at is 'When the browser last asked; after a while without use it ends.';
