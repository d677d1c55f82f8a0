#!/usr/bin/env python3
"""CPU time of Sightline beside parsing alone, semgrep and ast-grep, on whole repositories.

    python3 tests/bench/peers.py --install            # makes a venv with semgrep and a folder with @ast-grep/cli
    cargo build --release && cargo bench --bench engine --no-run
    python3 tests/bench/peers.py --sightline target/release/sightline --parser target/release/deps/engine-*

Every tool sees the same files: Go, Python and TypeScript of the repositories below, cloned by name (or taken from bare
clones below --from, as OWNER+NAME/repo). Times are user and system time of the whole process tree, so threads and
helpers count; each tool runs --rounds times in turn and its best time stands. The peers run ten rules
(tests/bench/peers/), Sightline all that it has.
"""

import argparse
import glob
import os
import pathlib
import resource
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORIES = [
    "goharbor/harbor",
    "letsencrypt/boulder",
    "prometheus/alertmanager",
    "Flagsmith/flagsmith",
    "getredash/redash",
    "alphagov/notifications-api",
    "outline/outline",
    "hatchet-dev/hatchet",
]
CODE = ["*.go", "*.py", "*.ts", "*.tsx"]
# What tells Sightline which unit a file belongs to.
MANIFESTS = ["go.mod", "package.json", "pyproject.toml", "setup.py", ".gitattributes"]


def git(folder, *args, **more):
    command = ["git", "-c", "safe.directory=*", "-c", "user.name=bench", "-c", "user.email=bench@localhost", "-C", folder]
    return subprocess.run([*command, *args], check=True, **more)


def fetch(work, bare):
    for name in REPOSITORIES:
        folder = work / name.replace("/", "+")
        if (folder / ".git").is_dir():
            continue
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        paths = [f":(glob)**/{pattern}" for pattern in CODE + MANIFESTS]
        if bare:
            source = pathlib.Path(bare) / name.replace("/", "+") / "repo"
            pack = git(source, "archive", "HEAD", "--", *paths, capture_output=True).stdout
        else:
            whole = work / ".clone"
            shutil.rmtree(whole, ignore_errors=True)
            subprocess.run(["git", "clone", "-q", "--depth", "1", f"https://github.com/{name}", whole], check=True)
            pack = git(whole, "archive", "HEAD", "--", *paths, capture_output=True).stdout
            shutil.rmtree(whole)
        subprocess.run(["tar", "-x", "-C", folder], input=pack, check=True)
        git(folder, "init", "-q")
        git(folder, "add", "-A", "-f")
        git(folder, "commit", "-q", "-m", "benchmark")


def install(tools):
    subprocess.run([sys.executable, "-m", "venv", tools / "semgrep"], check=True)
    subprocess.run([tools / "semgrep/bin/pip", "install", "-q", "semgrep"], check=True)
    (tools / "ast-grep").mkdir(parents=True, exist_ok=True)
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "@ast-grep/cli"], cwd=tools / "ast-grep", check=True)


def cpu(commands, environment=None):
    """User and system time of all commands, one after the other, and what they wrote."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = b""
    for command in commands:
        ran = subprocess.run(list(map(str, command)), capture_output=True, env={**os.environ, **(environment or {})})
        # 1 says that something was found.
        if ran.returncode not in (0, 1):
            sys.exit(f"{command}: {ran.returncode}\n{ran.stderr.decode()[-2000:]}")
        said += ran.stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, said


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("target/peers"))
    parser.add_argument("--from", dest="bare", help="a folder of bare clones instead of GitHub")
    parser.add_argument("--install", action="store_true", help="install the peers below --work/tools first")
    parser.add_argument("--sightline", default="target/release/sightline")
    parser.add_argument("--parser", help="the benchmark binary: its --parse is the yardstick")
    parser.add_argument("--semgrep", default=None)
    parser.add_argument("--ast-grep", default=None)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    tools = args.work / "tools"
    if args.install:
        install(tools)
    code = args.work / "code"
    code.mkdir(parents=True, exist_ok=True)
    fetch(code, args.bare)
    repositories = [code / name.replace("/", "+") for name in REPOSITORIES]
    every = [file for folder in repositories for pattern in CODE for file in folder.rglob(pattern)]
    size = sum(file.stat().st_size for file in every)
    print(f"{len(every)} files, {size / 1e6:.1f} MB of Go, Python and TypeScript in {len(repositories)} repositories")

    semgrep = args.semgrep or tools / "semgrep/bin/semgrep"
    ast_grep = args.ast_grep or tools / "ast-grep/node_modules/.bin/ast-grep"
    engine = args.parser or next(iter(glob.glob("target/release/deps/engine-*[!d]")), None)
    check = [args.sightline, "check", "--all", "--head", "HEAD", "--format", "json", "--fail-on", "never", "--repo"]
    cache = {"XDG_CACHE_HOME": str((args.work / "cache").resolve())}
    semgrep_rules = ["--config", HERE / "peers/semgrep.yml", "--metrics=off", "--disable-version-check", "--json", "-q"]
    runs = {
        "parsing, what Sightline reads": ([[engine, "--parse", folder] for folder in repositories], None, False),
        "parsing, every file": ([[engine, "--parse-all", folder] for folder in repositories], None, False),
        "Sightline, all rules": ([[*check, folder, "--no-cache"] for folder in repositories], None, False),
        "Sightline, keeping facts": ([[*check, folder] for folder in repositories], cache, True),
        "Sightline, facts kept": ([[*check, folder] for folder in repositories], cache, False),
        "ast-grep, ten rules": (
            [[ast_grep, "scan", "--rule", HERE / "peers/ast-grep.yml", "--json=stream", folder] for folder in repositories],
            None,
            False,
        ),
        "semgrep, ten rules": ([[semgrep, "scan", *semgrep_rules, folder] for folder in repositories], None, False),
    }
    best = {}
    for turn in range(args.rounds):
        for name, (commands, environment, anew) in runs.items():
            # Semgrep is far too slow to be run more often than needed.
            if turn > 0 and name.startswith("semgrep"):
                continue
            if anew:
                shutil.rmtree(cache["XDG_CACHE_HOME"], ignore_errors=True)
            seconds, _ = cpu(commands, environment)
            best[name] = min(seconds, best.get(name, seconds))
    base = best["Sightline, all rules"]
    for name, seconds in best.items():
        print(f"{name:<32}{seconds:>9.2f} s CPU{seconds / base:>9.2f} of Sightline with all rules")
    print(f"whole / parsing      {base / best['parsing, what Sightline reads']:.2f}   (goal: at most 2)")
    print(f"semgrep / Sightline  {best['semgrep, ten rules'] / base:.1f}   (goal: at least 12)")
    print(f"ast-grep / Sightline {best['ast-grep, ten rules'] / base:.2f}   (goal: above 1)")
    print(f"first / second run   {best['Sightline, keeping facts'] / best['Sightline, facts kept']:.1f}   (goal: at least 15)")


if __name__ == "__main__":
    main()
