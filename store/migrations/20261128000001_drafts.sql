-- A form that is being filled in is kept, so that nothing typed is lost.

create table drafts (
    id uuid not null,
    code_hash bytea not null,
    wrapped bytea,
    sealed bytea,
    submission uuid,
    corrected text,
    shown_at timestamptz,
    changed_at timestamptz not null,
    ends_at timestamptz not null,
    constraint one_draft_per_id primary key (id),
    constraint one_draft_per_code unique (code_hash),
    constraint a_draft_becomes_a_submission foreign key (submission) references submissions (id),
    constraint a_draft_corrects_a_case foreign key (corrected) references cases (case_ref),
    constraint a_draft_is_open_or_sent check (
        num_nonnulls(sealed, submission, corrected) = 1
        and (wrapped is null) = (sealed is null)
    )
);

create index drafts_that_end on drafts (ends_at);

comment on table drafts is 'Forms that are being filled in, and what became of them. Each is gone when its time is over.';
comment on column drafts.id is 'The draft.';
comment on column drafts.code_hash is 'Keyed hash of the code with which the parents come back to it.';
comment on column drafts.wrapped is 'The key of the draft, wrapped; gone once the form was sent.';
comment on column drafts.sealed is 'Sealed: what was typed so far; gone once the form was sent.';
comment on column drafts.submission is 'What it was sent as.';
comment on column drafts.corrected is 'The case that it corrected.';
comment on column drafts.shown_at is 'When the references and access codes of what was sent were first shown.';
comment on column drafts.changed_at is 'When something was last typed.';
comment on column drafts.ends_at is 'From when on it is no longer kept.';

create table draft_sessions (
    token_hash bytea not null,
    draft uuid not null,
    used_at timestamptz not null,
    constraint one_draft_session_per_token primary key (token_hash),
    constraint a_session_of_a_draft foreign key (draft) references drafts (id) on delete cascade
);

create index draft_sessions_of_a_draft on draft_sessions (draft);

comment on table draft_sessions is 'The browsers in which drafts are open.';
comment on column draft_sessions.token_hash is 'Keyed hash of the token that the browser holds.';
comment on column draft_sessions.draft is 'The draft that is open there.';
comment on column draft_sessions.used_at is 'When the browser last asked; after a while without use it shows nothing any more.';
