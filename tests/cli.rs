//! The command line, as transcripts that are documentation: `tests/cli/*.md`. `TRYCMD=overwrite cargo test --test cli` rewrites
//! what the commands print. What a transcript cannot show stands below.

#[test]
fn transcripts() {
    trycmd::TestCases::new().env("MUSILC_NO_TIMINGS", "1").env("NO_COLOR", "1").case("tests/cli/*.md");
}

/// A model with more states than any test waits for.
const ENDLESS: &str = "model Counters {
    var n: [0..=999; 0..4] = 0;
    action tick(i: 0..4) { n[i] = (n[i] + 1) % 1000; }
    invariant far: !(n[0] == 999 && n[1] == 998 && n[2] == 997 && n[3] == 996);
}
check endless: Counters expect holds;
";

#[cfg(all(test, unix))]
mod processes {
    use super::ENDLESS;
    use std::io::Read;
    use std::path::PathBuf;
    use std::process::{Command, Output, Stdio};
    use std::time::Duration;
    use wait4::Wait4;

    fn musilc() -> Command {
        let mut command = Command::new(snapbox::cmd::cargo_bin!("musilc"));
        command.env("NO_COLOR", "1").stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn endless(name: &str) -> PathBuf {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.musil"));
        let written = std::fs::write(&path, ENDLESS);
        assert!(written.is_ok(), "{written:?}");
        path
    }

    #[test]
    fn an_interrupt_ends_with_a_partial_report() {
        let child = musilc().args(["--backend", "explicit"]).arg(endless("interrupt")).spawn().unwrap();
        std::thread::sleep(Duration::from_secs(2));
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        let text = String::from_utf8(stdout).unwrap();
        assert_eq!(status.code(), Some(130), "{text}");
        assert!(text.contains("interrupted") && text.contains("states"), "{text}");
        assert_eq!(String::from_utf8(stderr).unwrap(), "");
    }

    /// Whenever the process is killed, what has been saved is whole, and the search that goes on from it gives the same report.
    #[test]
    fn a_killed_search_goes_on() {
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("killed.checkpoint");
        let _ = std::fs::remove_file(&file);
        let search = || {
            let mut command = musilc();
            command.env("MUSILC_NO_TIMINGS", "1");
            command.args(["--backend", "explicit", "--engine", "interpreted", "--stats", "--check", "fixed"]);
            command.args(["-D", "N=13", "benches/families/philosophers.musil"]);
            command
        };
        let saved = || {
            let mut command = search();
            command.args(["--checkpoint-every", "0.001", "--checkpoint"]).arg(&file);
            command
        };
        let whole = search().output().unwrap().stdout;
        let mut resumed = 0;
        // However fast the machine is: what is waited for is the file, and then a moment more or less.
        for attempt in 0..200 {
            let mut child = saved().spawn().unwrap();
            while !file.exists() && child.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_millis(attempt % 13));
            // SIGKILL: nothing can be tidied up.
            child.kill().unwrap();
            child.wait().unwrap();
            resumed += usize::from(file.exists());
            if resumed == 20 {
                break;
            }
        }
        assert!(resumed > 3, "{resumed}");
        let Output { stdout, stderr, .. } = saved().output().unwrap();
        assert_eq!(String::from_utf8(stderr).unwrap(), "");
        assert_eq!(String::from_utf8(stdout).unwrap(), String::from_utf8(whole).unwrap());
        assert!(!file.exists(), "an answer makes it useless");
    }

    /// The memory of the process is what the limit says and what musilc itself takes, with its compiler to machine code: within 5 %, with one thread
    /// and two, for states of one word and of many, and for graphs.
    #[test]
    fn a_limit_on_memory_is_obeyed() {
        const MIB: u64 = 1 << 20;
        let most_used = |name: &str, text: &str, threads: &str, engine: &str, mib: u64| {
            let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.musil"));
            std::fs::write(&path, text).unwrap();
            let mut command = musilc();
            command.args(["--backend", "explicit", "--threads", threads, "--engine", engine]);
            command.args(["--max-memory", &format!("{mib}M")]);
            let mut child = command.arg(&path).spawn().unwrap();
            let (mut stdout, mut report) = (child.stdout.take().unwrap(), String::new());
            stdout.read_to_string(&mut report).unwrap();
            let used = child.wait4().unwrap();
            (report, used.rusage.maxrss)
        };
        let counters = |most: u32, more: &str| {
            format!(
                "model Counters {{ var n: [0..={most}; 0..4] = 0; action tick(i: 0..4) {{ n[i] = (n[i] + 1) % {}; }} {more} }}
                 check endless: Counters expect holds;",
                most + 1
            )
        };
        let far = "invariant far: n[0] + n[1] + n[2] < 2997;";
        // Variables that never change take no room, so one of them changes once.
        let wide =
            "var w: [0..=1000000000; 0..8] = 7; action first() when w[0] == 7 { for i in 0..8 { w[i] = 8; } }
                    invariant far: n[0] + n[1] + n[2] < 2997;";
        let graph = "property comes_back: always eventually n[0] == 0;";
        for (name, more) in [("narrow", far), ("wide", wide), ("graph", graph)] {
            let (_, itself) = most_used(name, &counters(3, more), "1", "native", 64);
            for threads in ["1", "2"] {
                let (report, used) = most_used(name, &counters(999, more), threads, "auto", 96);
                assert!(report.contains("the limit of 96.0 MiB of memory"), "{name}: {report}");
                let used = used.saturating_sub(itself);
                assert!(used <= 96 * MIB * 105 / 100, "{name}, {threads}: {} KiB", used / 1024);
                assert!(used >= 96 * MIB / 2, "{name}, {threads}: {} KiB", used / 1024);
            }
        }
    }

