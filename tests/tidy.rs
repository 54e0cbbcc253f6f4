//! Rules of the house that no compiler checks: which crate may depend on which, how long files may be, where links lead.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The most lines of a source file. Longer ones hold more than one idea.
const MOST_LINES: usize = 800;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The members of the workspace by directory, `.` for the root package, each with the crates of ours that it may depend on.
const ARROWS: &[(&str, &[&str])] = &[
    (".", &["musilc-frontend", "musilc-ir", "musilc-explicit", "musilc-symbolic", "musilc-export"]),
    ("frontend", &["musilc-ir"]),
    ("ir", &[]),
    ("explicit", &["musilc-ir"]),
    ("circuit", &["musilc-ir"]),
    ("symbolic", &["musilc-ir", "musilc-circuit"]),
    ("export", &["musilc-ir", "musilc-circuit"]),
];

/// Dependencies that only some members may have, in any section.
const RESERVED: &[(&str, &[&str])] = &[
    ("z3", &["symbolic"]),
    ("batsat", &["symbolic"]),
    ("bitvec", &["explicit"]),
    ("logos", &["frontend"]),
    ("lalrpop", &["frontend"]),
    ("lalrpop-util", &["frontend"]),
    // The frontend reads tables from TOML and JSON files; only the root package writes JSON.
    ("toml", &["frontend"]),
    ("serde_json", &["frontend", "."]),
    ("annotate-snippets", &["."]),
    ("anstream", &["."]),
    ("anstyle", &["."]),
    ("clap", &["."]),
    ("ctrlc", &["."]),
    ("indicatif", &["."]),
    ("sysinfo", &["."]),
    ("terminal_size", &["."]),
];

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn manifest(member: &str) -> String {
    read(&root().join(member).join("Cargo.toml"))
}

/// The dependencies of a manifest, of all three kinds, each with the rest of its line.
fn dependencies(manifest: &str) -> Vec<(String, String)> {
    let mut inside = false;
    let mut out = Vec::new();
    for line in manifest.lines() {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            inside = ["dependencies", "dev-dependencies", "build-dependencies"].contains(&section);
        } else if inside && !line.trim().is_empty() && !line.starts_with('#') {
            let end = line.find(['.', ' ', '=']).unwrap_or(line.len());
            let (name, rest) = line.split_at(end);
            out.push((name.to_owned(), rest.to_owned()));
        }
    }
    out
}

/// Every file of the project with one of the extensions, build products and hidden directories aside.
fn files(extensions: &[&str]) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut pending = vec![root().to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in std::fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !name.starts_with('.') && !name.starts_with("target") {
                    pending.push(path);
                }
            } else if extensions.iter().any(|extension| name.ends_with(extension)) {
                out.push(path);
            }
        }
    }
    out.sort();
    out
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

#[track_caller]
fn assert_none(problems: &str) {
    assert!(problems.is_empty(), "\n{problems}");
}

#[test]
fn every_member_is_known() {
    let text = manifest(".");
    let members = text.lines().find_map(|line| line.strip_prefix("members = ")).unwrap();
    let members: BTreeSet<&str> = members.split('"').skip(1).step_by(2).chain(["."]).collect();
    let known: BTreeSet<&str> = ARROWS.iter().map(|(member, _)| *member).collect();
    assert_eq!(members, known, "add new members to ARROWS, with what they may depend on");
}

