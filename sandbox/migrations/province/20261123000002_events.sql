-- The events of this register in one gapless sequence: the counter's row is locked by the transaction that writes.
create table event_counter (
    only_row boolean primary key default true check (only_row),
    latest   bigint not null
);

insert into event_counter (latest) values (0);

comment on table event_counter is 'One row: the sequence of the last event';
comment on column event_counter.only_row is 'Holds the table to one row';
comment on column event_counter.latest is 'Sequence of the last event; 0 before the first';

create table events (
    sequence    bigint primary key,
    event_id    uuid not null unique,
    case_ref    text not null,
    kind        text not null,
    occurred_at timestamptz not null
);

comment on table events is 'What moved, for the readers of the event stream';
comment on column events.sequence is 'Position in the stream, from 1, without gaps';
comment on column events.event_id is 'By which a reader knows an event it has seen';
comment on column events.case_ref is 'The case this event follows';
comment on column events.kind is 'What moved, as in the contract';
comment on column events.occurred_at is 'When it moved';
