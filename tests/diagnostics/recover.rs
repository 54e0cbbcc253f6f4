//! One run reports every mistake of a chapter, in the order of the chapter, and each only once.

use super::{DIRECTORY, codes, compare, run};
use musilc::{Chapter, Error};
use std::path::Path;

#[test]
fn all_mistakes_are_found_in_one_run() {
    let path = Path::new(DIRECTORY).join("several-mistakes.md");
    let (printed, exit) = run(&path);
    assert_eq!(exit, 2);
    if let Err(difference) = compare(&path, &printed) {
        panic!("{difference}");
    }
    let lines: Vec<usize> = printed.lines().filter_map(line_number).collect();
    assert_eq!(lines.len(), codes(&printed).len());
    assert!(lines.is_sorted(), "{lines:?}");
}

/// The line that `--> FILE:LINE:COLUMN` names.
fn line_number(line: &str) -> Option<usize> {
    let place = line.trim_start().strip_prefix("--> ")?;
    place.split(':').nth(1)?.parse().ok()
}

/// The codes and lines of what is wrong with a chapter.
fn complaints(text: &str) -> Vec<(String, usize)> {
    match Chapter::from_text("a.musil", text) {
        Ok(_) => Vec::new(),
        Err(Error::Invalid { diagnostics, .. }) => diagnostics
            .iter()
            .map(|diagnostic| {
                let before = &text[..diagnostic.span().range().start];
                (diagnostic.code.to_string(), before.matches('\n').count() + 1)
            })
            .collect(),
        Err(error) => panic!("{error}"),
    }
}

/// A declaration in error, and uses of it that would be fine if it were not.
#[test]
fn what_is_declared_wrongly_can_be_used() {
    let uses = "enum Status { Idle, Busy }
model M {
    var x: Broken = any;
    var y: [Broken; 0..2] = any;
    var z: Option<Broken> = None;
    var s: Set<Broken> = {};
    var n: 0..4 = 0;
    fn same(b: Broken) -> bool = b == x && b in s;
    action a(p: Broken, q in s) when x == p && same(q) && p is Some(v) && v > 2 {
        x = p;
        y[0] = q;
        z = Some(p);
        s.insert(p);
        let k = x;
        n = match k { Idle => 1, _ => broken(k, n) };
        for i in Broken { x = i; }
    }
    action b() when broken(x, 1) > BROKEN + 2 { n = BROKEN; y = [x, x]; s = {x}; }
    init n < BROKEN;
    terminal forall b in Broken: exists c in s: b == c;
    invariant p: (count b in Broken: b in {x}) <= 1;
}
check c: M expect holds;
";
    let function = "fn broken(b: Broken, n: 0..4) -> 0..4 = n;";
    let declarations = [
        ("type Broken = Missing; const BROKEN: 0..4 = 2;", vec!["E0102"]),
        ("type Broken = 3..3; const BROKEN: 0..4 = 2;", vec!["E0302"]),
        ("struct Broken { b: Broken } const BROKEN: 0..4 = 2;", vec!["E0107"]),
        ("enum Broken { Free, Taken(by: Missing) } const BROKEN: 0..4 = 9;", vec!["E0102", "E0301"]),
        ("type Broken = 0..BROKEN; const BROKEN: 0..4 = 1 / 0;", vec!["E0304"]),
    ];
    for (declaration, codes) in declarations {
        let found = complaints(&format!("{declaration} {function}\n{uses}"));
        let expected: Vec<(String, usize)> = codes.into_iter().map(|code| (code.to_owned(), 1)).collect();
        assert_eq!(found, expected, "{declaration}");
    }
}

#[test]
fn one_mistake_is_one_error() {
    let wrap = |body: &str| {
        format!(
            "enum A {{ P, Q }} enum B {{ P, R(n: 0..4) }}
model M {{ var o: Option<0..4> = None; var s: Set<0..4> = {{}}; var n: 0..4 = 0; var a: A = A::P; var b: B = B::P;
{body}
}}"
        )
    };
    let mistakes = [
        ("action x() { missing = None; }", "E0101"),
        ("action x() { missing = {}; }", "E0101"),
        ("action x() { missing[P] = P; }", "E0101"),
        ("action x() { n = missing({}, None, [1], P); }", "E0101"),
        ("action x() when missing == None { n = 0; }", "E0101"),
        ("action x() when None == missing || {} == {} { n = 0; }", "E0101 E0201"),
        ("action x() when missing in {1, 2} { n = 0; }", "E0101"),
        ("action x() when missing[None] in {1, 2} { n = 0; }", "E0101"),
        ("action x() when None in missing { n = 0; }", "E0101"),
        ("action x() { let v = if missing { None } else { Some(1) }; o = v; }", "E0101"),
        ("action x() { let v = if n == 0 { missing } else { None }; o = v; }", "E0101"),
        ("action x() { let v = match n { 0 => missing, _ => None }; o = v; }", "E0101"),
        ("action x() { for v in missing { n = v; o = Some(v); } }", "E0101"),
        ("action x() when missing is R(k) { n = k; }", "E0101"),
        ("action x() when b is R(k, l) { n = k + l; }", "E0202"),
        ("action x() when b is R(m: k) { n = k; }", "E0202"),
        ("action x() { match b { R(k, l) => { n = k + l; } P => { n = 0; } } }", "E0202"),
        ("action x() { match a { R(k) => { n = k; } _ => { n = 0; } } }", "E0200"),
        ("action x(k in missing) { n = k; }", "E0101"),
        ("action x() { s = {o, o, o}; }", "E0200"),
        ("fn f(k: Missing, k: bool) -> Missing = k; action x() { n = f(1, true); }", "E0102 E0100 E0102"),
        ("var n: bool = true; action x() { n = 1; }", "E0100"),
        ("fn f() -> bool = true; fn f() -> 0..4 = 1; action x() when f() { n = 1; }", "E0100"),
        ("invariant p: n' > 0 && n == 1;", "E0207"),
        ("invariant p: forall i in missing: i > 0 && i == o.value;", "E0101"),
    ];
    for (body, expected) in mistakes {
        let found = complaints(&wrap(body));
        let found: Vec<&str> = found.iter().map(|(code, _)| code.as_str()).collect();
        assert_eq!(found.join(" "), expected, "{body}");
    }
}
