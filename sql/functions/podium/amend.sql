-- version: 2
-- podium.amend with mentions. The signature without them stays, since the version before this one calls it; a later release
-- drops it. Its file explains the rules that hold for both. In addition:
--   * A person whom the message mentions already may have left: otherwise its author could not correct a word without
--     removing the mention.
--   * An edit that changes only the mentions takes a seq and leaves edited_at, which is the time of the last change of text.
--   * Two spellings that differ only in U+FE0F are one reaction. The server sends the spelling that Unicode recommends; older
--     rows may hold others, even two at once. They are counted as one, and stored as one with the next change to that reaction.
--     They are not migrated: a row that changes without a new changed_seq would not reach clients that hold a copy.
CREATE OR REPLACE FUNCTION podium.amend(_pod uuid[], _id uuid[], _user uuid[], _what text[], _value text[], _op uuid[], _mentions text[])
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
  others jsonb;
  changes boolean;
  spelling CONSTANT text := chr(65039);
BEGIN
  PERFORM podium.guard(VARIADIC _user);
  PERFORM 1 FROM pods WHERE id = ANY (_pod) ORDER BY id FOR NO KEY UPDATE;
  FOR entry IN
    SELECT i.ord::int AS ord, i.pod_id, i.id, i.user_id, i.what, i.value, i.op, i.mentions::uuid[] AS mentions
    FROM unnest(_pod, _id, _user, _what, _value, _op, _mentions)
      WITH ORDINALITY i (pod_id, id, user_id, what, value, op, mentions, ord)
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
    people := '[]'; others := '{}';
    IF entry.what IN ('on', 'off') AND m.data -> 'reactions' IS NOT NULL THEN
      SELECT coalesce(jsonb_agg(s.who ORDER BY s.nth), '[]') INTO people FROM (
        SELECT w.who, min(k.nth * 1000 + w.nth) AS nth
        FROM jsonb_each(m.data -> 'reactions') WITH ORDINALITY k (emoji, people, nth)
        CROSS JOIN LATERAL jsonb_array_elements(k.people) WITH ORDINALITY w (who, nth)
        WHERE replace(k.emoji, spelling, '') = replace(entry.value, spelling, '')
        GROUP BY w.who) s;
      SELECT coalesce(jsonb_object_agg(k.emoji, k.people), '{}') INTO others
      FROM jsonb_each(m.data -> 'reactions') k (emoji, people)
      WHERE replace(k.emoji, spelling, '') <> replace(entry.value, spelling, '');
    END IF;
    code := CASE
      WHEN done.op IS NOT NULL THEN 'conflict'
      WHEN m.id IS NULL OR m.seq < since THEN 'not_found'
      WHEN m.kind <> 'text' OR (entry.what IN ('edit', 'delete') AND m.user_id <> entry.user_id) THEN 'forbidden'
      WHEN entry.what = 'edit' AND m.deleted_at IS NOT NULL THEN 'deleted'
      WHEN entry.what = 'edit' AND entry.mentions IS NOT NULL AND EXISTS (
             SELECT 1 FROM unnest(entry.mentions) named
             WHERE named <> ALL (m.mentions)
               AND NOT EXISTS (SELECT 1 FROM pod_members o WHERE o.pod_id = entry.pod_id AND o.user_id = named))
        THEN 'invalid_mentions'
      WHEN entry.what = 'on' AND m.deleted_at IS NOT NULL THEN 'deleted'
      WHEN entry.what IN ('on', 'off') AND (octet_length(entry.value) BETWEEN 1 AND 64) IS NOT TRUE THEN 'invalid'
      WHEN entry.what = 'on' AND NOT people ? entry.user_id::text
           AND (jsonb_array_length(people) >= 100
                OR people = '[]' AND (SELECT count(DISTINCT replace(k, spelling, '')) FROM jsonb_object_keys(others) k) >= 20)
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
        IF NOT (entry.mentions @> m.mentions AND entry.mentions <@ m.mentions) THEN
          changes := true;
          m.mentions := entry.mentions;
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
          others := others || jsonb_build_object(entry.value, people || to_jsonb(entry.user_id::text));
          m.data := jsonb_set(coalesce(m.data, '{}'), '{reactions}', others);
        END IF;
      WHEN 'off' THEN
        changes := people ? entry.user_id::text;
        IF changes THEN
          people := people - entry.user_id::text;
          others := CASE WHEN people = '[]' THEN others ELSE others || jsonb_build_object(entry.value, people) END;
          m.data := CASE WHEN others = '{}' THEN nullif(m.data - 'reactions', '{}')
                         ELSE jsonb_set(m.data, '{reactions}', others) END;
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
COMMENT ON FUNCTION podium.amend(uuid[], uuid[], uuid[], text[], text[], uuid[], text[]) IS
  'As podium.amend without `_mentions`. For each edit, `_mentions` holds the array of mentioned members as text, or NULL to leave them as they are; `invalid_mentions` if one is neither a member nor mentioned already. Reactions that differ only in U+FE0F are the same reaction, which is stored as `_value` spells it';
REVOKE ALL ON FUNCTION podium.amend(uuid[], uuid[], uuid[], text[], text[], uuid[], text[]) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.amend(uuid[], uuid[], uuid[], text[], text[], uuid[], text[]) TO podium_user, podium_service;
