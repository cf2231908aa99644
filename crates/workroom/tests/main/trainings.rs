//! Models trained inside, in the real sandbox, on sampled and masked rows.
//!
//! The codes that are given here: WRK-036, WRK-037, WRK-038, WRK-039, WRK-040, WRK-041, WRK-042.

use shuyu_model::Verdict;
use shuyu_registry::testing::allowed;
use shuyu_workroom::{GivenAs, NewTraining, Programs, Progress, Purpose, Training, TrainingInput, WorkroomError};
use tokio_util::sync::CancellationToken;

use crate::here::{Here, PEOPLE, codes, everywhere, here_with, rooms};

/// Logistic regression in plain Python: does the district tell the balance?
const REGRESSION: &str = r#"
import csv, json, math
rows = list(csv.DictReader(open("/in/accounts.csv")))
points = [((int(r["balance"]) - 1030) / 30, int(r["district"] == "east")) for r in rows]
weight = bias = 0.0
for _ in range(200):
    for x, y in points:
        miss = 1 / (1 + math.exp(-(weight * x + bias))) - y
        weight -= 0.05 * miss * x
        bias -= 0.05 * miss
right = sum((weight * x + bias > 0) == bool(y) for x, y in points)
json.dump({"weight": weight, "bias": bias}, open("/out/model", "w"))
json.dump({"rows": len(rows), "accuracy": right / len(rows), "card": rows[0]["id_card"]}, open("/out/metrics.json", "w"))
"#;

const VALIDATION: &str = r#"
import csv, json
model = json.load(open("/in/model"))
json.dump({"keys": sorted(model), "rows": len(open("/in/accounts.csv").readlines()) - 1}, open("/out/metrics.json", "w"))
"#;

fn asked(program: &str) -> NewTraining {
    NewTraining {
        purpose: Purpose::Train,
        title: "信用评分".to_owned(),
        program: program.to_owned(),
        inputs: vec![TrainingInput { table: "accounts".to_owned(), given_as: Some(GivenAs::SampledMasked) }],
        validates: None,
    }
}

async fn try_train(here: &Here, new: NewTraining) -> Result<Verdict<Training>, WorkroomError> {
    here.rooms.train(&here.permit().await, new, CancellationToken::new(), &|_: Progress| ()).await
}

async fn refused(here: &Here, new: NewTraining) -> Vec<String> {
    codes(try_train(here, new).await.unwrap())
}

