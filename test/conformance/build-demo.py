"""Builds the demo's base and pull requests with dbt, one after the other in this process, and keeps their artifacts.

    build-demo.py ENGINE WORK    ENGINE is duckdb or postgres; PGHOST, PGPORT, PGUSER and PGDATABASE say which server

The project is that of demo/, file by file. In WORK there are then artifacts/base and artifacts/pr-1 to pr-4, and for DuckDB the
file cinderhouse.duckdb, which holds every side.
"""

import json
import os
import shutil
import sys
from pathlib import Path

DEMO = Path(__file__).resolve().parents[2] / "demo"
ENGINES = {
    "duckdb": {"type": "duckdb", "path": "{{ env_var('BUILD_FILE') }}"},
    "postgres": {
        "type": "postgres",
        "host": "{{ env_var('PGHOST') }}",
        "port": "{{ env_var('PGPORT') | int }}",
        "user": "{{ env_var('PGUSER') }}",
        "password": "{{ env_var('PGPASSWORD', '') }}",
        "dbname": "{{ env_var('PGDATABASE') }}",
    },
}


def main():
    engine, work = sys.argv[1], Path(sys.argv[2]).resolve()
    work.mkdir(parents=True, exist_ok=True)
    output = {**ENGINES[engine], "schema": "{{ env_var('BUILD_SCHEMA') }}", "threads": 1}
    profile = {"cinderhouse": {"target": "prod", "outputs": {"prod": output, "ci": output}}}
    (work / "profiles.yml").write_text(json.dumps(profile), encoding="utf-8")
    os.environ.update(DBT_PROFILES_DIR=str(work), BUILD_FILE=str(work / "cinderhouse.duckdb"), NO_COLOR="1")
    build_side(work, "base", "prod", "prod", None)
    for folder in sorted((DEMO / "pull-requests").iterdir()):
        number = json.loads((folder / "pull-request.json").read_text(encoding="utf-8"))["number"]
        build_side(work, f"pr-{number}", "ci", f"pr_{number}", folder)


def build_side(work, name, target, schema, changes):
    project = work / name
    shutil.copytree(DEMO / "project", project, ignore=shutil.ignore_patterns("target", "logs", "*.duckdb"))
    if changes is not None:
        shutil.copytree(changes / "files", project, dirs_exist_ok=True)
        removed = changes / "removed.txt"
        for path in removed.read_text(encoding="utf-8").splitlines() if removed.exists() else []:
            (project / path).unlink()
    os.environ["BUILD_SCHEMA"] = schema
    common = ["--project-dir", str(project), "--target", target, "--quiet"]
    if changes is None:
        run("seed", *common)  # the sources are seeds: they must stand before the models read them
    run("build", *common, "--resource-type", "seed", "--resource-type", "model", "--resource-type", "snapshot")
    kept = work / "artifacts" / name
    kept.mkdir(parents=True)
    for artifact in ["manifest", "run_results"]:
        shutil.copy(project / "target" / f"{artifact}.json", kept)
    run("docs", "generate", *common, "--no-compile")
    shutil.copy(project / "target" / "catalog.json", kept)


def run(*arguments):
    from dbt.cli.main import dbtRunner

    done = dbtRunner().invoke(list(arguments))
    if not done.success:
        results = getattr(done.result, "results", None) or []
        failed = [f"{one.node.name}: {one.message}" for one in results if one.status in ("error", "fail")]
        sys.exit(f"dbt {' '.join(arguments)} failed: {done.exception or failed}")


if __name__ == "__main__":
    main()
