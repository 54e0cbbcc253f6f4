//! One run reports independent mistakes, each once, and says what to do.

use musilc_frontend::ast::{ItemKind, ModelItemKind};

use crate::{complaints, read, show};

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let found = complaints(text);
    let lines: Vec<&str> = found.lines().collect();
    let fits = lines.len() == expected.len()
        && lines.iter().zip(expected).all(|(line, start)| line.starts_with(start));
    assert!(fits, "{text}\nfound:\n{found}expected:\n{}", expected.join("\n"));
}

#[test]
fn mistakes_in_several_declarations() {
    check(
        "const N: 0..3 2;\ntype = 0..2;\nmodel M { var x 0..2; }\ntype U = 0..2;",
        &[
            "E0007 1:15 expected `=` or an operator, found `2`",
            "E0007 2:6 expected a name, found `=`",
            "E0007 3:17 expected `:`, found `0`",
        ],
    );
}

#[test]
fn mistakes_in_several_statements() {
    let text = "model M {
  action a() {
    x = ;
    y = 1 2;
    if x { z = = 3; w == 4; }
    q.len;
    f(x) = 2;
    good = 1;
  }
  action b() { x = + ; }
}";
    check(
        text,
        &[
            "E0007 3:9 expected an expression, found `;`",
            "E0007 4:11 expected `;` or an operator, found `2`",
            "E0007 5:16 expected an expression, found `=`",
            "E0012 5:23",
            "E0022 6:5",
            "E0021 7:5",
            "E0007 10:20 expected an expression, found `+`",
        ],
    );
    let (chapter, _) = read(text);
    let ItemKind::Model { items, .. } = &chapter.items[0].kind else { panic!() };
    let ModelItemKind::Action(action) = &items[0].kind else { panic!() };
    assert_eq!(
        show::each(&action.body, show::stmt),
        " ERROR ERROR (if x (then ERROR (= w 4))) ERROR ERROR (= good 1)"
    );
}

#[test]
fn mistakes_in_heads_of_statements() {
    check(
        "model M { action a() { if x = 2 { y = 1; } else { z = ; } for in T { } for x T { } let = 3; let x 3; return; } }",
        &["E0011 1:29", "E0007 1:55", "E0007 1:63", "E0007 1:78", "E0007 1:88", "E0007 1:99", "E0022 1:102"],
    );
    check(
        "model M { action a() { match m { A -> { x = 1; } B = 2; _ => x = 3; } y = ; } }",
        &["E0013 1:36", "E0007 1:52 expected `|`, `=>` or `(`, found `=`", "E0007 1:75"],
    );
}

#[test]
fn missing_semicolons() {
    let text = "model M {
  var x: 0..2 = 0
  var y: bool = false;
  action a() { x = 1
    y = true; }
  table t on v: T { A -> B
    C -> D; }
}
const N: T = 1
check c: M expect holds";
    check(text, &["E0008 2:18", "E0008 4:21", "E0008 6:27", "E0008 9:15", "E0008 10:24"]);
    let (chapter, _) = read(text);
    assert!(!format!("{chapter:?}").contains("kind: Error }"), "all of it is read");
}

#[test]
fn missing_commas() {
    check(
        "enum A {\n  B\n  C\n}\nstruct S {\n  a: bool\n  b: bool\n}",
        &["E0007 2:4 a `,` is missing", "E0007 6:10 a `,` is missing"],
    );
}

#[test]
fn unclosed_brackets() {
    check(
        "model M {\n  action a() {\n    x = 1;\n  action b() {\n    x = 2;\n  }\n}\ncheck c: M expect holds;",
        &["E0009 2:14 this `{` is never closed"],
    );
    // The indentation tells which one it is.
    check(
        "model M {\n    action b() {\n        if x {\n            y = 2;\n    }\n}\ncheck c: M expect holds;",
        &["E0009 3:14 this `{` is never closed"],
    );
    check(
        "model M {\n    action b() {\n        x = f(1;\n        y = (a + b;\n        z = a[1;\n    }\n}\ncheck c: M expect holds;",
        &["E0009 3:14 this `(`", "E0009 4:13 this `(`", "E0009 5:14 this `[`"],
    );
    check("model M { action a() { x = 1; }\nvar y: [T; K;\n}", &["E0009 2:8 this `[`"]);
    check("model M { action a() { x = 1; } ", &["E0009 1:9 this `{` is never closed"]);
    check("enum A { B, C\ntype T = 0..2;", &["E0009 1:8"]);
}

#[test]
fn unmatched_brackets() {
    check("model M { var x: T = 0; ) }", &["E0010 1:25 this `)` closes nothing"]);
    check("model M { invariant p: (a ] ); }", &["E0010 1:27 this `]` closes nothing"]);
    check("}", &["E0010 1:1"]);
    // A `}` too many does not throw the rest of the model out.
    check(
        "model M {\n  action a() { x = 1; } }\n  var y: bool;\n}\ncheck c: M expect holds;",
        &["E0010 2:25 this `}` closes nothing"],
    );
}

#[test]
fn unknown_words() {
    let text = "modle M { invarient p: true; state x: bool; }\nfunction f() -> bool = true;\nbanana split;\n;\nenum A { B };";
    check(
        text,
        &[
            "E0015 1:1 `modle` does not begin a declaration (did you mean `model`?)",
            "E0015 1:11 `invarient` does not begin a declaration (did you mean `invariant`?)",
            "E0015 1:30 `state` does not begin a declaration (did you mean `var`?)",
            "E0015 2:1 `function` does not begin a declaration (did you mean `fn`?)",
            "E0015 3:1 `banana` does not begin a declaration (declarations begin with `const`, ",
            "E0007 4:1 expected a declaration, found `;`",
            "E0007 5:13 expected a declaration, found `;` (a declaration that ends with `}` needs no `;`)",
        ],
    );
    let (chapter, _) = read(text);
    assert!(matches!(&chapter.items[0].kind, ItemKind::Model { items, .. } if items.len() == 2));
}

