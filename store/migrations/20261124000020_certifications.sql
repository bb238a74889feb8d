-- Each parent certifies for themselves, a version of the content, once. Who is not here is asked through a link.

alter table case_contents
    add column version integer not null default 1,
    add column written_at timestamptz;
update case_contents set written_at = (select received_at from cases where cases.case_ref = case_contents.case_ref);
alter table case_contents
    alter column version drop default,
    alter column written_at set not null,
    drop constraint one_content_per_case,
    add constraint one_content_per_version primary key (case_ref, version),
    add constraint contents_are_counted_from_one check (version >= 1);

comment on table case_contents is 'What the parents certify and ask for. Every correction is a new version.';
comment on column case_contents.version is 'The version, from 1.';
comment on column case_contents.sealed is 'Sealed: the statement and the services wanted.';
comment on column case_contents.written_at is 'When this version was written.';

create table parents (
    case_ref text not null,
    parent smallint not null,
    language text not null,
    confirmed_at timestamptz,
    tries integer not null default 0,
    link_hash bytea,
    link bytea,
    constraint one_row_per_parent primary key (case_ref, parent),
    constraint a_parent_of_a_case foreign key (case_ref) references cases (case_ref),
    constraint parents_are_few check (parent between 0 and 3),
    constraint a_link_is_found_and_sent check ((link_hash is null) = (link is null)),
    constraint one_parent_per_link unique (link_hash)
);

comment on table parents is 'The parents whom a statement names, as far as certifying and telling them goes.';
comment on column parents.case_ref is 'The case.';
comment on column parents.parent is 'Which parent: the position in the form, from 0.';
comment on column parents.language is 'The language this parent chose: en-CA or fr-CA.';
comment on column parents.confirmed_at is 'Since when we know that we speak to them: when the form was received, or when they answered the questions behind their link.';
comment on column parents.tries is 'How often the questions behind the link were answered wrongly.';
comment on column parents.link_hash is 'Keyed hash of the token in the link that was sent; empty without a link that can be followed.';
comment on column parents.link is 'Sealed: the token itself, for reminders.';

insert into parents (case_ref, parent, language, confirmed_at)
select case_ref, 0, 'en-CA', received_at from cases;

create table parent_contacts (
    case_ref text not null,
    parent smallint not null,
    version integer not null,
    sealed bytea not null,
    written_at timestamptz not null,
    constraint one_parent_contact_per_version primary key (case_ref, parent, version),
    constraint a_contact_of_a_parent foreign key (case_ref, parent) references parents (case_ref, parent),
    constraint parent_contacts_are_counted_from_one check (version >= 1),
    constraint the_first_parent_is_in_case_contacts check (parent >= 1)
);

comment on table parent_contacts is 'How a parent other than the first is reached. No other parent sees it.';
comment on column parent_contacts.case_ref is 'The case.';
comment on column parent_contacts.parent is 'Which parent, from 1; the first parent''s is in case_contacts.';
comment on column parent_contacts.version is 'The version, from 1; the newest counts.';
comment on column parent_contacts.sealed is 'Sealed: e-mail, telephone and which of them is wanted.';
comment on column parent_contacts.written_at is 'When this version was written.';

create table certifications (
    case_ref text not null,
    version integer not null,
    parent smallint not null,
    sealed bytea not null,
    certified_at timestamptz not null,
    constraint nobody_certifies_twice primary key (case_ref, version, parent),
    constraint a_certification_of_a_content foreign key (case_ref, version) references case_contents (case_ref, version),
    constraint a_certification_by_a_parent foreign key (case_ref, parent) references parents (case_ref, parent)
);

comment on table certifications is 'Who certified which version of the content.';
comment on column certifications.case_ref is 'The case.';
comment on column certifications.version is 'The version of the content.';
comment on column certifications.parent is 'Which parent, from 0.';
comment on column certifications.sealed is 'Sealed: the version of the text, the language, the method, the typed name, and the digest of exactly what was certified.';
comment on column certifications.certified_at is 'When.';

alter table cases
    add column parents smallint not null default 1,
    add column content_version integer not null default 1,
    add column certified_by smallint[] not null default '{0}',
    add column certified_at timestamptz,
    add column invited_at timestamptz,
    add column reminded smallint not null default 0,
    add column withdrawal_agreed_by smallint[] not null default '{}',
    add column objection text,
    add column objected_at timestamptz,
    add constraint an_objection_has_its_time check ((objection is null) = (objected_at is null));
update cases set certified_at = received_at;
alter table cases
    alter column parents drop default,
    alter column content_version drop default,
    alter column certified_by set default '{}';

comment on column cases.parents is 'How many parents the statement names.';
comment on column cases.content_version is 'The version of the content that is to be registered.';
comment on column cases.certified_by is 'The parents who have certified that version, from 0.';
comment on column cases.certified_at is 'When all of them had.';
comment on column cases.invited_at is 'When parents who are not here were last asked to certify.';
comment on column cases.reminded is 'How often they were reminded since.';
comment on column cases.withdrawal_agreed_by is 'The parents who want the birth withdrawn, from 0.';
comment on column cases.objection is 'What a parent said instead of certifying.';
comment on column cases.objected_at is 'When they said so.';

alter table messages
    add column parent smallint not null default 0,
    add column occasion integer not null default 0,
    drop constraint each_message_once;
alter table messages
    alter column parent drop default,
    alter column occasion drop default,
    add constraint each_message_once primary key (case_ref, message, parent, occasion),
    add constraint a_message_to_a_parent foreign key (case_ref, parent) references parents (case_ref, parent);

comment on table messages is 'What each parent was told.';
comment on column messages.message is 'Which message; its text is in the parent''s language and not here.';
comment on column messages.parent is 'Whom, from 0.';
comment on column messages.occasion is 'For what is told anew of each version of the content: the version. Otherwise 0.';

alter table outbox
    drop constraint an_errand_is_known,
    add constraint an_errand_is_known check (errand in ('START_CASE', 'PAYMENT_OFFERED', 'PARENTS_ANSWERED'));
alter table outbox add column awaits_parents boolean not null default false;
comment on column outbox.awaits_parents is 'For a start: whether a parent has yet to certify.';
