//! Calibration and replay, from the files of runs.

use tieout::Error;
use tieout::benchmark::{CalibrateInputs, Mix, SimulateOptions, Simulation, calibrate, calibration_text, simulate};
use tieout::model::{Outcome, ReasonCode};
use tieout::run::{InputFile, ReplayInputs, RunInputs, RunResult, priors_toml, read_priors, replay, replay_text, run};

fn week() -> Simulation {
    simulate(&SimulateOptions { seed: 21, payments: 300, mix: Mix::Hard, countries: Vec::new() }).unwrap()
}

fn file(week: &Simulation, name: &str) -> InputFile {
    week.files.iter().find(|f| f.name == name).unwrap().clone()
}

fn named(name: &str, text: &str) -> InputFile {
    InputFile { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

fn inputs(week: &Simulation) -> RunInputs {
    RunInputs {
        statements: week.files.iter().filter(|f| f.name.starts_with("camt/")).cloned().collect(),
        items: file(week, "items.csv"),
        customers: Some(file(week, "customers.csv")),
        ..RunInputs::default()
    }
}

fn output(result: &RunResult, name: &str) -> InputFile {
    result.outputs().into_iter().find(|f| f.name == name).unwrap()
}

fn record(result: &RunResult) -> Vec<InputFile> {
    ["decisions.jsonl", "summary.json", "manifest.json"].iter().map(|n| output(result, n)).collect()
}

#[test]
fn a_truth_confirms_decisions_and_the_counts_agree() {
    let week = week();
    let done = run(&inputs(&week)).unwrap();
    let found = calibrate(&CalibrateInputs {
        decisions: vec![output(&done, "decisions.jsonl")],
        truth: Some(file(&week, "truth.jsonl")),
        verdicts: None,
    })
    .unwrap();
    assert!(found.confirmed > 200 && found.confirmed <= found.decisions, "{} {}", found.confirmed, found.decisions);
    let by_reason: u64 = found.reasons.iter().map(|r| r.confirmed).sum();
    let by_claim: u64 = found.buckets.iter().map(|b| b.confirmed).sum();
    assert_eq!((by_reason, by_reason), (by_claim, found.priors.confirmed));
    let applied = found.budgets.iter().find(|b| b.budget_ppm == 100).unwrap();
    let automatic = done.summary.count_of("applied");
    assert!(applied.automatic <= automatic && applied.automatic * 10 > automatic * 9, "{applied:?} {automatic}");
    // A wider budget never applies less.
    assert!(found.budgets.windows(2).all(|w| w[0].automatic <= w[1].automatic && w[0].wrong <= w[1].wrong));
    let text = calibration_text(&found);
    assert!(text.contains("NAMED_ITEM_EXACT") && text.contains("error budget"), "{text}");
    // What is written reads back, and never shifts wildly.
    assert_eq!(read_priors(&priors_toml(&found.priors), "priors.toml"), Ok(found.priors));
}

#[test]
fn verdicts_say_what_is_right_and_faults_of_the_file_come_with_their_line() {
    let week = week();
    let decisions = output(&run(&inputs(&week)).unwrap(), "decisions.jsonl");
    let text = String::from_utf8(decisions.bytes.clone()).unwrap();
    let is_sure = |l: &&str| l.contains("\"outcome\":\"applied\",\"reason\":\"NAMED_ITEM_EXACT\"");
    let ids: Vec<&str> = text.lines().filter(is_sure).filter_map(|l| l.split('"').nth(9)).collect();
    let with = |text: &str| {
        let verdicts = Some(named("verdicts.csv", text));
        calibrate(&CalibrateInputs { decisions: vec![decisions.clone()], verdicts, truth: None })
    };
    let said = |wrong: usize| {
        let lines: String =
            (0..40).map(|k| format!("{},{}\n", ids[k], if k < wrong { "wrong" } else { "right" })).collect();
        with(&format!("payment_id,verdict\n{lines}")).unwrap()
    };
    assert_eq!((said(0).confirmed, said(0).wrong, said(7).wrong), (40, 0, 7));
    let shift = |wrong| said(wrong).priors.of(ReasonCode::NamedItemExact).unwrap().shift;
    assert_eq!(shift(0), 0);
    assert!(shift(1) < 0 && shift(1) > -30 && shift(20) < shift(7) && shift(40) >= -100, "{} {}", shift(1), shift(20));
    let faults: Vec<Error> = with("payment_id,verdict\np1,maybe\n").unwrap_err();
    assert!(faults[0].to_string().starts_with("verdicts.csv:2"), "{}", faults[0]);
    assert!(with("payment,verdict\n").is_err());
}

#[test]
fn priors_change_decisions_only_through_the_policy_and_lift_no_gate() {
    let week = week();
    let before = run(&inputs(&week)).unwrap();
    let bad = "schema = \"tieout.priors/1\"\nscore_version = \"1\"\nconfirmed = 50\nwrong = 40\n\
        [reason.NAMED_ITEM_EXACT]\nconfirmed = 50\nwrong = 40\nexpected_wrong_millionths = 250\nshift = -100\n\
        [reason.PAYER_AMOUNT_UNIQUE]\nconfirmed = 50\nwrong = 0\nexpected_wrong_millionths = 90000000\nshift = 100\n";
    let learned = RunInputs {
        config: Some(named("tieout.toml", "[matching]\npriors = \"priors.toml\"\n")),
        priors: Some(named("priors.toml", bad)),
        ..inputs(&week)
    };
    let after = run(&learned).unwrap();
    assert_ne!(before.run_id, after.run_id);
    let version = format!("{}+priors:", tieout::matching::SCORE_VERSION);
    assert!(after.summary.score_version.starts_with(&version), "{}", after.summary.score_version);
    assert!(
        after.summary.not_proven.iter().any(|s| s.contains("calibrated on 50 confirmed decisions, 40 of them wrong"))
    );
    let read =
        |r: &RunResult| tieout::review::read_decisions(&output(r, "decisions.jsonl").bytes, "d").unwrap().decisions;
    let (was, is) = (read(&before), read(&after));
    let mut moved = 0;
    for (was, is) in was.iter().zip(&is) {
        let first = |d: &tieout::Decision| d.candidates.first().map(|c| (c.reason, c.allocations.clone()));
        if first(was) == first(is) && was.reason != ReasonCode::CompleteSet {
            moved += u32::from(was.score != is.score);
            assert!(was.gates.is_empty() || is.outcome == was.outcome, "{:?} {:?}", was.gates, is.outcome);
            assert_eq!(was.gates.is_empty(), is.gates.is_empty());
        }
    }
    assert!(moved > 50, "{moved}");
    // The policy names none: giving them anyway is a mistake, not a change.
    assert!(run(&RunInputs { config: None, ..learned }).is_err());
}

#[test]
fn a_replay_under_the_same_policy_changes_nothing() {
    let week = week();
    let done = run(&inputs(&week)).unwrap();
    let again = ReplayInputs { run: record(&done), given: week.files.clone(), ..ReplayInputs::default() };
    let found = replay(&again).unwrap();
    assert_eq!((found.changes.len(), found.notes.len()), (0, 0), "{:?}", found.notes);
    assert_eq!(found.run_id, done.run_id);
    assert_eq!(found.automatic_before, found.automatic_after);
}

#[test]
fn a_stricter_policy_queues_and_the_money_is_summed() {
    let week = week();
    let done = run(&inputs(&week)).unwrap();
    let found = replay(&ReplayInputs {
        run: record(&done),
        given: week.files.clone(),
        config: Some(named("new.toml", "cap = 500\n")),
        ..ReplayInputs::default()
    })
    .unwrap();
    let capped: Vec<_> = found.changes.iter().filter(|c| c.after.reason == ReasonCode::PolicyLimit).collect();
    assert!(!capped.is_empty() && capped.iter().all(|c| c.amount.minor > 50_000 && c.after.outcome == Outcome::Queued));
    let counted: u64 = found.groups.iter().map(|g| g.count).sum();
    assert_eq!(counted, found.changes.len() as u64);
    let money = |minors: &mut dyn Iterator<Item = i128>| minors.map(i128::abs).sum::<i128>();
    assert_eq!(
        money(&mut found.groups.iter().map(|g| g.money.minor)),
        money(&mut found.changes.iter().map(|c| c.amount.minor))
    );
    assert!(replay_text(&found).contains("queued POLICY_LIMIT"), "{}", replay_text(&found));
}

#[test]
fn inputs_that_are_missing_are_all_named() {
    let week = week();
    let done = run(&inputs(&week)).unwrap();
    let given = week.files.iter().filter(|f| f.name != "items.csv" && f.name != "customers.csv").cloned().collect();
    let error = replay(&ReplayInputs { run: record(&done), given, ..ReplayInputs::default() }).unwrap_err();
    let said: Vec<String> = error.errors().iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 2, "{said:#?}");
    assert!(said.iter().any(|s| s.contains("the open items of run")), "{said:#?}");
}

#[test]
fn days_of_grace_apply_what_was_late() {
    let week = simulate(&SimulateOptions { seed: 22, payments: 600, mix: Mix::Hard, countries: Vec::new() }).unwrap();
    let done = run(&inputs(&week)).unwrap();
    let found = replay(&ReplayInputs {
        run: record(&done),
        given: week.files.clone(),
        config: Some(named("new.toml", "[discount]\ngrace_days = 60\n")),
        ..ReplayInputs::default()
    })
    .unwrap();
    let late = |c: &&tieout::run::ReplayChange| c.before.reason == ReasonCode::DiscountLate;
    assert!(found.changes.iter().filter(late).any(|c| c.after.outcome == Outcome::Applied), "{}", replay_text(&found));
    assert!(found.automatic_after > found.automatic_before);
}

#[test]
fn the_program_calibrates_writes_priors_once_and_replays_with_them() {
    let dir = tempfile::tempdir().unwrap();
    let tieout = |args: &[&str]| {
        let mut command = assert_cmd::Command::cargo_bin("tieout").unwrap();
        command.current_dir(dir.path()).args(args).assert()
    };
    tieout(&["simulate", "--seed", "23", "--payments", "150", "--out", "week"]).success();
    let week = ["week/camt", "--open-items", "week/items.csv", "--customers", "week/customers.csv"];
    tieout(&[&["run", "--out", "out", "-q"], &week[..]].concat()).success();
    let calibrate = ["calibrate", "out", "--truth", "week/truth.jsonl", "--out", "priors.toml"];
    let told = tieout(&calibrate).success().get_output().stdout.clone();
    assert!(String::from_utf8(told).unwrap().contains("claimed chance of error"));
    // What was learned is never written over something else.
    tieout(&calibrate).code(2);
    let policy = "error_budget_ppm = 10\n[matching]\npriors = \"priors.toml\"\n";
    std::fs::write(dir.path().join("new.toml"), policy).unwrap();
    let replayed =
        tieout(&["replay", "--run", "out", "--config", "new.toml", "--inputs", "week", "week/camt", "--json"]);
    let line: serde_json::Value = serde_json::from_slice(&replayed.success().get_output().stdout).unwrap();
    assert_eq!((line["schema"].as_str(), line["notes"].as_array().map(Vec::len)), (Some("tieout.replay/1"), Some(0)));
    assert!(line["automatic_after"].as_u64() < line["automatic_before"].as_u64());
    // Inputs are found by content; where they are not, each is named.
    tieout(&["replay", "--run", "out", "--inputs", "week/camt"]).code(2);
}

#[cfg(feature = "ledger")]
#[test]
fn other_priors_are_another_policy_where_that_takes_two_persons() {
    use tieout::ledger::{Ledger, MemoryStore, Stamp};
    use tieout::model::{Priors, ReasonRecord};
    use tieout::run::{RunError, run_with_ledger};
    let week = week();
    let policy = "[matching]\npriors = \"p.toml\"\n[reviewers]\ntwo_persons = [\"policy\"]\n";
    let priors = |shift: i32| {
        let record = ReasonRecord { confirmed: 40, wrong: 0, expected_wrong_millionths: 0, shift };
        priors_toml(&Priors {
            schema: Priors::SCHEMA.to_owned(),
            score_version: tieout::matching::SCORE_VERSION.to_owned(),
            confirmed: 40,
            wrong: 0,
            reason: [(ReasonCode::NamedItemExact, record)].into(),
        })
    };
    let day = |n: usize, priors: &str, approved_by: &[&str]| {
        let whole = inputs(&week);
        RunInputs {
            statements: vec![whole.statements[n].clone()],
            config: Some(named("tieout.toml", policy)),
            priors: Some(named("p.toml", priors)),
            approved_by: approved_by.iter().map(|n| (*n).to_owned()).collect(),
            ..whole
        }
    };
    let mut ledger = Ledger::new(MemoryStore::new());
    let first = run_with_ledger(&day(0, &priors(5), &[]), &ledger, &|_| {}).unwrap();
    ledger.append(&first.records(), &Stamp::default(), None).unwrap();
    let said = |e: RunError| format!("{e:?}");
    let other = run_with_ledger(&day(1, &priors(6), &[]), &ledger, &|_| {}).map(|_| ()).unwrap_err();
    assert!(said(other).contains("other priors under the policy than in run"));
    // The same figures in another file are the same priors.
    assert!(run_with_ledger(&day(1, &format!("# of May\n{}", priors(5)), &[]), &ledger, &|_| {}).is_ok());
    assert!(run_with_ledger(&day(1, &priors(6), &["Anna", "Ben"]), &ledger, &|_| {}).is_ok());
}