#[test]
fn misplaced_declarations() {
    check("model M { type T = 0..2; }\nvar x: bool;", &["E0016 1:11", "E0016 2:1"]);
    check("action a() { x = 1; } fn f() -> T = 1;", &["E0016 1:1"]);
}

#[test]
fn words_of_later_versions() {
    check(
        "simulate p: x ~> y;
model M {
  symmetric action a() { } refine implements action b() { }
  var refine: bool; fn implements(x: bool) -> bool = x;
  invariant p: implements(a) && x;
}
message Prepare; symmetric type T = 0..2;",
        &[
            "E0006 1:1 `simulate` is reserved: simulation comes with a later version",
            "E0006 3:3 `symmetric` is reserved: symmetric types come",
            "E0006 3:28 `refine`",
            "E0006 4:7 `refine`",
            "E0006 4:24 `implements`",
            "E0006 5:16 `implements`",
            "E0016 7:1 `message` cannot stand outside of a protocol",
            "E0006 7:18 `symmetric`",
        ],
    );
    let (chapter, _) = read("symmetric type T = 0..2;");
    assert!(matches!(chapter.items[0].kind, ItemKind::Type { .. }), "the rest of the declaration is read");
}

#[test]
fn operators_of_other_languages() {
    let mistakes = [
        ("a and b", "E0013"),
        ("a or not c", "E0013"),
        ("not (a) && not b", "E0013"),
        ("a implies b", "E0013"),
        ("a => b", "E0013"),
        ("a -> b", "E0013"),
        ("a <=> b", "E0013"),
        ("a <> b", "E0013"),
        ("a === b", "E0013"),
        ("a !== b", "E0013"),
        ("a =< b", "E0013"),
        ("a = b", "E0011"),
        ("a == b & c == d", "E0013"),
        ("a == b | c == d", "E0013"),
        ("a < b < c", "E0014"),
        ("a == b == c == d", "E0014"),
    ];
    for (expression, code) in mistakes {
        let found = complaints(&format!("fn f() -> T = {expression}; fn g() -> T = 1;"));
        assert!(
            found.lines().all(|line| line.starts_with(code)) && !found.is_empty(),
            "{expression}: {found}"
        );
    }
    check(
        "model M { action a() { x += 1; y++; z := 2; good = 1; } }",
        &["E0013 1:26", "E0013 1:33", "E0013 1:39"],
    );
}

#[test]
fn advice() {
    let helps = [
        ("fn k() -> T = x is A | B;", "stand in parentheses"),
        ("fn i() -> U { 3 }", "follows `=`"),
        ("fn i() -> T = if a { b };", "has both branches"),
        ("model M { action a() { let x: T = 3; } }", "follows from its value"),
        ("model M { var count: bool; }", "`count` is a word of the language"),
        ("model M { action tick when x { } }", "written `action tick() …`"),
        ("const N: 5 = 3;", "are written `0..5`"),
        ("model M { action a() { (x) = 1; } }", "without parentheses"),
        ("model M { action a() { x' = 1; } }", "to the variable itself"),
        ("fn h() -> T = max(1);", "max x in T: f(x)"),
        ("fn f(x: T): U = 3;", "write `->`"),
    ];
    for (text, help) in helps {
        let found = complaints(text);
        assert!(found.lines().count() == 1 && found.contains(help), "{text}: {found}");
    }
}

#[test]
fn what_was_expected() {
    check(
        "check c: M expect fails;\ncheck d: M;\ncheck e M expect holds;\ncheck f: M expect holds states 3;",
        &[
            "E0007 1:19 expected `holds`, `violates`, `deadlock`, `error` or `reaches`, found `fails`",
            "E0007 2:11 expected `with`, `expect` or `(`, found `;`",
            "E0007 3:9 expected `:`, found `M`",
            "E0007 4:25 expected `,` or `;`, found `states`",
        ],
    );
    let wrong = |expression: &str| complaints(&format!("fn f() -> T = {expression};"));
    assert!(wrong("forall x: p").contains("expected `in` or `,`, found `:`"));
    assert!(wrong("forall x in: p").contains("expected a type, a range or a set, found `:`"));
    assert!(wrong("[a; b]").contains("found `;`"));
    assert!(wrong("f(a b)").contains("expected `,`, `)` or an operator, found `b`"), "{}", wrong("f(a b)"));
    assert!(wrong("x is").contains("expected a pattern, found `;`"));
    assert!(wrong("").contains("expected an expression, found `;`"));
    check("model", &["E0007 1:6 expected a name, found the end of the chapter"]);
    check("model M", &["E0007 1:8 expected `(` or `{`, found the end of the chapter"]);
}

#[test]
fn errors_are_in_the_order_of_the_file_and_limited() {
    let (_, diagnostics) = read(&"type = @;\n".repeat(1000));
    assert!(diagnostics.windows(2).all(|pair| pair[0].span().start <= pair[1].span().start));
    assert_eq!(diagnostics.len(), 100);
    assert!(diagnostics[99].notes.iter().any(|note| note.contains("not shown")));
}
