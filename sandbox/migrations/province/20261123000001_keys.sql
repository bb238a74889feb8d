-- What was answered under each key, so that a call that comes twice is worked once.
create table answered_keys (
    key            text primary key,
    subject        text not null,
    step           text not null,
    generation     bigint not null,
    operation      text not null,
    request_digest bytea not null,
    answer         bytea not null,
    answered_at    timestamptz not null
);

create index answered_keys_by_step on answered_keys (subject, step, generation);

comment on table answered_keys is 'One row per command that was answered; kept at least 400 days';
comment on column answered_keys.key is 'Idempotency key: subject/step/generation';
comment on column answered_keys.subject is 'Case reference, or notice id for a hospital''s command';
comment on column answered_keys.step is 'The caller''s word for the step';
comment on column answered_keys.generation is 'Which attempt at this step, from 1';
comment on column answered_keys.operation is 'The operation that was called';
comment on column answered_keys.request_digest is 'SHA-256 of the operation and its business fields';
comment on column answered_keys.answer is 'The answer as it was sent, in wire form';
comment on column answered_keys.answered_at is 'When the answer was made';

-- Keys that were undone before their command came. The command will find the door shut.
create table undone_keys (
    key       text primary key,
    undone_at timestamptz not null
);

comment on table undone_keys is 'Tombstones: an undo found nothing under this key, and nothing may be done under it later';
comment on column undone_keys.key is 'Key of the command that must not be done any more';
comment on column undone_keys.undone_at is 'When the undo came';
