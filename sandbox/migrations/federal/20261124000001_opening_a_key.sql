-- Takes a key, and for an undo the undone key too, for the rest of the transaction, and says what is known of it. In one
-- call: the look comes after the hold, so that it sees what another call with this key has just committed.
create function open_key(
    asked_key text, its_subject text, its_step text, its_generation bigint, undone text,
    out held boolean, out request_digest bytea, out answer bytea, out shut boolean
) language plpgsql as $$
begin
    held := pg_try_advisory_xact_lock(hashtextextended('key:' || asked_key, 0));
    if held and undone is not null then
        held := pg_try_advisory_xact_lock(hashtextextended('key:' || undone, 0));
    end if;
    if not held then
        return;
    end if;
    select known.request_digest, known.answer,
           exists (select from undone_keys as tombstone where tombstone.key = asked_key)
           or exists (
               select from answered_keys as later
               where later.subject = its_subject and later.step = its_step and later.generation > its_generation
           )
    into request_digest, answer, shut
    from (select) as asked
    left join answered_keys as known on known.key = asked_key;
end
$$;

comment on function open_key is 'held: false while another call has one of the keys; request_digest and answer: empty if it was never answered; shut: it must not be worked any more';
