//! What the documentation shows is real: README.md, docs/language.md and the chapters pass, transcripts hold what musilc prints, and the
//! words and codes that are listed are those of the language.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use musilc::frontend::Expect;
use musilc::frontend::diagnostic::Code;
use musilc::{Chapter, Error, Options};

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[track_caller]
fn assert_passes(path: &str, options: &Options) {
    let report = musilc::compile_with(path, options).unwrap_or_else(|error| panic!("{error}"));
    let report = report.check(options).unwrap_or_else(|error| panic!("{error}"));
    for check in &report.checks {
        assert!(check.differences.is_empty(), "{path}: a block of {} is out of date", check.check.name);
    }
    let found: Vec<_> = report.checks.iter().map(|check| (&check.check.name, &check.status)).collect();
    assert!(report.passed(), "{path}: {found:#?}");
    assert!(report.warnings.is_empty(), "{path}: {:#?}", report.warnings);
}

#[test]
fn the_reference_is_a_chapter_that_passes() {
    assert_passes("docs/language.md", &Options::new());
    for n in ["4", "5"] {
        assert_passes("docs/language.md", &Options::new().constant("N", n));
    }
}

/// What the reference declares inductive is, and what it says is not is not, by trying every state.
#[test]
fn inductive_invariants_of_the_reference_are_inductive() {
    let report = musilc::compile_with("docs/language.md", &Options::new()).unwrap();
    let report = report.check(&Options::new()).unwrap();
    let counterexample = |system: &musilc::ir::TransitionSystem| {
        musilc::ir::search::counterexample_to_induction(system, 1_000).unwrap()
    };
    let (mut inductive, mut not) = (0, 0);
    for check in &report.checks {
        let Some(system) = &check.system else { continue };
        if system.inductive_properties().next().is_none() {
            continue;
        }
        if matches!(check.check.expect, Expect::NotInductive { .. }) {
            assert!(counterexample(system).is_some(), "{}", check.check.name);
            not += 1;
            continue;
        }
        assert_eq!(counterexample(system), None, "{}", check.check.name);
        inductive += 1;
        // Each of them is needed.
        for dropped in system.inductive_properties() {
            let mut less = system.clone();
            less.properties[dropped.index()].inductive = false;
            assert!(counterexample(&less).is_some());
        }
    }
    assert_eq!((inductive, not), (1, 1));
}

#[test]
fn the_readme_is_a_chapter_that_passes() {
    assert_passes("README.md", &Options::new());
}

#[test]
fn transcripts_of_the_readme_are_real() {
    trycmd::TestCases::new().env("MUSILC_NO_TIMINGS", "1").env("NO_COLOR", "1").case("README.md");
}

/// The chapters, by the names of their files.
fn chapters() -> Vec<String> {
    let names = std::fs::read_dir("chapters").unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.retain(|name| name.ends_with(".md") && name != "README.md");
    names.sort();
    names
}

#[test]
fn the_chapters_pass() {
    assert!(chapters().len() >= 8);
    for name in chapters() {
        assert_passes(&format!("chapters/{name}"), &Options::new());
    }
}

#[test]
fn every_chapter_is_listed_and_has_its_beats() {
    let beats = ["Design", "Model the error", "Prevent", "Guard", "Exercises", "Sources"];
    let (readme, index) = (read("README.md"), read("chapters/README.md"));
    for name in chapters() {
        assert!(readme.contains(&format!("](chapters/{name})")), "README.md does not list {name}");
        assert!(index.contains(&format!("]({name})")), "chapters/README.md does not list {name}");
        let text = read(&format!("chapters/{name}"));
        let headings: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings, beats, "{name}");
    }
}

/// The content of the first fenced block with this tag that follows a text.
#[track_caller]
fn block<'t>(text: &'t str, after: &str, tag: &str) -> &'t str {
    let rest = text.split_once(after).unwrap_or_else(|| panic!("{after} is gone")).1;
    let rest =
        rest.split_once(&format!("\n```{tag}\n")).unwrap_or_else(|| panic!("no block after {after}")).1;
    rest.split_once("```").unwrap().0
}

