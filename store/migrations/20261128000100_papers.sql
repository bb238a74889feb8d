-- Some statements need a paper beside the form. A case waits for it before anything is submitted.

create table papers (
    case_ref text not null,
    paper text not null,
    number smallint not null,
    media_type text not null,
    bytes integer not null,
    file_hash bytea not null,
    sealed bytea not null,
    received_at timestamptz not null,
    constraint one_file_per_number primary key (case_ref, paper, number),
    constraint a_paper_of_a_case foreign key (case_ref) references cases (case_ref),
    constraint a_paper_is_known check (paper in ('SINGLE_NAME', 'DECLARATION', 'TRANSLATION')),
    constraint a_media_type_is_known check (media_type in ('application/pdf', 'image/jpeg', 'image/png')),
    constraint files_are_counted_from_one check (number >= 1),
    constraint a_file_is_not_too_large check (bytes between 1 and 10485760)
);

comment on table papers is 'The files that parents sent as papers. What was mailed is not here. File names are not kept.';
comment on column papers.case_ref is 'The case.';
comment on column papers.paper is 'Which paper it is meant to be.';
comment on column papers.number is 'The number of the file among those of this paper, from 1.';
comment on column papers.media_type is 'What its first bytes say that it is.';
comment on column papers.bytes is 'How long the file is, in bytes.';
comment on column papers.file_hash is 'Keyed hash of the file and its case: the same file sent twice is one.';
comment on column papers.sealed is 'Sealed: the file.';
comment on column papers.received_at is 'When it came.';

-- A file is ciphertext: trying to make it smaller is lost work.
alter table papers alter column sealed set storage external;

alter table cases
    add column papers jsonb not null default '{}',
    add column papers_asked smallint not null default 0,
    add column papers_reminded smallint not null default 0;

comment on column cases.papers is 'The papers that the statement needs, by their words: when each was asked for and is due, what came of it.';
comment on column cases.papers_asked is 'How often papers were asked for.';
comment on column cases.papers_reminded is 'How often the parents were reminded since.';

alter table outbox add column awaits_papers boolean not null default false;
comment on column outbox.awaits_papers is 'For a start: whether the statement needs a paper.';

comment on column messages.occasion is 'For what is told anew of each version of the content: the version. Of papers: how often they were asked for. Otherwise 0.';
