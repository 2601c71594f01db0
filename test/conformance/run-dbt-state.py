"""Asks the installed dbt what `state:…` selects for every case of a conformance material, and keeps its manifests.

usage: python run-dbt-state.py MATERIAL OUT FLAG [CASE …]
MATERIAL holds `base/` (a dbt project) and `cases.py` (its mutations); FLAG is true or false, the project flag
state_modified_compare_more_unrendered_values. Under OUT it writes, per case, head.json.gz and answer.json
({base, dbt, selectors: {selector: [unique_id] | {error}}} or {skipped}), and the base manifests beside them.
A case whose answer.json is there already is left alone.
"""
import contextlib
import gzip
import importlib.util
import json
import os
import shutil
import sys
import tempfile

from dbt.cli.main import dbtRunner
from dbt.version import get_installed_version

SELECTORS = ["new", "old", "modified", "unmodified"] + [
    "modified." + part for part in ("body", "configs", "relation", "persisted_descriptions", "macros", "contract")
]


def main():
    material, out, flag, only = sys.argv[1], sys.argv[2], sys.argv[3], set(sys.argv[4:])
    spec = importlib.util.spec_from_file_location("cases", os.path.join(material, "cases.py"))
    cases = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(cases)
    os.makedirs(out, exist_ok=True)
    for name, case in cases.C.items():
        if only and name not in only:
            continue
        answer_path = os.path.join(out, name, "answer.json")
        if os.path.exists(answer_path):
            continue
        os.makedirs(os.path.dirname(answer_path), exist_ok=True)
        with tempfile.TemporaryDirectory() as work, open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            answer = answer_case(Case(name, case, material, out, flag), work)
        write_text(answer_path, json.dumps(answer, indent=1))
        print(name, "skipped: " + answer["skipped"] if "skipped" in answer else "answered", flush=True)


class Case:
    def __init__(self, name, case, material, out, flag):
        self.name, self.case, self.material, self.out, self.flag = name, case, material, out, flag

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


def answer_case(case, work):
    both = case.case.get("both")
    target = case.case.get("base_target", "dev")
    base_name = "base-%s%s.json.gz" % (target, "-" + case.name if both else "")
    base_path = os.path.join(case.out, base_name)
    if not os.path.exists(base_path):
        base = case.project(os.path.join(work, "base"), [both])
        parsed = parse(base, target)
        if not parsed.success:
            return {"skipped": "base does not parse with this dbt: %s" % str(parsed.exception)[:200]}
        keep(base, base_path)
    try:
        head = case.project(os.path.join(work, "head"), [None if case.case.get("reset") else both, case.case["m"]])
    except (AssertionError, OSError) as problem:
        return {"skipped": "the mutation does not apply: %r" % (problem,)}
    parsed = parse(head, "dev")
    if not parsed.success:
        return {"skipped": "head does not parse with this dbt: %s" % str(parsed.exception)[:200]}
    keep(head, os.path.join(case.out, case.name, "head.json.gz"))
    state = os.path.join(work, "state")
    os.makedirs(state)
    write_text(os.path.join(state, "manifest.json"), gzip.open(base_path, "rt").read())
    selectors = {selector: select(head, state, selector, parsed.result) for selector in SELECTORS}
    return {"base": base_name, "dbt": get_installed_version().to_version_string(skip_matcher=True), "selectors": selectors}


def parse(project, target):
    return dbtRunner().invoke(
        ["parse", "--project-dir", project, "--profiles-dir", project, "--target", target, "--no-partial-parse", "--quiet", "--target-path", os.path.join(project, "target")]
    )


def select(project, state, selector, manifest):
    listed = dbtRunner(manifest=manifest).invoke(
        ["ls", "--project-dir", project, "--profiles-dir", project, "--quiet", "--no-write-json", "--state", state,
         "--select", "state:" + selector, "--indirect-selection", "empty", "--resource-type", "all",
         "--output", "json", "--output-keys", "unique_id", "--target-path", os.path.join(project, "other-target")]
    )
    if not listed.success:
        return {"error": str(listed.exception)[:300]}
    return sorted(json.loads(line)["unique_id"] for line in listed.result or [])


def keep(project, path):
    with open(os.path.join(project, "target", "manifest.json"), "rb") as manifest, gzip.open(path, "wb") as kept:
        kept.write(manifest.read())


def write_text(path, text):
    with open(path, "w") as file:
        file.write(text)


if __name__ == "__main__":
    main()
