//! Characters, numbers, comments, strings.

use musilc_frontend::ast::{ItemKind, ModelItemKind, TypeKind, VarInit};

use crate::{complaints, show, sound};

fn value(text: &str) -> String {
    let chapter = sound(&format!("const N: T = {text};"));
    match &chapter.items[0].kind {
        ItemKind::Const { value, .. } => show::expr(value),
        other => panic!("not a constant: {other:?}"),
    }
}

#[test]
fn numbers() {
    assert_eq!(value("0"), "0");
    assert_eq!(value("007"), "7");
    assert_eq!(value("1_000_000"), "1000000");
    assert_eq!(value("1_099_511_627_776"), "1099511627776");
    assert_eq!(
        complaints("const N: T = 1099511627777;"),
        "E0004 1:14 this number is too large (the greatest number that can be written is 2^40 = 1099511627776)\n"
    );
    assert!(complaints("const N: T = 99999999999999999999999999999999;").starts_with("E0004 1:14"));
    assert!(complaints("const N: T = 3x;").starts_with("E0005 1:14 `3x` is not a number"));
    assert!(complaints("const N: T = 1.5 + 2;").starts_with("E0005 1:14 numbers have no fractions"));
}

#[test]
fn numbers_beside_dots() {
    let chapter = sound("type A = 0..2; type B = 0..=2; type C = N..M;");
    let closed: Vec<_> = chapter
        .items
        .iter()
        .map(|item| match &item.kind {
            ItemKind::Type { ty, .. } => matches!(ty.kind, TypeKind::Range { closed: true, .. }),
            other => panic!("not a type: {other:?}"),
        })
        .collect();
    assert_eq!(closed, [false, true, false]);
}

#[test]
fn comments_are_no_tokens() {
    assert_eq!(value("1 // one\n + /* two // */ 2 //// three\n //\n"), "(+ 1 2)");
    assert_eq!(value("/**/ 1 /* /* */"), "1");
    assert_eq!(value("1 / 2"), "(/ 1 2)");
    assert!(complaints("const N: T = 1; /* const M").starts_with("E0002 1:17"));
}

#[test]
fn documentation_is_kept_line_by_line() {
    let chapter =
        sound("/// One\n///two\n///\n///  three  \n//// no\n// no\nconst N: T = 1;\nconst M: T = 2;");
    assert_eq!(chapter.items[0].doc.as_deref(), Some("One\ntwo\n\n three"));
    assert_eq!(chapter.items[0].span.start, 46);
    assert_eq!(chapter.items[1].doc, None);
}

#[test]
fn documentation_of_nothing_is_warned_of() {
    assert!(complaints("/// stray").starts_with("W0001 1:1"));
    assert!(complaints("model M {\n /// stray\n}").starts_with("W0001 2:2"));
    assert!(
        complaints("model M { action a() {\n /// stray\n /// twice\n x = 1; } }").starts_with("W0001 2:2")
    );
    assert!(complaints("model M(/// stray\n a: bool) { }").starts_with("W0001 1:9"));
    assert!(complaints("enum A { B, /// stray\n }").starts_with("W0001 1:13"));
    assert_eq!(complaints("model M { action a() {\n /// stray\n /// twice\n x = 1; } }").lines().count(), 1);
}

#[test]
fn characters_without_meaning() {
    assert!(complaints("const N: T = 1 @ 2;").starts_with("E0001 1:16 `@` has no meaning here"));
    assert_eq!(
        complaints("const N: T = 1 @ 2;").lines().count(),
        1,
        "no second message about the same place"
    );
    assert_eq!(complaints("const N: T = @@@@@1;").lines().count(), 1, "one message for a run");
    assert!(complaints("fn f() → T = 1;").contains("write `->`"));
    assert!(complaints("const größe: T = 1;").contains("names consist of"));
    assert!(complaints("const N: T = 1\u{a0}+ 1;").contains("special blank"));
    assert!(complaints("const N: T = “a”;").contains("quotation marks"));
    assert!(complaints("fn f() -> T = a /\\ b;").contains("and is written `&&`"));
}

#[test]
fn strings() {
    assert!(complaints("model M { table t on v: T from \"a;\n}").starts_with("E0003 1:32"));
    sound("model M { table t on v: T from \"\"; table u on w: T from \"// no comment /* */ ü\"; }");
}

#[test]
fn primes_and_underscores() {
    assert_eq!(value("x' + _y'[_1]'"), "(+ (' x) (' (index (' _y) _1)))");
    assert!(complaints("const _: T = 1;").starts_with("E0007 1:7 expected a name, found `_`"));
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let chapter = sound("\u{feff}const N: T = 1;");
    assert_eq!(chapter.items[0].span.start, 3);
}

#[test]
fn values_of_variables() {
    let chapter = sound("model M { var x: T = any; }");
    let ItemKind::Model { items, .. } = &chapter.items[0].kind else { panic!() };
    let ModelItemKind::Var { init: VarInit::Any(span), .. } = &items[0].kind else { panic!() };
    assert_eq!(span.range(), 21..24);
}
