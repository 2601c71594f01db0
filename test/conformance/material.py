"""A conformance material: its cases, the project of each, and where the answers about them are kept."""
import contextlib
import gzip
import importlib.util
import json
import multiprocessing
import os
import shutil
import sys
import tempfile

todo = []


def answer_all_cases(arguments, answer_case):
    """Answers every case that has no answer.json yet. `arguments`: MATERIAL OUT FLAG EXPRESSIONS PROCESSES [CASE …]."""
    material, out, flag, expressions, processes = arguments[:5]
    only = set(arguments[5:])
    spec = importlib.util.spec_from_file_location("cases", os.path.join(material, "cases.py"))
    cases = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(cases)
    with open(expressions) as file:
        questions = json.load(file)
    os.makedirs(out, exist_ok=True)
    todo.extend(
        (Case(name, case, material, out, flag, questions), answer_case)
        for name, case in cases.C.items()
        if not (only and name not in only) and not os.path.exists(os.path.join(out, name, "answer.json"))
    )
    # Forked, because mutations are functions, which cannot be sent to a process.
    with multiprocessing.get_context("fork").Pool(int(processes)) as pool:
        for name, answer in pool.imap_unordered(answer_at, range(len(todo)), chunksize=4):
            if "skipped" in answer:
                print(name, "skipped: " + answer["skipped"], file=sys.stderr, flush=True)


def answer_at(index):
    case, answer_case = todo[index]
    os.makedirs(os.path.join(case.out, case.name), exist_ok=True)
    with tempfile.TemporaryDirectory() as work, open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        answer = answer_case(case, work)
    answer_path = os.path.join(case.out, case.name, "answer.json")
    write_text(answer_path + ".part", json.dumps(answer))
    os.replace(answer_path + ".part", answer_path)
    return case.name, answer


class Case:
    def __init__(self, name, case, material, out, flag, questions):
        self.name, self.material, self.out, self.flag = name, material, out, flag
        self.both, self.mutation, self.reset = case.get("both"), case["m"], case.get("reset")
        self.target = case.get("base_target", "dev")
        self.expressions = questions["every"] + (questions["language"] if name in questions["cases"] else [])
        self.rust = questions["rust"] if name in questions["cases"] else []

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


def keep(project, path):
    part = "%s.%d" % (path, os.getpid())
    with open(os.path.join(project, "target", "manifest.json"), "rb") as manifest:
        with gzip.open(part, "wb", compresslevel=1) as kept:
            shutil.copyfileobj(manifest, kept)
    os.replace(part, path)


def write_text(path, text):
    with open(path, "w") as file:
        file.write(text)