    /// While a solver runs, too: Z3 has a mind of its own about interrupts.
    #[test]
    fn an_interrupt_reaches_solvers() {
        for more in [&["--solver", "z3"][..], &["--solver", "z3", "--prove"], &["--solver", "sat", "--prove"]]
        {
            let mut command = musilc();
            command.args([
                "--backend",
                "bmc",
                "--check",
                "fixed",
                "--depth",
                "1000",
                "-D",
                "N=8",
                "-D",
                "M=64",
            ]);
            let child = command.args(more).arg("benches/families/ticket-lock.musil").spawn().unwrap();
            std::thread::sleep(Duration::from_millis(1500));
            assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
            let Output { status, stdout, .. } = child.wait_with_output().unwrap();
            let text = String::from_utf8(stdout).unwrap();
            assert_eq!(status.code(), Some(130), "{more:?}: {text}");
            assert!(text.contains("interrupted"), "{more:?}: {text}");
        }
    }

    #[test]
    fn a_timeout_leaves_the_check_undecided() {
        let output = musilc()
            .args(["--backend", "explicit", "--timeout", "0.5"])
            .arg(endless("timeout"))
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(4), "{text}");
        assert!(text.contains("the time is up"), "{text}");
    }

    #[test]
    fn a_reader_that_goes_away_is_no_error() {
        let mut child = musilc().args(["explain"]).spawn().unwrap();
        drop(child.stdout.take());
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        let status = child.wait().unwrap();
        assert_eq!(stderr, "");
        // 0 where everything fitted the pipe before it was closed.
        assert!([Some(141), Some(0)].contains(&status.code()), "{status}");
    }

    #[test]
    fn colours_only_where_they_are_wanted() {
        let coloured = |extra: &[&str]| {
            let chapter = "tests/cli/checks.in/till.md";
            let output = musilc().env_remove("NO_COLOR").args(extra).arg(chapter).output().unwrap();
            assert_eq!(output.status.code(), Some(0));
            output.stdout.contains(&0x1b)
        };
        assert!(!coloured(&[]));
        assert!(coloured(&["--color", "always"]));
        assert!(!coloured(&["--color", "never"]));
    }

    #[test]
    fn json_is_json() {
        let output =
            musilc().args(["--format", "json", "tests/cli/checks.in/till.md", "nowhere"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["totals"]["passed"], 3);
        assert_eq!(document["exit_code"], 2);
        assert_eq!(
            document["files"][0]["checks"][0]["finding"]["trace"]["steps"].as_array().unwrap().len(),
            4
        );
        assert!(document["errors"][0].as_str().unwrap().contains("nowhere"));
        let explicit = &document["files"][0]["checks"][0]["engines"][0];
        for figure in
            ["memory_bytes", "seconds", "states_per_second", "transitions_per_second", "bytes_per_state"]
        {
            assert!(explicit[figure].as_f64().unwrap() > 0.0, "{figure}");
        }
        assert!(explicit.get("native").is_some_and(|native| native.is_null() || native.is_boolean()));
    }

    /// What the explicit search is told about its work changes no answer. A check of one file among several is enough to save.
    #[test]
    fn how_the_search_works_changes_nothing() {
        let save = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("till.save");
        let run = |extra: &[&str]| {
            let _ = std::fs::remove_file(&save);
            let chapters = ["tests/cli/checks.in/till.md", "tests/cli/checks.in/jars.musil"];
            let mut command = musilc();
            command
                .env("MUSILC_NO_TIMINGS", "1")
                .args(["--check", "careful", "--stats", "--why"])
                .args(extra);
            let output = command.args(chapters).output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{extra:?}: {output:?}");
            String::from_utf8(output.stdout).unwrap()
        };
        let expected = run(&[]);
        for extra in [
            &["--threads", "1"][..],
            &["--threads", "3", "--engine", "native"],
            &["--threads", "auto", "--engine", "interpreted"],
            &["--checkpoint", save.to_str().unwrap(), "--checkpoint-every", "0.001"],
        ] {
            assert_eq!(run(extra), expected, "{extra:?}");
        }
        let _ = std::fs::remove_file(&save);
    }
}
