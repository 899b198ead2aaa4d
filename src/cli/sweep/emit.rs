//! Job files: how engines that schedule run the partitions of a case list. Meridian itself
//! schedules nothing.

use std::path::Path;

use crate::cli::args::Engine;
use crate::cli::error::Error;
use crate::experiment::reproduce::quoted;

/// A job file that runs `partitions` of the case list at `cases`, and merges them.
///
/// # Errors
/// When the engine runs fewer partitions, or more.
pub(super) fn job(engine: Engine, cases: &Path, partitions: u64) -> Result<String, Error> {
    let (name, range, expected) = match engine {
        // Source: AWS Batch user guide, "Array jobs": an array size between 2 and 10,000.
        Engine::AwsBatch => ("AWS Batch", 2..=10_000, "2 to 10000"),
        // Source: docs.github.com, "Actions limits": a matrix makes at most 256 jobs.
        Engine::Github => ("GitHub Actions", 1..=256, "1 to 256"),
        // Source: docs.gitlab.com, "CI/CD YAML syntax reference", `parallel`: 1 to 200.
        Engine::Gitlab => ("GitLab CI", 1..=200, "1 to 200"),
        // Source: Kubernetes API reference, JobSpec, `completionMode`: an Indexed Job has a
        // parallelism of at most 10^5, and `maxFailedIndexes` is required beyond 10^5 completions.
        Engine::K8s => ("Kubernetes", 1..=100_000, "1 to 100000"),
        // Slurm's own limit is its cluster's: the job file says so.
        Engine::Parallel | Engine::Slurm | Engine::Dask => {
            ("any engine", 1..=1_000_000, "1 to 1000000")
        }
    };
    if !range.contains(&partitions) {
        return Err(Error::Engine {
            engine: name,
            expected,
            found: partitions,
        });
    }
    let template = match engine {
        Engine::Parallel => PARALLEL,
        Engine::Slurm => SLURM,
        Engine::K8s => K8S,
        Engine::AwsBatch => AWS_BATCH,
        Engine::Github => GITHUB,
        Engine::Gitlab => GITLAB,
        Engine::Dask => DASK,
    };
    let path = cases.to_string_lossy();
    let path = match engine {
        Engine::K8s | Engine::AwsBatch | Engine::Dask => escaped(&path),
        _ => quoted(&path),
    };
    let all: Vec<String> = (1..=partitions).map(|number| number.to_string()).collect();
    Ok(template
        .replace("@N@", &partitions.to_string())
        .replace("@ALL@", &all.join(", "))
        .replace("@CASES@", &path))
}

/// What stands between double quotes, as JSON, YAML and Python read it alike.
fn escaped(text: &str) -> String {
    let letters = text.chars().map(|letter| match letter {
        '"' | '\\' => format!("\\{letter}"),
        _ if letter.is_control() => format!("\\u{:04x}", u32::from(letter)),
        _ => letter.to_string(),
    });
    letters.collect()
}

const PARALLEL: &str = "\
#!/bin/sh
# @N@ partitions with GNU parallel, one on each core. After trouble run it again: what is done is
# not done again.
set -e
mkdir -p parts
seq @N@ | parallel --will-cite --quote --halt never --joblog parts/joblog.tsv --resume-failed \\
    meridian sweep --cases @CASES@ --partition {}/@N@ --jobs 1 --out parts
meridian merge parts --cases @CASES@ --out result
";

const SLURM: &str = "\
#!/bin/sh
# @N@ partitions as a Slurm array job. Submit it, and the merge after it:
#   job=$(sbatch --parsable FILE)
#   sbatch --dependency=afterok:$job --wrap \"meridian merge parts --cases @CASES@ --out result\"
# The cluster's MaxArraySize must be above @N@: 1001, unless its slurm.conf says otherwise.
#SBATCH --job-name=meridian
#SBATCH --array=1-@N@
#SBATCH --cpus-per-task=1
exec meridian sweep --cases @CASES@ --partition auto --jobs 1 --out parts
";

const K8S: &str = r#"# @N@ partitions as an Indexed Job. The claim `meridian` holds the case
# list, and takes the parts; the image has `meridian` in its path.
# A wrong case list (exit code 2) is not tried again.
# Afterwards: meridian merge parts --cases CASES --out result
apiVersion: batch/v1
kind: Job
metadata:
  name: meridian-sweep
spec:
  completions: @N@
  parallelism: @N@
  completionMode: Indexed
  backoffLimitPerIndex: 3
  podFailurePolicy:
    rules:
      - action: FailIndex
        onExitCodes:
          containerName: meridian
          operator: In
          values: [2]
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: meridian
          image: meridian:latest
          workingDir: /sweep
          command: ["meridian", "sweep", "--cases", "@CASES@", "--partition", "auto",
                    "--jobs", "1", "--out", "parts"]
          volumeMounts:
            - name: sweep
              mountPath: /sweep
      volumes:
        - name: sweep
          persistentVolumeClaim:
            claimName: meridian
