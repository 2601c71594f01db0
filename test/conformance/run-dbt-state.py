"""Asks the installed dbt what it selects for every case of a conformance material, and keeps its manifests.

usage: python run-dbt-state.py MATERIAL OUT FLAG EXPRESSIONS PROCESSES [CASE …]
MATERIAL holds `base/` (a dbt project) and `cases.py` (its mutations); FLAG is true or false, the project flag
state_modified_compare_more_unrendered_values; EXPRESSIONS is a file of what to ask beside the plain `state:` selectors.
Under OUT it writes, per case, head.json.gz and answer.json ({base, dbt, selectors, expressions} or {skipped}), and the
base manifests beside them. A case whose answer.json is there already is left alone.

All questions about one case are asked inside one `dbt ls`, of one parsed project and one loaded state.
"""
import gzip
import os
import sys

import material
from dbt.cli.main import dbtRunner
from dbt.flags import get_flags
from dbt.graph import parse_difference
from dbt.task.list import ListTask
from dbt.version import get_installed_version
from dbt_common.events.contextvars import task_contextvars

SELECTORS = ["new", "old", "modified", "unmodified"] + [
    "modified." + part for part in ("body", "configs", "relation", "persisted_descriptions", "macros", "contract")
]
asked = {}


def time_spine(project):
    """Before 1.9 a time spine is known by its name alone."""
    material.write_text(os.path.join(project, "models", "metricflow_time_spine.sql"), "select cast('2026-01-01' as date) as date_day")


ADAPTED = [time_spine] if get_installed_version().to_version_string(skip_matcher=True).startswith("1.8.") else []


def main():
    ListTask.run = answer_all
    material.answer_all_cases(sys.argv[1:], answer_case)


def answer_case(case, work):
    base_name = "base-%s%s.json.gz" % (case.target, "-" + case.name if case.both else "")
    base_path = os.path.join(case.out, base_name)
    if not os.path.exists(base_path):
        base = case.project(os.path.join(work, "base"), ADAPTED + [case.both])
        parsed = invoke("parse", base, case.target)
        if not parsed.success:
            return {"skipped": "base does not parse with this dbt: %s" % str(parsed.exception)[:200]}
        material.keep(base, base_path)
    state = os.path.join(work, "state")
    os.makedirs(state)
    with gzip.open(base_path, "rt") as manifest:
        material.write_text(os.path.join(state, "manifest.json"), manifest.read())
    try:
        head = case.project(os.path.join(work, "head"), ADAPTED + [None if case.reset else case.both, case.mutation])
    except (AssertionError, OSError) as problem:
        return {"skipped": "the mutation does not apply: %r" % (problem,)}
    asked.clear()
    asked["expressions"] = case.expressions
    listed = invoke("ls", head, "dev", "--state", state, "--resource-type", "all")
    if "answers" not in asked:
        return {"skipped": "head does not parse with this dbt: %s" % str(listed.exception)[:200]}
    material.keep(head, os.path.join(case.out, case.name, "head.json.gz"))
    selectors, expressions = asked["answers"]
    dbt = get_installed_version().to_version_string(skip_matcher=True)
    return {"base": base_name, "dbt": dbt, "selectors": selectors, "expressions": expressions}


def answer_all(task):
    """In place of `ListTask.run`: the same selector, asked many times."""
    with task_contextvars(project_root=task.config.project_root):
        task.compile_manifest()
        selectors = {name: ask(task, {"select": "state:" + name, "mode": "empty"}) for name in SELECTORS}
        expressions = [dict(question, answer=ask(task, question)) for question in asked["expressions"]]
    asked["answers"] = (selectors, expressions)
    return []


def ask(task, question):
    object.__setattr__(get_flags(), "INDIRECT_SELECTION", question.get("mode", "eager"))
    select = [question["select"]] if "select" in question else None
    exclude = [question["exclude"]] if "exclude" in question else None
    try:
        return sorted(task.get_node_selector().get_selected(parse_difference(select, exclude)))
    except Exception as problem:
        return {"error": str(problem)[:300], "type": type(problem).__name__}


def invoke(command, project, target, *more):
    return dbtRunner().invoke(
        [command, "--project-dir", project, "--profiles-dir", project, "--target", target, "--no-partial-parse",
         "--no-version-check", "--quiet", "--log-level-file", "none", "--target-path", os.path.join(project, "target"),
         *more]
    )


if __name__ == "__main__":
    main()