/// A program that tries something and tells what came of it.
async fn tried(here: &Here, attempt: &str) -> String {
    let attempt = attempt.replace('\n', "\n    ");
    let program = format!(
        "import json, os, socket, subprocess, threading\nsaid = 'done'\ntry:\n    {attempt}\nexcept BaseException as \
         error:\n    said = type(error).__name__\nopen('/out/model', 'w').write('m')\njson.dump({{'said': said}}, \
         open('/out/metrics.json', 'w'))\n"
    );
    let training = allowed(try_train(here, asked(&program)).await.unwrap());
    training.metrics["said"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_is_trained_on_the_masked_sample_and_stays_sealed_inside() {
    for here in everywhere().await {
        let training = allowed(try_train(&here, asked(REGRESSION)).await.unwrap());
        assert_eq!(training.metrics["rows"], PEOPLE);
        assert!(training.metrics["accuracy"].as_f64().unwrap() > 0.6, "{}", training.metrics);
        // The identity number that the program read is a pseudonym.
        assert_eq!(training.metrics["card"].as_str().unwrap().len(), 32);
        assert_eq!(training.inputs[0].given_as, GivenAs::SampledMasked);
        let (digest, bytes) = training.model.unwrap();
        let sealed = here.vault.result(training.id.as_str()).await.unwrap().unwrap();
        assert_eq!((sealed.digest, sealed.bytes), (digest, bytes));
        assert_eq!(here.rooms.training(&training.id).await.unwrap().unwrap(), training);
        let journal = here.journal().await;
        assert!(journal.contains("training.made") && !journal.contains("CANARY"), "{journal}");
        let left = std::fs::read_dir(here.folder.path().join("spool")).unwrap().count();
        assert_eq!(left, 0, "the sample is gone with its program");

        let validation = NewTraining {
            purpose: Purpose::Validate,
            program: VALIDATION.to_owned(),
            validates: Some(training.id.clone()),
            ..asked("")
        };
        let validated = allowed(try_train(&here, validation).await.unwrap());
        assert_eq!(validated.metrics, serde_json::json!({ "keys": ["bias", "weight"], "rows": PEOPLE }));
        assert_eq!((validated.model, validated.validates), (None, Some(training.id)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_training_mounts_no_more_rows_than_a_sample_has() {
    let here = here_with(|regime| regime.workroom.sample_rows_max.value = 10).await;
    let training = allowed(try_train(&here, asked(REGRESSION)).await.unwrap());
    assert_eq!((training.inputs[0].rows, &training.metrics["rows"]), (10, &serde_json::json!(10)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_is_raw_or_unmarked_is_refused_with_the_clause_that_says_so() {
    let here = here_with(|regime| {
        let source = Some("18".to_owned());
        let rule = regime.workroom.raw_is_invisible.clone();
        regime.workroom.training_on_samples = Some(shuyu_model::regime::Sourced { source, ..rule });
    })
    .await;
    for given_as in [Some(GivenAs::Raw), None] {
        let inputs = vec![TrainingInput { table: "accounts".to_owned(), given_as }];
        let verdict = try_train(&here, NewTraining { inputs, ..asked(REGRESSION) }).await.unwrap();
        let said = format!("{verdict:?}");
        assert_eq!(codes(verdict), ["WRK-036"]);
        assert!(said.contains("changsha-2026 18"), "{said}");
    }
    assert!(here.journal().await.contains("training.refused"));
    let elsewhere = vec![TrainingInput { table: "salaries".to_owned(), given_as: Some(GivenAs::SampledMasked) }];
    assert_eq!(refused(&here, NewTraining { inputs: elsewhere, ..asked(REGRESSION) }).await, ["WRK-006"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_reaches_no_network_no_other_file_and_no_other_process() {
    let here = here_with(|_| ()).await;
    for (attempt, said) in [
        ("socket.create_connection(('127.0.0.1', 80), 1)", "OSError"),
        ("socket.socket(socket.AF_UNIX)", "OSError"),
        ("open('/etc/passwd')", "FileNotFoundError"),
        ("open('/in/accounts.csv', 'a')", "OSError"),
        ("open('/usr/x', 'w')", "OSError"),
        ("open('/x', 'w')", "OSError"),
        ("while True: os.fork()", "OSError"),
        ("subprocess.run(['/usr/bin/true'])", "OSError"),
        ("os.listdir('/proc/1/root/root')", "FileNotFoundError"),
        ("open('/tmp/big', 'wb').write(bytes(15 << 20)); open('/tmp/more', 'wb').write(bytes(2 << 20))", "OSError"),
        ("bytearray(2 << 30)", "MemoryError"),
        ("assert os.environ.keys() <= {'PATH', 'HOME', 'PWD', 'LC_CTYPE'}", "done"),
        ("assert sorted(os.listdir('/in')) == ['accounts.csv', 'program.py']", "done"),
        ("thread = threading.Thread(target=print)\nthread.start()\nthread.join()", "done"),
    ] {
        assert_eq!(tried(&here, attempt).await, said, "{attempt}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_program_writes_is_bounded_and_has_its_shape() {
    let here = here_with(|_| ()).await;
    let metrics = "import json; json.dump({}, open('/out/metrics.json', 'w'))";
    for (program, code) in [
        ("open('/out/model', 'wb').write(bytes(17 << 20))", "WRK-040"),
        ("open('/out/metrics.json', 'w').write(' ' * 70000)", "WRK-040"),
        ("open('/out/model', 'w').write('m')", "WRK-041"),
        ("open('/out/metrics.json', 'w').write('[1]')", "WRK-041"),
        (metrics, "WRK-041"),
        ("1 / 0", "WRK-039"),
        (" ", "WRK-037"),
    ] {
        assert_eq!(refused(&here, asked(program)).await, [code], "{program}");
    }
    let long = format!("{metrics}\n#{}", "x".repeat(256 * 1024));
    assert_eq!(refused(&here, asked(&long)).await, ["WRK-037"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_validation_finds_only_a_model_of_its_own_scenario() {
    let here = here_with(|_| ()).await;
    let unknown =
        NewTraining { purpose: Purpose::Validate, validates: Some(here.ledger.new_id()), ..asked(VALIDATION) };
    assert_eq!(refused(&here, unknown.clone()).await, ["WRK-042"]);
    assert_eq!(refused(&here, NewTraining { validates: None, ..unknown }).await, ["WRK-042"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_runs_for_too_long_or_is_cancelled_is_ended() {
    let here = here_with(|regime| regime.workroom.run_seconds_max.value = 3).await;
    let forever = "import time\nwhile True: time.sleep(1)";
    assert_eq!(refused(&here, asked(forever)).await, ["WRK-025"]);
    let here = here_with(|_| ()).await;
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    // Mounted: the program is about to start.
    let progress = move |_: Progress| stop.cancel();
    let verdict = here.rooms.train(&here.permit().await, asked(forever), cancel, &progress).await.unwrap();
    assert_eq!(codes(verdict), ["WRK-026"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_that_cannot_confine_a_program_runs_none_and_says_why() {
    let here = here_with(|_| ()).await;
    for (bwrap, why) in [("/nowhere/bwrap", "is not installed"), ("/usr/bin/false", "the kernel refuses")] {
        let programs = Programs { bwrap: bwrap.into(), ..Programs::default() };
        let regime = shuyu_registry::testing::regime().as_ref().clone();
        let rooms = rooms(&here.ledger, &here.vault, regime, here.folder.path(), programs);
        let trained = rooms.train(&here.permit().await, asked(REGRESSION), CancellationToken::new(), &|_| ()).await;
        let verdict = trained.unwrap();
        let said = format!("{verdict:?}");
        assert_eq!(codes(verdict), ["WRK-038"]);
        assert!(said.contains(why), "{said}");
    }
}
