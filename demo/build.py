#!/usr/bin/env python3
"""Rebuilds the demo's dbt artifacts and its DuckDB file with dbt, from the seeds up.

    python3 demo/build.py            rebuild everything that is committed
    python3 demo/build.py --check    rebuild elsewhere and say what differs from what is committed

dbt runs in a virtual environment made from requirements.txt (in demo/.venv, or where --venv says). What depends on the
machine or the hour (paths, ids, clocks, the names of threads) is taken out of the artifacts, so that two rebuilds agree.
"""

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

DEMO = Path(__file__).resolve().parent
DATABASE = "cinderhouse"  # dbt-duckdb names the database after the file, so every build writes cinderhouse.duckdb
BLOCK_SIZE = 16384  # the smallest DuckDB offers: thirty small tables would fill megabytes of larger blocks
NO_ID = "00000000-0000-0000-0000-000000000000"
SELECTORS = ["modified", "modified.body", "modified.configs", "modified.relation", "modified.macros",
             "modified.contract", "modified.persisted_descriptions", "new"]
COUNTED = {"model", "seed", "snapshot"}
ARTIFACTS = ["manifest", "catalog", "run_results"]


def main():
    arguments = read_arguments()
    python = dbt_python(arguments.venv)
    if Path(sys.prefix).resolve() != Path(python).parent.parent.resolve():
        sys.exit(subprocess.call([python, __file__, *sys.argv[1:]]))
    with tempfile.TemporaryDirectory(prefix="cinderhouse-") as folder:
        work = Path(folder)
        out = work / "out" if arguments.check else DEMO
        build_all(work, out)
        if arguments.check:
            sys.exit(compare(out))


def build_all(work, out):
    base = work / "base"
    shutil.copytree(DEMO / "project", base / "project", ignore=shutil.ignore_patterns("target", "logs", "*.duckdb"))
    build_side(base, target="prod", schema="prod")
    keep_artifacts(base, out / "artifacts" / "base", "2026-11-16T05:00:00")
    newest = base
    for folder in sorted((DEMO / "pull-requests").iterdir()):
        newest = build_pull_request(folder, base, newest, out)
    compact(newest / f"{DATABASE}.duckdb", out / "warehouse" / f"{DATABASE}.duckdb")


def build_pull_request(folder, base, before, out):
    """Builds one head into a copy of the database that holds every side before it, and gives the head's folder."""
    number = json.loads((folder / "pull-request.json").read_text(encoding="utf-8"))["number"]
    head = base.parent / f"pr-{number}"
    shutil.copytree(base / "project", head / "project", ignore=shutil.ignore_patterns("target", "logs"))
    shutil.copytree(folder / "files", head / "project", dirs_exist_ok=True)
    for path in removed_paths(folder):
        (head / "project" / path).unlink()
    shutil.copy(before / f"{DATABASE}.duckdb", head / f"{DATABASE}.duckdb")
    build_side(head, target="ci", schema=f"pr_{number}")
    keep_artifacts(head, out / "artifacts" / f"pr-{number}", f"2026-11-{16 + number:02d}T09:30:00")
    measured = {"state": modified_by_dbt(head, base), "rows": count_rows(head, base)}
    write_text(out / "pull-requests" / folder.name / "measured.json", json.dumps(measured, indent=2) + "\n")
    return head


def removed_paths(folder):
    """A pull request that deletes files lists them in removed.txt, one path a line."""
    listed = folder / "removed.txt"
    return listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []


def build_side(side, target, schema):
    """One `dbt build` whose manifest and run results are kept before `dbt docs generate` writes over them."""
    common = ["--target", target, "--no-partial-parse", "--threads", "1"]
    run_dbt(side, schema, "seed", *common)  # the sources are seeds: they must stand before the models read them
    run_dbt(side, schema, "build", *common)
    for name in ["manifest", "run_results"]:
        shutil.copy(side / "project" / "target" / f"{name}.json", side / f"{name}.json")
    run_dbt(side, schema, "docs", "generate", "--no-compile", *common)
    shutil.copy(side / "project" / "target" / "catalog.json", side / "catalog.json")


def modified_by_dbt(head, base):
    """What dbt itself selects when it compares the head project with the base manifest; tests for their own sake only."""
    (base / "state").mkdir(exist_ok=True)
    shutil.copy(base / "manifest.json", base / "state" / "manifest.json")
    selected = {}
    for selector in SELECTORS:
        text = run_dbt(head, head.name.replace("-", "_"), "ls", "--quiet", "--target", "ci", "--output", "json",
                       "--output-keys", "unique_id", "--indirect-selection", "empty", "--state", str(base / "state"),
                       "--select", f"state:{selector}")
        selected[selector] = sorted(json.loads(line)["unique_id"] for line in text.splitlines() if line.startswith("{"))
    return selected


