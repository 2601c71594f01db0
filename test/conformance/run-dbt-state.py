"""Asks the installed dbt what it selects for every case of a conformance material, and keeps its manifests.

usage: python run-dbt-state.py MATERIAL OUT FLAG EXPRESSIONS PROCESSES [CASE …]
MATERIAL holds `base/` (a dbt project) and `cases.py` (its mutations); FLAG is true or false, the project flag
state_modified_compare_more_unrendered_values; EXPRESSIONS is a file of what to ask beside the plain `state:` selectors.
Under OUT it writes, per case, head.json.gz and answer.json ({base, dbt, selectors, expressions} or {skipped}), and the
base manifests beside them. A case whose answer.json is there already is left alone.

All questions about one case are asked inside one `dbt ls`, of one parsed project and one loaded state.
"""
import contextlib
import gzip
import importlib.util
import json
import multiprocessing
import os
import shutil
import sys
import tempfile

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
todo = []


def main():
    material, out, flag, expressions, processes = sys.argv[1:6]
    only = set(sys.argv[6:])
    spec = importlib.util.spec_from_file_location("cases", os.path.join(material, "cases.py"))
    cases = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(cases)
    with open(expressions) as file:
        questions = json.load(file)
    os.makedirs(out, exist_ok=True)
    ListTask.run = answer_all
    todo.extend(
        Case(name, case, material, out, flag, questions)
        for name, case in cases.C.items()
        if not (only and name not in only) and not os.path.exists(os.path.join(out, name, "answer.json"))
    )
    # Forked, because mutations are functions, which cannot be sent to a process.
    with multiprocessing.get_context("fork").Pool(int(processes)) as pool:
        for name, answer in pool.imap_unordered(answer_at, range(len(todo)), chunksize=4):
            if "skipped" in answer:
                print(name, "skipped: " + answer["skipped"], file=sys.stderr, flush=True)


class Case:
    def __init__(self, name, case, material, out, flag, questions):
        self.name, self.material, self.out, self.flag = name, material, out, flag
        self.both, self.mutation, self.reset = case.get("both"), case["m"], case.get("reset")
        self.target = case.get("base_target", "dev")
        self.expressions = questions["every"] + (questions["language"] if name in questions["cases"] else [])

    def project(self, path, mutations):
        shutil.copytree(os.path.join(self.material, "base"), path)
        os.chmod(path, 0o755)
        for folder, _, files in os.walk(path):
            os.chmod(folder, 0o755)
            for file in files:
                os.chmod(os.path.join(folder, file), 0o644)
        config = os.path.join(path, "dbt_project.yml")
        write_text(config, open(config).read().replace("__FLAG__", self.flag))
        for mutate in mutations:
            if mutate:
                mutate(path)
        shutil.copytree(os.path.join(path, "localpkg"), os.path.join(path, "dbt_packages", "lp"))
        return path


def answer_at(index):
    case = todo[index]
    os.makedirs(os.path.join(case.out, case.name), exist_ok=True)
    with tempfile.TemporaryDirectory() as work, open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        answer = answer_case(case, work)
    answer_path = os.path.join(case.out, case.name, "answer.json")
    write_text(answer_path + ".part", json.dumps(answer))
    os.replace(answer_path + ".part", answer_path)
    return case.name, answer


def answer_case(case, work):
    base_name = "base-%s%s.json.gz" % (case.target, "-" + case.name if case.both else "")
    base_path = os.path.join(case.out, base_name)
    if not os.path.exists(base_path):
        base = case.project(os.path.join(work, "base"), [case.both])
        parsed = invoke("parse", base, case.target)
        if not parsed.success:
            return {"skipped": "base does not parse with this dbt: %s" % str(parsed.exception)[:200]}
        keep(base, base_path)
    state = os.path.join(work, "state")
    os.makedirs(state)
    with gzip.open(base_path, "rt") as manifest:
        write_text(os.path.join(state, "manifest.json"), manifest.read())
    try:
        head = case.project(os.path.join(work, "head"), [None if case.reset else case.both, case.mutation])
    except (AssertionError, OSError) as problem:
        return {"skipped": "the mutation does not apply: %r" % (problem,)}
    asked.clear()
    asked["expressions"] = case.expressions
    listed = invoke("ls", head, "dev", "--state", state, "--resource-type", "all")
    if "answers" not in asked:
        return {"skipped": "head does not parse with this dbt: %s" % str(listed.exception)[:200]}
    keep(head, os.path.join(case.out, case.name, "head.json.gz"))
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


def keep(project, path):
    part = "%s.%d" % (path, os.getpid())
    with open(os.path.join(project, "target", "manifest.json"), "rb") as manifest:
        with gzip.open(part, "wb", compresslevel=1) as kept:
            shutil.copyfileobj(manifest, kept)
    os.replace(part, path)


def write_text(path, text):
    with open(path, "w") as file:
        file.write(text)


if __name__ == "__main__":
    main()
