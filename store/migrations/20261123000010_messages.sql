-- Parents are told each thing once.

create table messages (
    case_ref text not null,
    message text not null,
    told_at timestamptz not null,
    constraint each_message_once primary key (case_ref, message),
    constraint a_message_of_a_case foreign key (case_ref) references cases (case_ref)
);

comment on table messages is 'What parents were told.';
comment on column messages.case_ref is 'The case.';
comment on column messages.message is 'Which message; its text is in the parents'' language and not here.';
comment on column messages.told_at is 'When they were told.';
