"""Sweeps on other engines leave the bytes of a sweep on one.

    sweep_engines.py MERIDIAN FOLDER

One sweep alone with one job is the measure. The same is asked of two jobs; of GNU parallel, with a
partition killed and resumed; of Dask, with a worker killed; and of a relay in which the job files
of Slurm, Kubernetes, AWS Batch, GitLab and GitHub run partitions by turns, each under the variables
its engine sets. What these engines make of their job files is checked by contract: against
Kubernetes' schemas, a mock of AWS Batch, and the published schemas of GitHub and GitLab. Each such
check is also shown a mistake, which it must find.

All job files are what `meridian cases --emit` prints, unchanged. Run by tests/sweep_engines.sh,
which installs what this needs; FOLDER takes what is written.
"""

import contextlib
import csv
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import boto3
import botocore.exceptions
import moto
import psutil
import yaml

SCENARIO = pathlib.Path(__file__).parents[1] / "scenarios/sweeps/short-outages.ron"
PARTITIONS = 8
EACH = 5
# Asks for so much that some cases fail.
SEEDS = f"0..{PARTITIONS * EACH}"
SWEEP = [SCENARIO, "--set", 'expect.0=ConvergesWithin("1s")', "--seeds", SEEDS]
# A name that must be quoted wherever it stands.
CASES = "it's my list.json"
# What a sweep with failing cases exits with, and so its merge.
SOME_FAIL = 1
# The oldest release whose Job has backoffLimitPerIndex for all, and the newest known.
KUBERNETES = ["1.29", "1.37"]

KILLER = """\
#!/bin/sh
# Kills the first attempt at partition 3 once its first case is kept.
case "$*" in
*"--partition 3/"*)
    if mkdir killed 2>/dev/null; then
        "$MERIDIAN" "$@" &
        until [ -s parts/part-3-of-*.jsonl.tmp ]; do kill -0 $! || exit 1; sleep 0.005; done
        kill -9 $!
        exit 137
    fi
    ;;
esac
exec "$MERIDIAN" "$@"
"""


class Engines:
    """The program under test, and a folder for each engine."""

    def __init__(self, meridian, folder):
        self.meridian = meridian
        self.folder = folder
        self.path = folder / "bin"
        self.path.mkdir()
        (self.path / "meridian").symlink_to(meridian)

    def environment(self, path=None, **variables):
        path = f"{path or self.path}{os.pathsep}{os.environ['PATH']}"
        return os.environ | {"PATH": path, "MERIDIAN": str(self.meridian)} | variables

    def prepare(self, name, engine=None):
        """A folder with the case list and, as a text, the job file of the engine of that name."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        words = ["cases", *SWEEP, "--partitions", str(PARTITIONS), "--out", CASES]
        job = self.call(["meridian", *words, "--emit", engine or name], folder)
        return folder, job.stdout

    def call(self, words, folder, expected=0, path=None, **variables):
        """Runs a command to its end, which must be the expected one."""
        environment = self.environment(path, **variables)
        ended = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)
        if ended.returncode != expected:
            raise SystemExit(
                f"{words} exits with {ended.returncode}, expected {expected}:\n"
                f"{ended.stdout}{ended.stderr}"
            )
        return ended


def expect(holds, what):
    """Ends the program with what was expected, unless it holds."""
    if not holds:
        raise SystemExit(f"expected {what}")


def sha256(folder):
    """The digest over names and bytes of all files in a folder."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        whole.update(f"{path.relative_to(folder)}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()


def rows(path):
    return path.read_text().count("\n") if path.exists() else 0


def alone(engines, jobs):
    """A sweep in one piece."""
    out = engines.folder / f"alone-{jobs}"
    words = ["meridian", "sweep", *SWEEP, "--jobs", str(jobs), "--out", out]
    engines.call(words, engines.folder, SOME_FAIL)
    failed, cases = rows(out / "failures.jsonl"), rows(out / "cases.jsonl")
    expect(cases == PARTITIONS * EACH, f"a line for each case, found {cases}")
    expect(0 < failed < cases, f"some cases to fail, found {failed} of {cases}")
    return sha256(out)


