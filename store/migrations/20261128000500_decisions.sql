-- What officers decide beside the registers' answers, and what two people decide together.

alter table cases
    add column matching jsonb not null default '{}',
    add column correction_asked_at timestamptz,
    add column held_at timestamptz,
    add column proposal jsonb;

comment on column cases.matching is 'The notices in question and what differs, as the province last said it; what officers decided about them.';
comment on column cases.correction_asked_at is 'When the parents were asked to correct what they certified, and have not yet.';
comment on column cases.held_at is 'Since when everything is stopped for an investigation.';
comment on column cases.proposal is 'What one member of staff proposed and another has to approve.';

-- An investigation is a task of its own, beside the one of the part.
drop index one_open_task_per_leg;
create unique index one_open_task_per_leg_and_reason on desk_tasks (case_ref, leg, reason) where cleared_at is null;
