//! Every syntax code is produced, and its explanation tells the truth.

use musilc_frontend::diagnostic::{Code, Diagnostic};
use musilc_frontend::literate::Source;
use musilc_frontend::parse::parse;

fn syntax_codes() -> impl Iterator<Item = Code> {
    let all = Code::all().iter().copied();
    all.filter(|code| code.to_string().starts_with("E00") || *code == Code::StrayDoc)
}

/// The first fenced block after a line, if one stands there.
fn example<'e>(explanation: &'e str, after: &str) -> Option<&'e str> {
    let rest = explanation.split_once(&format!("\n{after}\n\n"))?.1;
    let fence = rest.split(|c| c != '`').next().filter(|fence| fence.len() >= 3)?;
    let body = rest.split_once('\n')?.1;
    Some(body.split_once(&format!("\n{fence}"))?.0)
}

/// What is wrong with a text in each of the places that it may be meant for.
fn readings(text: &str) -> Vec<Vec<Diagnostic>> {
    if text.contains("```") {
        let chapter = |text: String| parse(&Source::new("a.md", text)).1;
        return vec![chapter(format!("{text}\n")), chapter(format!("```musil\n```\n{text}\n"))];
    }
    let wrapped = [
        text.to_owned(),
        format!("model M {{ {text}\n }}"),
        format!("model M {{ action a() {{ {text}\n }} }}"),
        format!("fn f() -> T = {text};"),
    ];
    wrapped.into_iter().map(|text| parse(&Source::new("a.musil", text)).1).collect()
}

#[test]
fn wrong_examples_are_wrong() {
    let mut checked = 0;
    for code in syntax_codes() {
        let Some(text) = example(code.explanation(), "Wrong:") else { continue };
        let found =
            readings(text).iter().any(|reading| reading.iter().any(|diagnostic| diagnostic.code == code));
        assert!(found, "{code} is not reported for:\n{text}\n{:?}", readings(text));
        checked += 1;
    }
    // The wrong example of E0017 would be too long.
    assert_eq!(checked + 1, syntax_codes().count());
}

#[test]
fn right_examples_are_right() {
    for code in syntax_codes() {
        let text =
            example(code.explanation(), "Right:").unwrap_or_else(|| panic!("{code} shows no right example"));
        assert!(readings(text).iter().any(Vec::is_empty), "{code}:\n{text}\n{:?}", readings(text));
    }
}
