-- A message whose case cannot be read is given up, and holds up no other.

alter table messages
    drop constraint a_state_is_known,
    drop constraint what_was_sent_has_its_channel;
alter table messages
    add constraint a_state_is_known
        check (state in ('WAITING', 'ON_PAGE', 'SENT', 'DELIVERED', 'BOUNCED', 'GIVEN_UP')),
    add constraint what_was_sent_has_its_channel
        check ((state in ('WAITING', 'ON_PAGE', 'GIVEN_UP')) = (channel is null));

comment on column messages.state is 'Waiting to be sent; to be read on the page alone; sent; delivered; come back; or given up, because it cannot be read.';
comment on column messages.next_try_at is 'Not tried before then. While it is being sent: when somebody else may, should its courier be cut off.';
