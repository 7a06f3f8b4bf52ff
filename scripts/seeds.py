#!/usr/bin/env python3
"""Compares docs/SEEDS.md with the first designs that Podium grows from, and lists what the page lacks.

    scripts/seeds.py                 compare the page with the list of names, tests/suite/tools/seeds.txt
    scripts/seeds.py FOLDER          also compare that list with the designs in FOLDER, or in that of PODIUM_SEEDS
    scripts/seeds.py FOLDER --write  write the list anew from the designs

The designs themselves are not part of this repository. The list holds the names of what they contain, one in each line:
`<design> <kind> <name>`. The test tools::seeds compares the page with the list and with a database.
"""

import collections
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAMES = ROOT / "tests" / "suite" / "tools" / "seeds.txt"
PAGE = ROOT / "docs" / "SEEDS.md"

HEAD = """\
# What the first designs name, by design and kind. Written by scripts/seeds.py; docs/SEEDS.md has an entry for each.
"""

# Functions of libraries, which the designs' examples call.
FOREIGN = {"createClient", "channel", "subscribe", "select", "insert", "single", "getUser", "drizzle", "postgres"}


def labels(text):
    """The bold words that lead in a list item, a principle, a promise."""
    found = re.findall(r"^\s*(?:[-*]|\d+\.)\s+\*\*([^*\[]+?)\*\*", text, re.M)
    return [label.strip().rstrip(":") for label in found]


def section(text, heading, level=None):
    """What stands between a heading and the next one of the same level or above."""
    match = re.search(rf"^(#+) [^\n]*{re.escape(heading)}[^\n]*\n", text, re.M)
    if not match:
        sys.exit(f"no heading {heading!r}")
    depth = level or len(match.group(1))
    end = re.search(rf"^#{{1,{depth}}} ", text[match.end():], re.M)
    return text[match.end():match.end() + end.start()] if end else text[match.end():]


def blocks(text, *languages):
    """The fenced blocks of these languages."""
    return [body for language, body in re.findall(r"^ *```(\w*)\n(.*?)^ *```", text, re.M | re.S) if language in languages]


def indexes(text):
    return re.findall(r"\bidx_\w+", text)


def sql(text):
    """What SQL statements create."""
    found = []
    for kind, pattern in [
        ("table", r"CREATE TABLE (?:IF NOT EXISTS )?([\w.\"]+)"),
        ("view", r"CREATE (?:OR REPLACE )?(?:MATERIALIZED )?VIEW ([\w.\"]+)"),
        ("index", r"CREATE (?:UNIQUE )?INDEX (?:CONCURRENTLY )?(?:IF NOT EXISTS )?([\w\"]+)"),
        ("function", r"CREATE (?:OR REPLACE )?FUNCTION ([\w.\"]+)"),
        ("trigger", r"CREATE (?:CONSTRAINT )?TRIGGER ([\w\"]+)"),
        ("extension", r"CREATE EXTENSION (?:IF NOT EXISTS )?([\w\"-]+)"),
        ("policy", r"CREATE POLICY (\"[^\"]+\"|\w+)"),
    ]:
        found += [(kind, name.strip('"')) for name in re.findall(pattern, text, re.I)]
    for name, values in re.findall(r"CREATE TYPE \"?(\w+)\"? AS ENUM ?\(([^)]*)\)", text, re.I):
        found += [("enum", name)] + [("state", f"{name}.{value}") for value in re.findall(r"'([^']+)'", values)]
    for column, values in re.findall(r"(\w+) IN ?\(('[^)]*')\)", text, re.I):
        found += [("state", f"{column}.{value}") for value in re.findall(r"'([^']+)'", values)]
    return found


def crew(text):
    found = []
    for name, body in re.findall(r"^(\w+) \{\n(.*?)^\}", "\n".join(blocks(text, "sql")), re.M | re.S):
        found.append(("table", name))
        for column, values in re.findall(r"^\s*(\w+): enum\(([^)]*)\)", body, re.M):
            found.append(("enum", f"{name}.{column}"))
            found += [("state", f"{name}.{column}.{value}") for value in re.findall(r"'([^']+)'", values)]
        for column, value in re.findall(r"^\s*(\w+): text \(default '([^']+)'\)", body, re.M):
            found += [("enum", f"{name}.{column}"), ("state", f"{name}.{column}.{value}")]
    for name in re.findall(r"^\s*(\w+) [|o}{]+--[|o}{]+ (\w+) :", "\n".join(blocks(text, "mermaid")), re.M):
        found += [("table", one) for one in name]
    found += [("index", name) for name in indexes(text)]
    found += [("promise", label) for label in labels(text)]
    flows = section(text, "Data Flow Patterns")
    found += [("promise", name.strip()) for name in re.findall(r"^### ([^\n]+?):?$", flows, re.M)]
    return found