"#;

const AWS_BATCH: &str = r#"{
  "jobName": "meridian-sweep",
  "jobQueue": "meridian",
  "jobDefinition": "meridian",
  "arrayProperties": { "size": @N@ },
  "containerOverrides": {
    "command": ["meridian", "sweep", "--cases", "@CASES@", "--partition", "auto", "--jobs", "1",
                "--out", "parts"]
  },
  "retryStrategy": {
    "attempts": 3,
    "evaluateOnExit": [
      { "onExitCode": "2", "action": "EXIT" },
      { "onExitCode": "*", "action": "RETRY" }
    ]
  }
}
"#;

const GITHUB: &str = "\
# @N@ partitions as a matrix, and their merge. Needs `meridian` in the path of the runners.
name: sweep
on: workflow_dispatch
jobs:
  partition:
    runs-on: ubuntu-latest
    strategy:
      fail-fast: false
      matrix:
        partition: [@ALL@]
    steps:
      - uses: actions/checkout@v4
      - run: |
          meridian sweep --cases @CASES@ --partition ${{ matrix.partition }}/@N@ --out parts
      - uses: actions/upload-artifact@v4
        with:
          name: part-${{ matrix.partition }}
          path: parts
  merge:
    needs: partition
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/download-artifact@v4
        with:
          pattern: part-*
          path: parts
          merge-multiple: true
      - run: |
          meridian merge parts --cases @CASES@ --out result
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: result
          path: result
";

const GITLAB: &str = "\
# @N@ partitions as parallel jobs, and their merge. Needs `meridian` in the path of the runners.
stages: [sweep, merge]
partition:
  stage: sweep
  parallel: @N@
  script:
    - |
      meridian sweep --cases @CASES@ --partition auto --out parts
  artifacts:
    paths: [parts]
merge:
  stage: merge
  script:
    - |
      meridian merge parts --cases @CASES@ --out result
  artifacts:
    when: always
    paths: [result]
";

const DASK: &str = r#"# @N@ partitions with Dask distributed. DASK_SCHEDULER_ADDRESS names a cluster
# whose workers share this folder; without it two workers of this machine do.
# A worker that dies is replaced.
import os
import subprocess
import sys

from dask.distributed import Client, LocalCluster

CASES, PARTITIONS = "@CASES@", @N@


def partition(number):
    subprocess.run(
        ["meridian", "sweep", "--cases", CASES, "--partition", f"{number}/{PARTITIONS}",
         "--jobs", "1", "--out", "parts"],
        check=True,
    )
    return number


if __name__ == "__main__":
    address = os.environ.get("DASK_SCHEDULER_ADDRESS")
    cluster = address or LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    )
    with Client(cluster) as client:
        numbers = range(1, PARTITIONS + 1)
        client.gather(client.map(partition, numbers, retries=3, pure=False))
    merge = ["meridian", "merge", "parts", "--cases", CASES, "--out", "result"]
    sys.exit(subprocess.run(merge).returncode)
"#;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::job;
    use crate::cli::args::Engine;

    #[test]
    fn job_files_name_the_list_and_every_partition() {
        let text = |engine| job(engine, Path::new("my cases.json"), 8).expect("8 are enough");
        for engine in [
            Engine::Parallel,
            Engine::Slurm,
            Engine::K8s,
            Engine::AwsBatch,
            Engine::Github,
            Engine::Gitlab,
            Engine::Dask,
        ] {
            let text = text(engine);
            assert!(text.contains("my cases.json"), "{text}");
            assert!(text.contains('8') && !text.contains("@N@") && !text.contains("@ALL@"));
        }
        assert!(text(Engine::Parallel).contains("--cases 'my cases.json' --partition {}/8"));
        assert!(text(Engine::Slurm).contains("#SBATCH --array=1-8\n"));
        assert!(text(Engine::Github).contains("partition: [1, 2, 3, 4, 5, 6, 7, 8]"));
    }

    #[test]
    fn engines_have_their_limits() {
        let told = |engine, partitions| {
            let error = job(engine, Path::new("cases.json"), partitions).map(drop);
            error.map_err(|error| error.to_string())
        };
        let expected = "AWS Batch runs 2 to 10000 partitions, not 1".to_owned();
        assert_eq!(told(Engine::AwsBatch, 1), Err(expected));
        assert_eq!(told(Engine::AwsBatch, 10_000), Ok(()));
        assert!(told(Engine::Github, 257).is_err() && told(Engine::Github, 256).is_ok());
        assert!(told(Engine::Gitlab, 201).is_err() && told(Engine::Gitlab, 200).is_ok());
        assert!(told(Engine::K8s, 100_001).is_err() && told(Engine::K8s, 100_000).is_ok());
    }
}
