-- A parent corrects what was certified in one draft at a time, on whichever device.

alter table drafts
    add column corrects text,
    add column corrects_parent smallint,
    add constraint a_draft_is_to_correct_a_case foreign key (corrects) references cases (case_ref),
    add constraint a_correction_is_a_parents check ((corrects is null) = (corrects_parent is null));

create unique index one_open_correction_per_parent on drafts (corrects, corrects_parent) where sealed is not null;

comment on column drafts.corrects is 'The case that it is to correct.';
comment on column drafts.corrects_parent is 'Which of the parents corrects it, from 0.';