def count_rows(head, base):
    """Rows of every model, seed and snapshot on both sides; null where a side has no such node."""
    import duckdb

    sides = {"base": relations(base), "head": relations(head)}
    rows = {}
    with duckdb.connect(str(head / f"{DATABASE}.duckdb"), read_only=True) as connection:
        for unique_id in sorted(sides["base"] | sides["head"]):
            rows[unique_id] = {side: count(connection, names.get(unique_id)) for side, names in sides.items()}
    return rows


def relations(side):
    manifest = json.loads((side / "manifest.json").read_text(encoding="utf-8"))
    return {key: node["relation_name"] for key, node in manifest["nodes"].items() if node["resource_type"] in COUNTED}


def count(connection, relation):
    return None if relation is None else connection.execute(f"select count(*) from {relation}").fetchone()[0]


def compact(built, kept):
    """Copies a built database into a new file, which leaves out the space dbt's rebuilding freed."""
    import duckdb

    kept.parent.mkdir(parents=True, exist_ok=True)
    small = built.parent / "small" / built.name
    small.parent.mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{built}' as built (read_only)")
        connection.execute(f"attach '{small}' as {DATABASE} (block_size {BLOCK_SIZE})")
        connection.execute(f"copy from database built to {DATABASE}")
        connection.execute("detach built")
        connection.execute(f"checkpoint {DATABASE}")
    shutil.copy(small, kept)


def run_dbt(side, schema, *arguments):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DBT_")}
    environment.update(CINDERHOUSE_DUCKDB=str(side / f"{DATABASE}.duckdb"), CINDERHOUSE_SCHEMA=schema,
                       DBT_PROFILES_DIR=str(side / "project"), NO_COLOR="1")
    print(f"{side.name}: dbt {' '.join(arguments[:2])}", file=sys.stderr)
    command = [str(Path(sys.executable).parent / "dbt"), *arguments]
    done = subprocess.run(command, cwd=side / "project", env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"dbt failed on {side.name}:\n{done.stdout}{done.stderr}")
    return done.stdout


def keep_artifacts(side, folder, moment):
    for name in ARTIFACTS:
        artifact = json.loads((side / f"{name}.json").read_text(encoding="utf-8"))
        text = json.dumps(without_machine(artifact, moment), separators=(",", ":"), ensure_ascii=False)
        for trace in [str(side), str(DEMO), tempfile.gettempdir(), str(Path.home())]:
            if trace in text:
                sys.exit(f"{name} of {side.name} still names this machine: {trace}")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def without_machine(artifact, moment):
    artifact["metadata"].update(generated_at=f"{moment}.000000Z", invocation_started_at=f"{moment}.000000Z",
                                invocation_id=NO_ID)
    if "user_id" in artifact["metadata"]:
        artifact["metadata"]["user_id"] = None
    if "args" in artifact:
        artifact["args"] = {key: artifact["args"][key] for key in ["which", "select", "exclude", "vars", "target"]
                            if key in artifact["args"]}
        artifact["elapsed_time"] = 0.0
        artifact["results"] = [without_clock(result, moment) for result in artifact["results"]]
    for section, entries in artifact.items():
        if isinstance(entries, dict) and section not in ["metadata", "args"]:
            artifact[section] = {key: without_paths(entries[key]) for key in sorted(entries)}
    return artifact


def without_clock(result, moment):
    phases = [{"name": phase["name"], "started_at": f"{moment}.000000Z", "completed_at": f"{moment}.000000Z"}
              for phase in result["timing"]]
    return {**result, "timing": phases, "thread_id": "Thread-1", "execution_time": 0.0}


def without_paths(entry):
    if not isinstance(entry, dict):
        return entry
    kept = dict(entry)
    if kept.get("root_path"):
        kept["root_path"] = "."
    if "created_at" in kept:
        kept["created_at"] = 0.0
    return kept


def compare(out):
    """Byte for byte, but for the DuckDB file, which carries ids of its own: that only has to be there."""
    different = 0
    for made in sorted(path for path in out.rglob("*") if path.is_file()):
        kept = DEMO / made.relative_to(out)
        same = kept.exists() and (made.suffix == ".duckdb" or made.read_bytes() == kept.read_bytes())
        if not same:
            print(f"differs: {made.relative_to(out)}")
            different += 1
    print("same as committed" if different == 0 else f"{different} files differ")
    return min(different, 1)


def dbt_python(folder):
    python = folder / "bin" / "python"
    if not (folder / "bin" / "dbt").exists():
        venv.create(folder, with_pip=True)
        subprocess.check_call([python, "-m", "pip", "install", "--quiet", "-r", DEMO / "requirements.txt"])
    return str(python)


def write_text(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare a fresh build with what is committed")
    parser.add_argument("--venv", type=Path, default=DEMO / ".venv", help="the virtual environment holding dbt")
    return parser.parse_args()


if __name__ == "__main__":
    main()
