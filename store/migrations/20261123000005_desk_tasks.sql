-- The desk: what waits for a person, at most one task for each part of a case.

create table desk_tasks (
    id bigint generated always as identity,
    case_ref text not null,
    leg text not null,
    reason text not null,
    owner text not null,
    raised_at timestamptz not null,
    due_at timestamptz not null,
    cleared_at timestamptz,
    constraint one_task_per_id primary key (id),
    constraint a_task_of_a_case foreign key (case_ref) references cases (case_ref),
    constraint a_task_is_about_a_leg check (leg in ('birth', 'certificate', 'sin'))
);

create unique index one_open_task_per_leg on desk_tasks (case_ref, leg) where cleared_at is null;

comment on table desk_tasks is 'What waited or waits for a person.';
comment on column desk_tasks.id is 'The number of the task.';
comment on column desk_tasks.case_ref is 'The case.';
comment on column desk_tasks.leg is 'Which part of the case it is about.';
comment on column desk_tasks.reason is 'Why a person must look.';
comment on column desk_tasks.owner is 'Whose turn it is.';
comment on column desk_tasks.raised_at is 'When it was raised.';
comment on column desk_tasks.due_at is 'When somebody should have acted.';
comment on column desk_tasks.cleared_at is 'When it was cleared, or another reason took its place; empty while it is open.';