def organisers(text):
    found = [("table", name) for name in re.findall(r"^- `(\w+)` - ", section(text, "Database Tables"), re.M)]
    found += [("module", name) for name in re.findall(r"^\d+\. \*\*\[(\w+)\.ts\]", text, re.M)]
    code = "\n".join(blocks(text, "typescript"))
    called = re.findall(r"\basync function (\w+)|\basync (\w+)\(|\bawait (\w+)\(", code)
    imported = re.findall(r"import \{([^}]*)\} from '@/lib/db/", code)
    names = [name for three in called for name in three if name]
    names += [name.strip() for group in imported for name in group.split(",")]
    names += re.findall(r"^(\w+)\(\) →", text, re.M)
    found += [("function", name) for name in names if name not in FOREIGN | {"supabaseAdmin"}]
    for schema, body in re.findall(r"const (\w+)Schema = z\.object\(\{(.*?)\n\}\)", code, re.S):
        for column, values in re.findall(r"(\w+): z\.enum\(\[(.*?)\]\)", body, re.S):
            found.append(("enum", f"{schema.lower()}.{column}"))
            found += [("state", f"{schema.lower()}.{column}.{value}") for value in re.findall(r"'(\w+)'", values)]
    for values in re.findall(r"^get_user_type\(\) → (.*)$", text, re.M):
        found += [("state", f"get_user_type.{value}") for value in re.findall(r"'(\w+)'", values)]
    found += [(kind, name) for kind, name in sql(text)]
    found += [("topic", name) for name in re.findall(r"\.channel\('(\w+)'\)", code)]
    for heading in ["Access Patterns", "When to Use Admin Client", "Common Use Cases", "Key Metrics", "Alerts", "Future Enhancements"]:
        items = re.findall(r"^- ([^\n]+)$", section(text, heading), re.M)
        found += [("promise", re.split(r" \(| > ", item)[0].strip()) for item in items]
    for heading in ["Query Optimization Tips", "Migration Best Practices"]:
        found += [("promise", label) for label in labels(section(text, heading))]
    found += [("promise", name) for name in ["Automated Backups", "Manual Backup", "Restore from Backup"] if section(text, name)]
    # What the modules' list promises below each name.
    found += [("promise", item.strip()) for item in re.findall(r"^ {3,4}- ([^\n(]+)", section(text, "Available Modules"), re.M)
              if not item.startswith("Use ")]
    return found


def box_office(text):
    found = []
    overview = section(text, "Schema Structure Overview")
    columns = {}
    for line in overview.splitlines():
        if "┌" in line or "└──" in line[:5]:
            continue
        cells = line.split("│")[1:-1] if line.count("│") >= 4 and "  │  │" in line else [line.strip(" │")]
        for at, cell in enumerate(cells):
            cell = cell.strip(" │")
            head = re.match(r"^(ref|users|organizations|ml|events|ticketing|sponsorship|campaigns|payments|analytics|messaging|public)\b(?: \(|$)", cell)
            if head and not cell.startswith(("├", "└")):
                columns[at] = head.group(1)
                found.append(("schema", head.group(1)))
                continue
            leaf = re.match(r"^[├└]─+ ?(\w+)(\(.*\))?(.*)$", cell) if "→ campaigns." not in cell else None
            inner = re.match(r"^│? *[├└]─ (\w+)(\(.*\))?(.*)$", cell)
            leaf = leaf or inner
            if not leaf:
                continue
            name, call, rest = leaf.groups()
            if name in {"Views", "RPC", "Outbox", "Every"}:
                continue
            schema = columns.get(at) or columns.get(0)
            kind = "function" if call else "view" if name.startswith("mv_") or re.search(rf"→ \w+\.{name}\b", rest) else "table"
            found.append((kind, f"{schema}.{name}" if kind != "function" else name))
    # References in the other sections name the same tables.
    for schema, table in re.findall(r"^(?: {2}↓.*)?(\w+)\.(\w+)(?: \(.*\))?$", section(text, "Cross-Schema Relationships"), re.M):
        found.append(("table", f"{schema}.{table}"))
    found += [("table", f"organizations.{name}") for name in re.findall(r"^(org_\w+) \(", section(text, "Cross-Schema Relationships"), re.M)]
    found += sql(text)
    found += [("role", name) for name in re.findall(r"^│  (\w+) \((?:NOLOGIN|Supabase)", text, re.M)]
    for title, body in re.findall(r"^### (\w+) States\n+```\n(.*?)^```", section(text, "State Machines"), re.M | re.S):
        found += [("state", f"{title.lower()}.{state}") for state in states(body)]
        found.append(("enum", title.lower()))
    ledger = section(text, "Payments Flow")
    found += [("account", name.strip()) for name in re.findall(r"account: ([A-Z][\w ]+?) {2,}", ledger)]
    found += [("account", name.strip()) for name in re.findall(r"(?:Debit|Credit): +([A-Z][\w ]+?) +[+-]\d", ledger)]
    found += [("promise", label) for label in labels(text)]
    found += [("promise", re.sub(r"\*\*|\(.*\)", "", item).strip()) for item in re.findall(r"^✅ (.+)$", text, re.M)]
    found += [("promise", name.strip()) for name in re.findall(r"^### (Example: [^(\n]+|Partitioning Strategy|Materialized Views)", text, re.M)]
    return found


