-- A submission is what came through the door in one piece; it is received once.

create table submissions (
    id uuid not null,
    key_hash bytea not null,
    body_hash bytea not null,
    received_at timestamptz not null,
    constraint one_submission_per_id primary key (id),
    constraint one_submission_per_key unique (key_hash),
    constraint a_submission_has_whole_hashes check (length(key_hash) = 32 and length(body_hash) = 32)
);

comment on table submissions is 'What parents sent in one piece. What they typed is kept sealed with each case, not here.';
comment on column submissions.id is 'The number of the submission.';
comment on column submissions.key_hash is 'Keyed hash of the idempotency key: the same submission sent again is found by it.';
comment on column submissions.body_hash is 'Keyed hash of the request: the same key with another request is refused.';
comment on column submissions.received_at is 'When it was received.';
