-- What people typed is sealed under a key of each case. Without that key it is gone.

create table case_keys (
    case_ref text not null,
    wrapped bytea not null,
    constraint one_key_per_case primary key (case_ref),
    constraint a_key_of_a_case foreign key (case_ref) references cases (case_ref)
);

comment on table case_keys is 'The key of each case. Deleting a row forgets the case.';
comment on column case_keys.case_ref is 'The case.';
comment on column case_keys.wrapped is 'Its key, wrapped by a key that is kept outside the database.';

create table case_contents (
    case_ref text not null,
    sealed bytea not null,
    constraint one_content_per_case primary key (case_ref),
    constraint a_content_of_a_case foreign key (case_ref) references cases (case_ref)
);

comment on table case_contents is 'What the parents certified and asked for.';
comment on column case_contents.case_ref is 'The case.';
comment on column case_contents.sealed is 'Sealed: the statement, the certifications and the services wanted.';

create table case_contacts (
    case_ref text not null,
    version integer not null,
    sealed bytea not null,
    written_at timestamptz not null,
    constraint one_contact_per_version primary key (case_ref, version),
    constraint a_contact_of_a_case foreign key (case_ref) references cases (case_ref),
    constraint contacts_are_counted_from_one check (version >= 1)
);

comment on table case_contacts is 'Where letters and messages go. Every correction is a new version.';
comment on column case_contacts.case_ref is 'The case.';
comment on column case_contacts.version is 'The version, from 1; the newest counts.';
comment on column case_contacts.sealed is 'Sealed: addresses, e-mail and telephone.';
comment on column case_contacts.written_at is 'When this version was written.';