def states(diagram):
    """The states of a drawn machine: what arrows with a verb join, and what arrows of a verb alone lead to."""
    known, lone = [], []
    for line in diagram.splitlines():
        for left, verb, right in re.findall(r"(?=\b([\w/]+) ──(?:(\w+)──)?> ([\w/]+))", line):
            known += ([left] if verb else []) + [right]
        lone += [word for word in re.findall(r"[a-z_]+", re.sub(r"──\w+──>|──>", " ", line)) if word.endswith("ed")]
    return [state for entry in known + lone for state in entry.split("/")]


def dancers(text):
    found = [("table", name) for name in re.findall(r"^- \[`(\w+)`\]\(", text, re.M)]
    return found + sql(text) + [("promise", label) for label in labels(text) if not label.endswith(".surql")]


def setlists(text):
    code = "\n".join(blocks(text, "typescript"))
    found = [("table", name) for name in re.findall(r"pgTable\('(\w+)'", code)]
    for name, values in re.findall(r"pgEnum\('(\w+)', \[(.*?)\]\)", code, re.S):
        found += [("enum", name)] + [("state", f"{name}.{value}") for value in re.findall(r"'(\w+)'", values)]
    found += [("key", name) for name in re.findall(r"(\w+): unique\(\)\.on", code)]
    found += [("function", name) for name in re.findall(r"export (?:async )?function (\w+)", code)]
    found += [("topic", name) for name in re.findall(r"\.channel\(`(\w+):", code)]
    found += [("relation", name) for name in re.findall(r"export const (\w+) = relations\(", code)]
    found += sql(text)
    found += [("promise", label) for label in labels(text)]
    found += [("promise", f"row level security of {name}") for name in re.findall(r"ALTER TABLE (\w+) ENABLE ROW LEVEL", text)]
    return found


DESIGNS = {"000": crew, "001": organisers, "002": box_office, "003": dancers, "004": setlists}


def read_designs(folder):
    """The names in the designs, as lines of the list."""
    lines = []
    for design, parse in DESIGNS.items():
        files = sorted(pathlib.Path(folder).glob(f"{design}_*.txt"))
        if len(files) != 1:
            sys.exit(f"{folder} holds {len(files)} files {design}_*.txt; expected one")
        found = parse(files[0].read_text(encoding="utf-8"))
        lines += [f"{design} {kind} {name}" for kind, name in dict.fromkeys(found)]
    return sorted(lines)


def read_names():
    return [line for line in NAMES.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def entries(page):
    """How often the page has an entry for a name, by design and name. An item begins with its names: in backticks, with
    parts of it in brackets behind it, or in bold; then comes a colon."""
    found, design = collections.Counter(), None
    for line in re.sub(r"\n +(?=\S)", " ", page).splitlines():
        if line.startswith("## "):
            match = re.search(r"`(\d{3})`", line)
            design = match and match.group(1)
        head = re.match(r"- ((?:[^:`*]|`[^`]*`|\*\*[^*]*\*\*)*): ", line)
        if design is None or not head:
            continue
        names = re.findall(r"\*\*([^*]+)\*\*", head.group(1))
        code = re.sub(r"\*\*[^*]+\*\*", "", head.group(1))
        for name, parts in re.findall(r"`([^`]+)`(?: \(((?:`[^`]+`(?:, )?)+)\))?", code):
            names += [name] + [f"{name}.{part}" for part in re.findall(r"`([^`]+)`", parts)]
        found.update((design, name) for name in names)
    return found


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--write"]
    folder = arguments[0] if arguments else os.environ.get("PODIUM_SEEDS")
    wrong = []
    if folder:
        lines = read_designs(folder)
        if "--write" in sys.argv:
            NAMES.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
        listed = set(read_names())
        wrong += [f"tests/suite/tools/seeds.txt lacks: {line}" for line in lines if line not in listed]
        wrong += [f"no design has, but tests/suite/tools/seeds.txt: {line}" for line in sorted(listed - set(lines))]
    elif "--write" in sys.argv:
        sys.exit("--write needs the folder of the designs")
    there = entries(PAGE.read_text(encoding="utf-8"))
    names = read_names()
    # A name that is that of a table and of a module has an entry as either.
    wanted = collections.defaultdict(list)
    for line in names:
        design, kind, name = line.split(" ", 2)
        wanted[design, name].append(kind)
    for (design, name), kinds in wanted.items():
        if there[design, name] < len(kinds):
            count = f"{there[design, name]} of {len(kinds)} entries" if there[design, name] else "an entry"
            wrong.append(f"docs/SEEDS.md lacks {count} for {name} ({design}, {', '.join(kinds)})")
    wrong += [f"docs/SEEDS.md has an entry that no design has: {name} ({design})" for design, name in there.keys() - wanted.keys()]
    print("\n".join(wrong) if wrong else f"docs/SEEDS.md has an entry for each of {len(names)} names")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