#[test]
fn crates_depend_on_what_they_may() {
    let mut problems = String::new();
    for (member, allowed) in ARROWS {
        for (name, rest) in dependencies(&manifest(member)) {
            if name.starts_with("musilc") && !allowed.contains(&name.as_str()) {
                let _ = writeln!(problems, "{member} may not depend on {name}");
            }
            if let Some((_, holders)) = RESERVED.iter().find(|(reserved, _)| *reserved == name)
                && !holders.contains(member)
            {
                let _ =
                    writeln!(problems, "{member} may not depend on {name}: only {} may", holders.join(", "));
            }
            if !rest.contains("workspace = true") {
                let _ = writeln!(problems, "{member}: the version of {name} belongs into the root manifest");
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn dependencies_are_read_from_all_sections() {
    let found = dependencies(
        "[a]\nx = 1\n[dependencies]\n# c\nz3.workspace = true\n[dev-dependencies]\np = \"1\"\n[b]\ny = 2\n",
    );
    assert_eq!(
        found,
        [("z3".to_owned(), ".workspace = true".to_owned()), ("p".to_owned(), " = \"1\"".to_owned())]
    );
}

#[test]
fn every_member_has_the_lints_of_the_workspace() {
    for (member, _) in ARROWS {
        assert!(manifest(member).contains("\n[lints]\nworkspace = true\n"), "{member}");
    }
}

#[test]
fn only_reports_write_json_and_only_tables_read_it() {
    let mut problems = String::new();
    for path in files(&[".rs"]) {
        let name = shown(&path);
        let allowed = ["src/report/", "frontend/src/check/table.rs", "tests/", "benches/"]
            .iter()
            .any(|place| name.starts_with(place));
        if !allowed && read(&path).contains("serde_json") {
            let _ = writeln!(problems, "{name} has no business with JSON");
        }
    }
    assert_none(&problems);
}

#[test]
fn files_are_short() {
    let mut problems = String::new();
    for path in files(&[".rs"]) {
        let lines = read(&path).lines().count();
        if lines > MOST_LINES {
            let _ =
                writeln!(problems, "{} has {lines} lines, more than {MOST_LINES}: split it", shown(&path));
        }
    }
    assert_none(&problems);
}

#[test]
fn nothing_is_left_unfinished() {
    // Put together here, so that this file does not mention them.
    let words = [("todo", "!("), ("unimplemented", "!("), ("dbg", "!("), ("#[ignore", "]")]
        .map(|(a, b)| format!("{a}{b}"));
    let mut problems = String::new();
    for path in files(&[".rs", ".lalrpop"]) {
        for (number, line) in (1..).zip(read(&path).lines()) {
            for word in words.iter().filter(|word| line.contains(word.as_str())) {
                let _ = writeln!(problems, "{}:{number}: {word}", shown(&path));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn no_tabs_and_no_trailing_blanks() {
    let mut problems = String::new();
    for path in files(&[".rs", ".lalrpop", ".toml", ".md"]) {
        let name = shown(&path);
        // Fixtures hold what users may write.
        if name.starts_with("tests/") && !name.ends_with(".rs") {
            continue;
        }
        let text = read(&path);
        for (number, line) in (1..).zip(text.lines()) {
            if line.contains('\t') || line.ends_with(' ') || line.ends_with('\r') {
                let _ = writeln!(problems, "{name}:{number}: a tab, or a blank at the end");
            }
        }
        if !text.ends_with('\n') || text.ends_with("\n\n") {
            let _ = writeln!(problems, "{name}: ends without a line end, or with an empty line");
        }
    }
    assert_none(&problems);
}

/// The lines of a Markdown file that are not in fenced blocks.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    (1..).zip(text.lines()).filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

/// The targets of the links in a line, code aside.
fn links(line: &str) -> Vec<String> {
    let text: String = line.split('`').step_by(2).collect();
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target.to_owned()).collect()
}

/// The anchor that a heading gets.
fn anchor(heading: &str) -> String {
    let heading = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn anchors_are_those_of_github() {
    assert_eq!(anchor("## `musilc ir`"), "musilc-ir");
    assert_eq!(anchor("# Where ranges are checked"), "where-ranges-are-checked");
    assert_eq!(links("[a](b.md#c) `[x](y)` and [d](#e)"), ["b.md#c", "#e"]);
}

#[test]
fn links_lead_somewhere() {
    let mut problems = String::new();
    let mut count = 0;
    for path in files(&[".md"]) {
        let name = shown(&path);
        if name.starts_with("tests/") {
            continue;
        }
        let text = read(&path);
        for (number, line) in prose(&text) {
            for link in links(line) {
                if link.contains("://") || link.starts_with("mailto:") {
                    continue;
                }
                count += 1;
                let (file, wanted) =
                    link.split_once('#').map_or((link.as_str(), None), |(f, a)| (f, Some(a)));
                let target = if file.is_empty() { path.clone() } else { path.with_file_name("").join(file) };
                if !target.exists() {
                    let _ = writeln!(problems, "{name}:{number}: there is no {link}");
                } else if let Some(wanted) = wanted
                    && !prose(&read(&target)).any(|(_, line)| line.starts_with('#') && anchor(line) == wanted)
                {
                    let _ = writeln!(problems, "{name}:{number}: there is no heading for {link}");
                }
            }
        }
    }
    assert_none(&problems);
    assert!(count > 30, "only {count} links were found");
}

#[test]
fn decisions_are_numbered_and_listed() {
    let directory = root().join("docs/adr");
    let index = read(&directory.join("README.md"));
    let mut names: Vec<String> = std::fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name != "README.md")
        .collect();
    names.sort();
    for (number, name) in names.iter().enumerate() {
        assert!(name.starts_with(&format!("{number:04}-")), "{name} is not number {number}");
        assert!(index.contains(&format!("({name})")), "docs/adr/README.md does not list {name}");
    }
}