#[test]
fn the_table_files_that_are_shown_are_those_that_are_read() {
    let reference = read("docs/language.md");
    assert_eq!(block(&reference, "every other as TOML", "toml"), read("docs/language/valve.toml"));
    assert_eq!(block(&reference, "every other as TOML", "json"), read("docs/language/valve.json"));
}

/// The codes of the errors in a program.
fn errors(program: &str) -> Vec<Code> {
    match Chapter::from_text("words.musil", program) {
        Ok(_) => vec![],
        Err(Error::Invalid { diagnostics, .. }) => {
            diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_words_of_the_language_are_those_listed() {
    let reference = read("docs/language.md");
    let as_name = |word: &str| errors(&format!("model M {{ var {word}: bool = false; }}"));
    let keywords: Vec<&str> = block(&reference, "**Keywords**", "").split_whitespace().collect();
    assert_eq!(keywords.len(), 52);
    for word in keywords {
        assert!(as_name(word).contains(&Code::UnexpectedToken), "{word}: {:?}", as_name(word));
    }
    let reserved = block(&reference, "**Reserved words**", "");
    for word in reserved.split_whitespace() {
        assert_eq!(as_name(word), [Code::ReservedWord], "{word}");
    }
    let quoted = |after: &str| {
        let rest = reference.split_once(after).unwrap_or_else(|| panic!("{after} is gone")).1;
        rest.split('`').nth(1).unwrap().split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    for word in quoted("have a meaning in one place and are names elsewhere") {
        assert_eq!(as_name(&word), [], "{word}");
    }
}

#[test]
fn the_limits_are_those_listed() {
    let model = |items: &str| format!("model M {{ {items} }} check c: M expect holds;");
    let refused = |program: &str| {
        let system = Chapter::from_text("limits.musil", program).and_then(|chapter| chapter.system("c"));
        match system {
            Ok(_) => vec![],
            Err(Error::Invalid { diagnostics, .. }) => diagnostics.iter().map(|d| d.code).collect(),
            Err(error) => panic!("{error}"),
        }
    };
    let at = |what: &str, limit: u64, code: Code| {
        let program = |value: u64| model(&what.replace('#', &value.to_string()));
        assert_eq!(refused(&program(limit)), [], "{what} with {limit}");
        let beyond = refused(&program(limit + 1));
        assert_eq!(beyond, [code], "{what} with {}", limit + 1);
    };
    at("var x: 0..=# = 0;", 1 << 40, Code::NumberTooLarge);
    at("var x: [bool; #] = false;", 1 << 16, Code::TooLarge);
    at("var x: Seq<bool, #> = [];", (1 << 16) - 1, Code::TooLarge);
    at("action a(x: 0..#) { }", 1 << 16, Code::TooLarge);
    at("var x: 0..# = any;", 1 << 16, Code::TooLarge);
    at("part p[i: 0..#] = P(); } model P { var x: bool = true;", 1_000, Code::TooLarge);
    at("var x: 0..=134217728 = 0; invariant p: x * 67108864 + # >= 0;", 0, Code::ArithmeticTooLarge);
}

#[test]
fn codes_that_are_mentioned_exist() {
    let mut count = 0;
    for path in [
        "docs/language.md",
        "docs/semantics.md",
        "docs/cli.md",
        "docs/json.md",
        "README.md",
        "CONTRIBUTING.md",
    ] {
        let text = read(path);
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        for word in words.filter(|word| word.len() == 5 && word.starts_with(['E', 'W'])) {
            if word.bytes().skip(1).all(|byte| byte.is_ascii_digit()) {
                assert!(word.parse::<Code>().is_ok(), "{path}: there is no {word}");
                count += 1;
            }
        }
    }
    assert!(count > 20, "only {count} codes were found");
}
