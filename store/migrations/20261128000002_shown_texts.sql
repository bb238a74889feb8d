-- What parents certified and agreed to can be read years later, word for word.

create table shown_texts (
    version text not null,
    language text not null,
    name text not null,
    words text not null,
    first_shown_at timestamptz not null,
    constraint one_text_per_version primary key (version, language, name)
);

comment on table shown_texts is 'The texts under which parents certify, consent and take notice, by version. They are never changed.';
comment on column shown_texts.version is 'The version that certifications and consents name.';
comment on column shown_texts.language is 'The language: en-CA or fr-CA.';
comment on column shown_texts.name is 'Which text.';
comment on column shown_texts.words is 'The words that were shown.';
comment on column shown_texts.first_shown_at is 'Since when they are shown.';
