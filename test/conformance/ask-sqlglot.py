"""Asks sqlglot for the lineage of statements.

ask-sqlglot.py SDIST_FOLDER cases      prints sqlglot's own cases (lineage suite, TPC-H, TPC-DS), one JSON line each
ask-sqlglot.py SDIST_FOLDER answer     reads cases as JSON lines, prints for each its columns with their leaf columns, and the CPU time
"""
import contextlib, io, json, logging, os, signal, sys, time

sys.path.insert(0, sys.argv[1])
sys.setrecursionlimit(4000)
logging.disable(logging.CRITICAL)
from sqlglot import exp, lineage as lineage_module

CPU_SECONDS = 60  # for one statement


def give_up(*_):
    raise TimeoutError(f"more than {CPU_SECONDS} s of CPU")


def main():
    signal.signal(signal.SIGVTALRM, give_up)
    if sys.argv[2] == "cases":
        for case in own_cases():
            print(json.dumps(case))
        return
    for line in sys.stdin:
        case = json.loads(line)
        start = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
        try:
            columns, error = answer(case), None
        except BaseException as failure:  # whatever sqlglot raises is its answer
            columns, error = {}, f"{type(failure).__name__}: {str(failure)[:160]}"
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        took = time.process_time() - start
        print(json.dumps({"key": case["key"], "columns": columns, "error": error, "ms": took * 1000}))
        sys.stdout.flush()


def answer(case):
    """Every output column with its leaf columns, `table.column` in lower case; "?" where sqlglot did not find the source."""
    nodes = lineage_module.lineage(
        None, case["sql"], schema=case["schema"], sources=case.get("sources") or None, dialect=case["dialect"] or None
    )
    return {name.lower(): sorted(leaves(node)) for name, node in nodes.items()}


def leaves(node):
    found = set()
    for step in node.walk():
        if step.downstream:
            continue
        if isinstance(step.source, exp.Table):
            column = step.name.split(".")[-1].strip('"`[]')
            found.add(f"{step.source.name}.{column}".lower())
        elif step.name == "*" or isinstance(step.expression, exp.Placeholder):
            found.add("?")
    return found


def own_cases():
    from tests import helpers, test_lineage

    for kind, schema in (("tpc-h", helpers.TPCH_SCHEMA), ("tpc-ds", helpers.TPCDS_SCHEMA)):
        path = os.path.join(sys.argv[1], "tests/fixtures/optimizer", kind, kind + ".sql")
        for number, (_, sql, _) in enumerate(helpers.load_sql_fixture_pairs(os.path.join("optimizer", kind, kind + ".sql")), 1):
            yield {"key": f"{kind}/{number}", "group": kind, "sql": sql, "dialect": "snowflake" if kind == "tpc-ds" else "postgres", "schema": schema}
    import unittest

    calls = []
    original = test_lineage.lineage

    def recorded(column, sql, schema=None, sources=None, scope=None, **options):
        plain = isinstance(sql, str) and all(isinstance(v, str) for v in (sources or {}).values())
        if plain and (schema is None or isinstance(schema, dict)):
            calls.append({"sql": sql, "schema": schema or {}, "sources": sources or {}, "dialect": options.get("dialect") or ""})
        return original(column, sql, schema=schema, sources=sources, scope=scope, **options)

    test_lineage.lineage = recorded
    suite = unittest.defaultTestLoader.loadTestsFromModule(test_lineage)
    with contextlib.redirect_stderr(io.StringIO()):
        unittest.TextTestRunner(stream=io.StringIO()).run(suite)
    seen = set()
    for call in calls:
        text = json.dumps(call, sort_keys=True)
        if text not in seen:
            seen.add(text)
            yield {"key": f"sqlglot/{len(seen)}", "group": "sqlglot", **call}


main()
