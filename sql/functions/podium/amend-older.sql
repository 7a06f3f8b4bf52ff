-- version: 2
-- Like podium.append, the first statement only locks, and everything after it is checked under these locks. Unlike there,
-- entries are processed one by one, and each sees the effect of the one before it: a group may hold several changes to one
-- message, and changes are rare compared with messages.
--   * A repeated op is detected first, before membership and the state of the message are checked: it returns its first
--     outcome and does nothing, however many changes came after it.
--   * A refusal is not stored: the same op may succeed later.
--   * An entry that changes nothing takes no seq, but its op is stored: otherwise a repeat could overwrite a newer change.
CREATE OR REPLACE FUNCTION podium.amend(_pod uuid[], _id uuid[], _user uuid[], _what text[], _value text[], _op uuid[])
RETURNS TABLE (ord int, code text, seq bigint, fresh boolean, message jsonb)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  entry record;
  p pods;
  m messages;
  done message_ops;
  since bigint;
  people jsonb;
  path text[];
  changes boolean;
BEGIN
  PERFORM podium.guard(VARIADIC _user);
  PERFORM 1 FROM pods WHERE id = ANY (_pod) ORDER BY id FOR NO KEY UPDATE;
  FOR entry IN
    SELECT i.ord::int AS ord, i.pod_id, i.id, i.user_id, i.what, i.value, i.op
    FROM unnest(_pod, _id, _user, _what, _value, _op) WITH ORDINALITY i (pod_id, id, user_id, what, value, op, ord)
    ORDER BY i.ord
  LOOP
    ord := entry.ord; seq := NULL; fresh := false; message := NULL; changes := false; done := NULL;
    SELECT * INTO p FROM pods WHERE id = entry.pod_id;
    IF entry.op IS NOT NULL THEN
      SELECT * INTO done FROM message_ops WHERE pod_id = entry.pod_id AND op = entry.op;
    END IF;
    IF done.user_id = entry.user_id THEN
      code := CASE WHEN done.message_id = entry.id THEN 'ok' ELSE 'conflict' END;
      seq := CASE WHEN done.message_id = entry.id THEN done.seq END;
      RETURN NEXT;
      CONTINUE;
    END IF;
    IF p.id IS NULL OR p.closed_at IS NOT NULL THEN
      code := 'not_found';
      RETURN NEXT;
      CONTINUE;
    END IF;
    SELECT since_seq INTO since FROM pod_members WHERE pod_id = entry.pod_id AND user_id = entry.user_id;
    IF NOT FOUND THEN
      code := podium.refusal(p.event_id, entry.user_id);
      RETURN NEXT;
      CONTINUE;
    END IF;
    SELECT * INTO m FROM messages WHERE id = entry.id AND pod_id = entry.pod_id;
    people := coalesce(m.data -> 'reactions' -> entry.value, '[]');
    code := CASE
      WHEN done.op IS NOT NULL THEN 'conflict'
      WHEN m.id IS NULL OR m.seq < since THEN 'not_found'
      WHEN m.kind <> 'text' OR (entry.what IN ('edit', 'delete') AND m.user_id <> entry.user_id) THEN 'forbidden'
      WHEN entry.what = 'edit' AND m.deleted_at IS NOT NULL THEN 'deleted'
      WHEN entry.what = 'on' AND m.deleted_at IS NOT NULL THEN 'deleted'
      WHEN entry.what IN ('on', 'off') AND (octet_length(entry.value) BETWEEN 1 AND 64) IS NOT TRUE THEN 'invalid'
      WHEN entry.what = 'on' AND NOT people ? entry.user_id::text
           AND (jsonb_array_length(people) >= 100
                OR people = '[]' AND (SELECT count(*) FROM jsonb_object_keys(coalesce(m.data -> 'reactions', '{}'))) >= 20)
        THEN 'too_many_reactions'
      ELSE 'ok' END;
    IF code <> 'ok' THEN
      RETURN NEXT;
      CONTINUE;
    END IF;
    CASE entry.what
      WHEN 'edit' THEN
        changes := m.text <> entry.value;
        IF changes THEN
          m.text := entry.value;
          m.edited_at := clock_timestamp();
        END IF;
      WHEN 'delete' THEN
        changes := m.deleted_at IS NULL;
        IF changes THEN
          m.text := ''; m.mentions := '{}'; m.data := NULL;
          m.deleted_at := clock_timestamp();
        END IF;
      WHEN 'on' THEN
        changes := NOT people ? entry.user_id::text;
        IF changes THEN
          m.data := jsonb_set(coalesce(m.data, '{}'), '{reactions}', coalesce(m.data -> 'reactions', '{}')
                    || jsonb_build_object(entry.value, people || to_jsonb(entry.user_id::text)));
        END IF;
      WHEN 'off' THEN
        changes := people ? entry.user_id::text;
        IF changes THEN
          people := people - entry.user_id::text;
          path := ARRAY['reactions', entry.value];
          m.data := CASE WHEN people = '[]' THEN m.data #- path ELSE jsonb_set(m.data, path, people) END;
          m.data := CASE WHEN m.data -> 'reactions' = '{}' THEN nullif(m.data - 'reactions', '{}') ELSE m.data END;
        END IF;
    END CASE;
    IF changes THEN
      UPDATE pods SET last_seq = last_seq + 1 WHERE id = entry.pod_id RETURNING last_seq INTO STRICT m.changed_seq;
      UPDATE messages SET changed_seq = m.changed_seq, text = m.text, mentions = m.mentions, data = m.data,
             edited_at = m.edited_at, deleted_at = m.deleted_at, last_op = entry.op
      WHERE id = entry.id AND pod_id = entry.pod_id;
      fresh := true;
      message := to_jsonb(m) - 'last_op';
    END IF;
    IF entry.op IS NOT NULL THEN
      INSERT INTO message_ops (pod_id, op, message_id, user_id, seq)
      VALUES (entry.pod_id, entry.op, entry.id, entry.user_id, m.changed_seq);
    END IF;
    seq := m.changed_seq;
    RETURN NEXT;
  END LOOP;
END $$;
COMMENT ON FUNCTION podium.amend(uuid[], uuid[], uuid[], text[], text[], uuid[]) IS
  'Applies changes to messages one after the other and returns an outcome for each (`ord` from 1). `_what` is `edit` (the new text is `_value`), `delete`, `on` or `off` (the reaction is `_value`). Codes: `ok` with the `changed_seq`, and with the message as an object if this call changed it (`fresh`); `conflict` if the op belongs to another person or another message; `not_found` if the message does not exist or is older than the caller''s membership, and `not_found` and `not_member` as in podium.append; `forbidden` for another person''s message and for lines of the log; `deleted`; `invalid`; `too_many_reactions` (more than 20 different ones, or 100 people each). Run it outside a transaction';
REVOKE ALL ON FUNCTION podium.amend(uuid[], uuid[], uuid[], text[], text[], uuid[]) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.amend(uuid[], uuid[], uuid[], text[], text[], uuid[]) TO podium_user, podium_service;