def gnu_parallel(engines):
    """GNU parallel, one partition killed in its middle; the same job file again heals."""
    folder, job = engines.prepare("parallel")
    (folder / "job.sh").write_text(job)
    killer = folder / "killer"
    killer.mkdir()
    (killer / "meridian").write_text(KILLER)
    (killer / "meridian").chmod(0o755)
    engines.call(["sh", "job.sh"], folder, 1, path=killer)
    kept = rows(folder / "parts/part-3-of-8.jsonl.tmp")
    expect(0 < kept < EACH, f"partition 3 to be killed in its middle, found {kept} cases kept")
    expect(not (folder / "result").exists(), "no merge while a partition is missing")
    engines.call(["sh", "job.sh"], folder, SOME_FAIL, path=killer)
    with open(folder / "parts/joblog.tsv", newline="") as log:
        ends = [(row["Seq"], row["Exitval"]) for row in csv.DictReader(log, delimiter="\t")]
    first = sorted((str(number), "137" if number == 3 else "0") for number in range(1, 9))
    expect(sorted(ends[:8]) == first and ends[8:] == [("3", "0")], f"3 alone again, found {ends}")
    return sha256(folder / "result")


def dask(engines):
    """Dask, a worker killed while it runs a partition; then on a cluster that is there already."""
    folder, job = engines.prepare("dask")
    (folder / "job.py").write_text(job)
    with open(folder / "log", "w") as log:
        environment = engines.environment()
        words = [sys.executable, "job.py"]
        running = subprocess.Popen(words, cwd=folder, env=environment, stdout=log, stderr=log)
        kill_worker(running, folder)
        code = running.wait()
    told = (folder / "log").read_text()
    expect(code == SOME_FAIL, f"exit code {SOME_FAIL}, found {code}:\n{told}")
    expect("Restarting worker" in told, f"a worker to be replaced, found:\n{told}")
    digest = sha256(folder / "result")
    shutil.rmtree(folder / "result")
    (folder / "parts/part-5-of-8.jsonl").unlink()
    with cluster(engines, folder) as place:
        engines.call(words, folder, SOME_FAIL, DASK_SCHEDULER_ADDRESS=place)
    expect(sha256(folder / "result") == digest, "the same of a cluster that is there already")
    return digest


