-- A one-time code is not kept once its message was sent.

alter table one_time_codes alter column sealed drop not null;
update one_time_codes
set sealed = null
where exists (
    select from messages m
    where m.message = 'ONE_TIME_CODE'
    and m.case_ref = one_time_codes.case_ref
    and m.occasion = one_time_codes.id
    and m.state <> 'WAITING'
);

comment on column one_time_codes.sealed is 'Sealed: the code, until the message with it is sent; then empty.';
