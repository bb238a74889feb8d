-- What parents are told is sent to those who want to be told, and how that went is kept.

alter table messages
    add column id bigint generated always as identity,
    add column state text not null default 'WAITING',
    add column channel text,
    add column sent_as text,
    add column attempts integer not null default 0,
    add column next_try_at timestamptz not null default '-infinity',
    add column moved_at timestamptz;
update messages set state = 'ON_PAGE';
alter table messages
    add constraint one_message_per_id unique (id),
    add constraint a_state_is_known check (state in ('WAITING', 'ON_PAGE', 'SENT', 'DELIVERED', 'BOUNCED')),
    add constraint a_channel_is_known check (channel in ('EMAIL', 'SMS')),
    add constraint what_was_sent_has_its_channel check ((state in ('WAITING', 'ON_PAGE')) = (channel is null)),
    add constraint one_message_per_sending unique (sent_as);

create index messages_to_send on messages (next_try_at, id) where state = 'WAITING';

comment on column messages.id is 'The number of the message.';
comment on column messages.state is 'Waiting to be sent; to be read on the page alone; sent; delivered; or come back.';
comment on column messages.channel is 'How it was sent.';
comment on column messages.sent_as is 'What the message service calls it.';
comment on column messages.attempts is 'How often sending has failed.';
comment on column messages.next_try_at is 'Not tried before then.';
comment on column messages.moved_at is 'When the state last changed.';
