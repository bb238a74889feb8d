-- A request to a register is frozen before its first call: one key, one payload.

create table frozen_requests (
    case_ref text not null,
    key text not null,
    sealed bytea not null,
    constraint one_payload_per_key primary key (case_ref, key),
    constraint a_request_of_a_case foreign key (case_ref) references cases (case_ref)
);

comment on table frozen_requests is 'What the registers were asked, exactly.';
comment on column frozen_requests.case_ref is 'The case.';
comment on column frozen_requests.key is 'The key of the request: case, step, generation.';
comment on column frozen_requests.sealed is 'Sealed: the request as it is sent, every time it is sent.';
