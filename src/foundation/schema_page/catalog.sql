WITH schemas AS (
  SELECT oid, nspname COLLATE "C" AS name FROM pg_namespace
  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
),
-- What belongs to an extension is described by it.
foreign_objects AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
relations AS (
  SELECT c.oid, c.relname COLLATE "C" AS name, c.relnamespace, c.relkind, c.relowner, c.relacl, s.name AS schema
  FROM pg_class c JOIN schemas s ON s.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition AND c.relname <> '__diesel_schema_migrations'
    AND (('pg_class'::regclass, c.oid) IN (SELECT classid, objid FROM foreign_objects)) IS NOT TRUE
),
rights AS (
  SELECT oid, role, string_agg(privilege || coalesce(' (' || columns || ')', ''), ', ' ORDER BY privilege, columns) AS definition
  FROM (
    SELECT r.oid, a.grantee::regrole::text COLLATE "C" AS role, a.privilege_type COLLATE "C" AS privilege, NULL AS columns
    FROM relations r, aclexplode(r.relacl) a WHERE a.grantee <> r.relowner AND a.grantee <> 0
    UNION ALL
    SELECT r.oid, a.grantee::regrole::text COLLATE "C", a.privilege_type COLLATE "C", string_agg(t.attname, ', ' ORDER BY t.attnum)
    FROM relations r JOIN pg_attribute t ON t.attrelid = r.oid, aclexplode(t.attacl) a
    WHERE a.grantee <> r.relowner AND a.grantee <> 0 AND NOT t.attisdropped GROUP BY 1, 2, 3) granted
  GROUP BY oid, role
)
SELECT coalesce(jsonb_agg(jsonb_build_object(
  'name', s.name,
  'comment', CASE WHEN s.name <> 'public' THEN obj_description(s.oid, 'pg_namespace') END,
  'relations', coalesce((
    SELECT jsonb_agg(jsonb_build_object(
      'name', r.name,
      'kind', CASE r.relkind WHEN 'v' THEN 'View' WHEN 'm' THEN 'Materialized view' ELSE 'Table' END,
      'comment', obj_description(r.oid, 'pg_class'),
      'columns', (
        SELECT jsonb_agg(jsonb_build_object(
          'name', a.attname, 'of', format_type(a.atttypid, a.atttypmod), 'nullable', NOT a.attnotnull AND r.relkind IN ('r', 'p'),
          'default', pg_get_expr(d.adbin, d.adrelid), 'comment', col_description(r.oid, a.attnum)) ORDER BY a.attnum)
        FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped),
      'keys', coalesce((
        SELECT jsonb_agg(jsonb_build_object('name', k.conname, 'definition', pg_get_constraintdef(k.oid))
                         ORDER BY array_position('{p,u,x,f,c}', k.contype::text), k.conname COLLATE "C")
        FROM pg_constraint k WHERE k.conrelid = r.oid AND k.contype IN ('p', 'u', 'x', 'f', 'c')), '[]'),
      'indexes', coalesce((
        SELECT jsonb_agg(jsonb_build_object(
          'name', c.relname,
          'definition', regexp_replace(pg_get_indexdef(c.oid), '^CREATE (UNIQUE )?INDEX \S+ ON (ONLY )?\S+ USING ', '\1'))
          ORDER BY c.relname COLLATE "C")
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indrelid = r.oid AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x'))), '[]'),
      'policies', coalesce((
        SELECT jsonb_agg(jsonb_build_object(
          'name', p.polname,
          'definition',
            CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END
            || ' TO ' || (SELECT string_agg(CASE WHEN o = 0 THEN 'PUBLIC' ELSE o::regrole::text END, ', ' ORDER BY o::regrole::text COLLATE "C")
                          FROM unnest(p.polroles) o)
            || coalesce(' USING ' || pg_get_expr(p.polqual, p.polrelid), '')
            || coalesce(' WITH CHECK ' || pg_get_expr(p.polwithcheck, p.polrelid), '')) ORDER BY p.polname COLLATE "C")
        FROM pg_policy p WHERE p.polrelid = r.oid), '[]'),
      'triggers', coalesce((
        SELECT jsonb_agg(jsonb_build_object(
          'name', t.tgname,
          'definition', regexp_replace(pg_get_triggerdef(t.oid), '^CREATE (CONSTRAINT )?TRIGGER \S+ ', '')) ORDER BY t.tgname COLLATE "C")
        FROM pg_trigger t WHERE t.tgrelid = r.oid AND NOT t.tgisinternal), '[]'),
      'rights', coalesce((
        SELECT jsonb_agg(jsonb_build_object('name', g.role, 'definition', g.definition) ORDER BY g.role)
        FROM rights g WHERE g.oid = r.oid), '[]')) ORDER BY r.name)
    FROM relations r WHERE r.relnamespace = s.oid), '[]'),
  'types', coalesce((
    SELECT jsonb_agg(jsonb_build_object(
      'name', t.typname,
      'comment', obj_description(t.oid, 'pg_type'),
      'definition', CASE t.typtype
        WHEN 'e' THEN (SELECT string_agg(e.enumlabel, ' | ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)
        ELSE (SELECT '(' || string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum) || ')'
              FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) END)
      ORDER BY t.typname COLLATE "C")
    FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.typnamespace = s.oid AND (t.typtype = 'e' OR t.typtype = 'c' AND c.relkind = 'c')
      AND (('pg_type'::regclass, t.oid) IN (SELECT classid, objid FROM foreign_objects)) IS NOT TRUE), '[]'),
  'functions', coalesce((
    SELECT jsonb_agg(jsonb_build_object(
      'signature', p.proname || '('
        || coalesce((SELECT string_agg(format_type(t, NULL), ', ' ORDER BY n) FROM unnest(p.proargtypes) WITH ORDINALITY a (t, n)), '') || ')',
      'arguments', pg_get_function_arguments(p.oid),
      'returns', pg_get_function_result(p.oid),
      'comment', obj_description(p.oid, 'pg_proc'),
      'roles', coalesce((
        SELECT jsonb_agg(DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
        FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee <> p.proowner), '[]'))
      ORDER BY p.proname COLLATE "C", p.pronargs, pg_get_function_identity_arguments(p.oid) COLLATE "C")
    FROM pg_proc p WHERE p.pronamespace = s.oid AND p.prokind IN ('f', 'p')
      AND (('pg_proc'::regclass, p.oid) IN (SELECT classid, objid FROM foreign_objects)) IS NOT TRUE), '[]'))
  -- public first, then the others by name.
  ORDER BY s.name <> 'public', s.name), '[]')::text AS catalog
FROM schemas s