def kill_worker(running, folder):
    """Kills a worker below the process `running` in the middle of a partition."""
    while running.poll() is None:
        for child in psutil.Process(running.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                words = child.cmdline()
                if child.name() != "meridian" or "--partition" not in words:
                    continue
                number, of = words[words.index("--partition") + 1].split("/")
                if rows(folder / f"parts/part-{number}-of-{of}.jsonl.tmp") in range(1, EACH - 1):
                    child.parent().kill()
                    return
        time.sleep(0.005)
    raise SystemExit(f"Dask ended before a worker was killed:\n{(folder / 'log').read_text()}")


@contextlib.contextmanager
def cluster(engines, folder):
    """The address of a Dask scheduler with a worker, both at work in this folder."""
    file = folder / "scheduler.json"
    told = ["--scheduler-file", str(file), "--no-dashboard", "--host", "127.0.0.1"]
    kinds = (["scheduler", "--port", "0"], ["worker", "--nworkers", "1", "--nthreads", "1"])
    with open(folder / "cluster.log", "w") as log, contextlib.ExitStack() as stack:
        for words in kinds:
            words = ["dask", *words, *told]
            environment = engines.environment()
            started = subprocess.Popen(words, cwd=folder, env=environment, stdout=log, stderr=log)
            stack.callback(started.wait)
            stack.callback(started.terminate)
        yield address(file, folder / "cluster.log")


def address(file, log):
    """What a scheduler writes down once it can be reached."""
    for _ in range(300):
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
            return json.loads(file.read_text())["address"]
        time.sleep(0.1)
    raise SystemExit(f"expected a Dask scheduler within 30 s, found:\n{log.read_text()}")


def relay(engines):
    """The other engines' job files, each running partitions as its engine would start it."""
    folder, slurm = engines.prepare("relay", "slurm")
    (folder / "job.slurm").write_text(slurm)
    k8s = yaml.safe_load(engines.prepare("relay", "k8s")[1])
    container = k8s["spec"]["template"]["spec"]["containers"][0]["command"]
    aws = json.loads(engines.prepare("relay", "aws-batch")[1])
    gitlab = yaml.safe_load(engines.prepare("relay", "gitlab")[1])
    github = yaml.safe_load(engines.prepare("relay", "github")[1])
    array = {"SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_COUNT": "8"}
    for number in (1, 2):
        engines.call(["sh", "job.slurm"], folder, SLURM_ARRAY_TASK_ID=str(number), **array)
    for index in (2, 3):
        engines.call(container, folder, JOB_COMPLETION_INDEX=str(index))
    for index in (4, 5):
        command = aws["containerOverrides"]["command"]
        engines.call(command, folder, AWS_BATCH_JOB_ARRAY_INDEX=str(index))
    script = "".join(gitlab["partition"]["script"])
    engines.call(["sh", "-ec", script], folder, CI_NODE_INDEX="7", CI_NODE_TOTAL="8")
    script = steps(github, "partition").replace("${{ matrix.partition }}", "8")
    engines.call(["sh", "-ec", script], folder)
    engines.call(["sh", "-ec", steps(github, "merge")], folder, SOME_FAIL)
    digest = sha256(folder / "result")
    shutil.rmtree(folder / "result")
    engines.call(["sh", "-ec", "".join(gitlab["merge"]["script"])], folder, SOME_FAIL)
    expect(sha256(folder / "result") == digest, "the same of two merges")
    return digest


def steps(workflow, job):
    """What a job of a GitHub workflow runs."""
    return "".join(step.get("run", "") for step in workflow["jobs"][job]["steps"])


def shell_files(engines):
    """Slurm's job file and GNU parallel's are clean; Slurm's asks for all partitions."""
    for engine in ("slurm", "parallel"):
        folder, job = engines.prepare(engine)
        (folder / "job.sh").write_text(job)
        engines.call(["bash", "-n", "job.sh"], folder)
        engines.call(["shellcheck", "job.sh"], folder)
        if engine == "slurm":
            expect(re.search(r"^#SBATCH --array=1-8$", job, re.M), f"1-8 as the array in:\n{job}")


def kubernetes(engines):
    """Kubernetes' schemas, and what they leave to the documentation of Job."""
    folder, manifest = engines.prepare("k8s")
    for version in KUBERNETES:
        words = ["kubernetes-validate", "--strict", "-k", version]
        judged(engines, folder, words, manifest, ("backoffLimitPerIndex", "backofLimitPerIndex"))
    job = yaml.safe_load(manifest)["spec"]
    pod = job["template"]["spec"]
    found = (job["completions"], job["parallelism"], job["completionMode"])
    expect(found == (8, 8, "Indexed"), f"8 indexes, found {found}")
    expect(job["backoffLimitPerIndex"] > 0, "crashes to be tried again, each index for itself")
    codes = {"containerName": pod["containers"][0]["name"], "operator": "In", "values": [2]}
    rules = [{"action": "FailIndex", "onExitCodes": codes}]
    found = job["podFailurePolicy"]["rules"]
    expect(found == rules, f"exit code 2 to be final, found {found}")
    # What podFailurePolicy asks for.
    expect(pod["restartPolicy"] == "Never", "pods that are not restarted in place")


def judged(engines, folder, words, good, mistake):
    """A checker accepts a file, and no longer once a mistake is made in it."""
    (folder / "good.yaml").write_text(good)
    engines.call([*words, "good.yaml"], folder)
    right, wrong = mistake
    expect(right in good, f"`{right}` in:\n{good}")
    (folder / "bad.yaml").write_text(good.replace(right, wrong))
    told = engines.call([*words, "bad.yaml"], folder, 1)
    told = told.stdout + told.stderr
    expect(wrong.split(":")[-1].strip() in told, f"`{wrong}` to be told, found:\n{told}")


def pipelines(engines):
    """The published schemas of GitHub's workflows and GitLab's pipelines."""
    words = ["check-jsonschema", "--builtin-schema"]
    folder, workflow = engines.prepare("github")
    schema = [*words, "vendor.github-workflows"]
    judged(engines, folder, schema, workflow, ("fail-fast", "fail-fst"))
    found = yaml.safe_load(workflow)["jobs"]["partition"]["strategy"]["matrix"]["partition"]
    expect(found == list(range(1, 9)), f"a matrix of 1 to 8, found {found}")
    folder, pipeline = engines.prepare("gitlab")
    schema = [*words, "vendor.gitlab-ci"]
    judged(engines, folder, schema, pipeline, ("parallel: 8", "parallel: 201"))


@moto.mock_aws(config={"batch": {"use_docker": False}})
def aws_batch(engines):
    """A mock of AWS Batch takes the job; the client finds a wrong field."""
    _, job = engines.prepare("aws-batch")
    job = json.loads(job)
    batch = aws("batch")
    aws_queue(batch, job["jobQueue"])
    batch.register_job_definition(
        jobDefinitionName=job["jobDefinition"],
        type="container",
        containerProperties={"image": "meridian", "vcpus": 1, "memory": 512},
    )
    number = batch.submit_job(**job)["jobId"]
    (found,) = batch.describe_jobs(jobs=[number])["jobs"]
    size = found["arrayProperties"]["size"]
    expect(size == PARTITIONS, f"an array of {PARTITIONS}, found {size}")
    final = {"onExitCode": "2", "action": "EXIT"}
    first = job["retryStrategy"]["evaluateOnExit"][0]
    expect(first == final, f"exit code 2 to be final, found {first}")
    job["retryStrategy"]["evaluateOnExit"][0]["onExit"] = "2"
    try:
        batch.submit_job(**job)
    except botocore.exceptions.ParamValidationError as error:
        expect('"onExit"' in str(error), f"the wrong field to be told, found: {error}")
    else:
        raise SystemExit("expected a wrong field to be refused")


def aws(service):
    """A client that nobody outside the mock would answer."""
    secret = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
    return boto3.client(service, region_name="eu-west-1", **secret)


def aws_queue(batch, name):
    """A queue, with what runs its jobs."""
    role = aws("iam").create_role(RoleName="batch", AssumeRolePolicyDocument="{}")["Role"]
    machines = batch.create_compute_environment(
        computeEnvironmentName="machines", type="UNMANAGED", serviceRole=role["Arn"]
    )
    order = [{"order": 1, "computeEnvironment": machines["computeEnvironmentArn"]}]
    batch.create_job_queue(
        jobQueueName=name, state="ENABLED", priority=1, computeEnvironmentOrder=order
    )


def main():
    meridian, folder = map(pathlib.Path, sys.argv[1:])
    engines = Engines(meridian, folder)
    for check in (shell_files, kubernetes, pipelines, aws_batch):
        check(engines)
        print(f"{check.__name__}: read as it should be", flush=True)
    digests = []
    sweeps = {
        "one job": lambda: alone(engines, 1),
        "two jobs": lambda: alone(engines, 2),
        "GNU parallel, a partition killed": lambda: gnu_parallel(engines),
        "Dask, a worker killed": lambda: dask(engines),
        "Slurm, Kubernetes, AWS Batch, GitLab, GitHub by turns": lambda: relay(engines),
    }
    for name, sweep in sweeps.items():
        began = time.monotonic()
        digests.append(sweep())
        print(f"{digests[-1]}  {name} ({time.monotonic() - began:.1f} s)", flush=True)
    expect(len(set(digests)) == 1, "one digest")


if __name__ == "__main__":
    main()
