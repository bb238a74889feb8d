-- Each register's events are taken by one consumer at a time; a stale one stops at its first write.

create table event_streams (
    register text not null,
    cursor bigint not null default 0,
    lease_epoch bigint not null default 0,
    lease_holder uuid,
    lease_until timestamptz,
    constraint one_stream_per_register primary key (register),
    constraint a_register_is_known check (register in ('province', 'federal')),
    constraint a_cursor_counts_from_zero check (cursor >= 0),
    constraint a_lease_has_holder_and_end check ((lease_holder is null) = (lease_until is null))
);

insert into event_streams (register)
values ('province'), ('federal');

comment on table event_streams is 'How far each register''s events were taken.';
comment on column event_streams.register is 'The register.';
comment on column event_streams.cursor is 'The last event that was handed on.';
comment on column event_streams.lease_epoch is 'Rises each time somebody takes over; older holders are turned away.';
comment on column event_streams.lease_holder is 'The process that may take events now, if any.';
comment on column event_streams.lease_until is 'Until when it may.';
