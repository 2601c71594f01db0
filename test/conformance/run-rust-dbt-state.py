"""Asks the Rust engine of dbt what it selects for every case of a conformance material, and keeps its manifests.

usage: python run-rust-dbt-state.py MATERIAL OUT FLAG EXPRESSIONS PROCESSES [CASE …]
The arguments and the answers are those of run-dbt-state.py; `dbt` is the one beside this Python. The engine does not
read FLAG. It has no Python interface, so every question is a `dbt ls` of its own and fewer are asked: of EXPRESSIONS
those under `rust`, and the parts of `modified` only where something is modified.
"""
import gzip
import json
import os
import subprocess
import sys

import material

PARTS = ["body", "configs", "relation", "persisted_descriptions", "macros", "contract"]
DBT = os.path.join(os.path.dirname(sys.executable), "dbt")


def answer_case(case, work):
    base_name = "base-%s%s.json.gz" % (case.target, "-" + case.name if case.both else "")
    base_path = os.path.join(case.out, base_name)
    if not os.path.exists(base_path):
        base = case.project(os.path.join(work, "base"), [case.both])
        parsed = invoke("parse", base, case.target)
        if parsed.returncode != 0:
            return {"skipped": "base does not parse with this dbt: %s" % parsed.stderr[-200:]}
        material.keep(base, base_path)
    state = os.path.join(work, "state")
    os.makedirs(state)
    with gzip.open(base_path, "rt") as manifest:
        material.write_text(os.path.join(state, "manifest.json"), manifest.read())
    try:
        head = case.project(os.path.join(work, "head"), [None if case.reset else case.both, case.mutation])
    except (AssertionError, OSError) as problem:
        return {"skipped": "the mutation does not apply: %r" % (problem,)}
    ask = lambda question: listed(invoke("ls", head, "dev", "--state", state, *words(question)))
    plain = lambda name: ask({"select": "state:" + name, "mode": "empty"})
    selectors = {name: plain(name) for name in ("modified", "new")}
    if not os.path.exists(os.path.join(head, "target", "manifest.json")):
        return {"skipped": "head does not parse with this dbt: %s" % str(selectors["modified"])[-300:]}
    material.keep(head, os.path.join(case.out, case.name, "head.json.gz"))
    if case.rust:
        selectors.update({name: plain(name) for name in ("old", "unmodified")})
    if selectors["modified"]:
        selectors.update({"modified." + part: plain("modified." + part) for part in PARTS})
    expressions = [dict(question, answer=ask(question)) for question in case.rust]
    return {"base": base_name, "dbt": "2", "selectors": selectors, "expressions": expressions}


def words(question):
    mode = ["--indirect-selection", question.get("mode", "eager")]
    return mode + [word for name in ("select", "exclude") if name in question for word in ("--" + name, question[name])]


def listed(done):
    if done.returncode != 0:
        return {"error": done.stderr[-300:]}
    return sorted(json.loads(line)["unique_id"] for line in done.stdout.splitlines() if line.startswith("{"))


def invoke(command, project, target, *more):
    output = ["--output", "json", "--output-keys", "unique_id"] if command == "ls" else []
    # What is an error of style to this engine and not to Python's is let pass, so that both are asked the same.
    return subprocess.run(
        [DBT, command, "--project-dir", project, "--profiles-dir", project, "--target", target, "--quiet",
         "--target-path", os.path.join(project, "target"), *output, *more],
        capture_output=True, text=True, stdin=subprocess.DEVNULL,
        env=dict(os.environ, DBT_ENGINE_BETA_PARSING="1", NO_COLOR="1"),
    )


if __name__ == "__main__":
    material.answer_all_cases(sys.argv[1:], answer_case)
