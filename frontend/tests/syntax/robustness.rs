//! No input makes the parser panic, overflow the stack, or take long.

use musilc_frontend::diagnostic::{Code, has_errors};
use musilc_frontend::literate::Source;
use musilc_frontend::parse::parse;

const SEED_TEXT: &str = "# T\n\n```musil
/// Doc.
const N: 2..=16 = 5; type Actor = 0..N; enum Msg { Vote(rm: Rm, yes: bool), /// x
Commit } struct Line { state: Mesi, value: [Option<0..=2>; Actor] }
fn quorum(s: Set<Actor>) -> bool = 2 * s.len > N && forall x in s: x' >= 0;
model M(atomic: bool) {
    var x: 0..=2 = 0; var q: Seq<Bag<Msg, 2>, 3> = any; init x == 0 || q.len != 1;
    action a(p: Actor, m in q) when !atomic && m is Some(v) {
        let y = q.pop(); x[1].f = if y { 1 } else { -2 };
        if x == 1 { q.push(y); } else if y { } else { x = {1, 2} | { z in T if z }; }
        match m { Vote(rm, ..) => { x = 1; } Commit | _ => x = 2, }
        for i in 0..2 { f[i] = match i { 0 => min(1, 2), _ => sum k in T: k }; }
    }
    terminal forall p in Actor: done[p];
    invariant e: count p, r in Proc: pc[p] == Critical <= 1;
    step invariant m: term' >= term; reachable d: (x <==> y) ==> z;
    table life on status: Status = A { A -> B | C; D; } table u on s: T from \"life.toml\";
}
protocol P(n: 0..=2, ref r: bool) {
    message Say(a: bool); part q[i: Actor] = M(i, ref r); sync q.a with q.a;
    node A[i: Actor] {
        stable var s: bool = false; strong fair on start { send Say(true) to all B; set t; }
        on Say(true) from p when s { reply Say(a: false); if s { send Say(s) to A[p]; } else { cancel t; } }
        on timeout t { } on restart { send Say(s) to B; }
    }
    node B { fair on Say(..) { set u in 1..=n; set u in 2..; } on timeout u { set u in n; } }
    fair clock until n + 1;
    network fifo, shared, lossy, capacity n + 1, when full block, strong fair;
    faults { crash A at most n, fair restart; partition {A[0], B} | {A[1]}, heal; corrupt Say(_) into Say(true); lose Say; }
}
check broken: M(atomic: false) expect violates e in 4; check ok: M(true) expect holds, states 12;
```

```trace broken
x
```
";

/// A small generator of pseudo-random numbers (xorshift64*, Vigna 2016), so that every run does the same.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound.max(1)
    }
}

/// Reads the text as both kinds of files and checks what must hold of any result.
fn survive(text: &str) {
    for name in ["a.md", "a.musil"] {
        let source = Source::new(name, text);
        let (chapter, diagnostics) = parse(&source);
        for diagnostic in &diagnostics {
            for label in &diagnostic.labels {
                assert!(text.get(label.span.range()).is_some(), "{:?} in {text:?}", label.span);
            }
            assert!(!diagnostic.message.is_empty());
        }
        let tree = format!("{chapter:?}");
        if tree.contains("kind: Error }") || tree.contains("body: [Error") {
            assert!(has_errors(&diagnostics), "silent error node in {text:?}");
        }
    }
}

#[test]
fn the_seed_is_sound() {
    let (_, diagnostics) = parse(&Source::new("a.md", SEED_TEXT));
    assert_eq!(crate::list(SEED_TEXT, &diagnostics), "");
}

#[test]
fn random_characters() {
    let alphabet: Vec<char> = "abz_09 \n\r\t\"'`~#{}[]()<>=!&|+-*/%.,;:@äß∀∧\u{feff}".chars().collect();
    let mut random = Random(7);
    for _ in 0..2000 {
        let length = random.below(120);
        let text: String = (0..length).map(|_| alphabet[random.below(alphabet.len())]).collect();
        survive(&text);
    }
}

#[test]
fn random_words() {
    let words: Vec<&str> =
        SEED_TEXT.split_whitespace().chain(["{", "}", "(", ")", "[", "]", ";", "==", "///"]).collect();
    let mut random = Random(11);
    for _ in 0..2000 {
        let length = random.below(60);
        let text: String = (0..length).map(|_| words[random.below(words.len())].to_owned() + " ").collect();
        survive(&text);
        survive(&format!("model M {{ action a() {{ {text} }} }}"));
    }
}

#[test]
fn mutations() {
    let mut random = Random(13);
    let chars: Vec<char> = SEED_TEXT.chars().collect();
    for _ in 0..2000 {
        let mut text = chars.clone();
        for _ in 0..=random.below(4) {
            let (at, length) = (random.below(text.len()), random.below(12));
            let end = (at + length).min(text.len());
            match random.below(4) {
                0 => drop(text.drain(at..end)),
                1 => text.truncate(at.max(1)),
                2 => {
                    let from = random.below(text.len());
                    let part: Vec<char> = text[from..(from + length).min(text.len())].to_vec();
                    text.splice(at..at, part);
                }
                _ => text[at] = chars[random.below(chars.len())],
            }
        }
        survive(&text.into_iter().collect::<String>());
    }
}

#[test]
fn every_prefix() {
    for (end, _) in SEED_TEXT.char_indices() {
        survive(&SEED_TEXT[..end]);
    }
}

#[test]
fn trees_stay_shallow() {
    let many = |part: &str, count: usize| part.repeat(count);
    let expressions = [
        many("!", 100_000) + "a",
        many("-", 100_000) + "a",
        many("a + ", 100_000) + "a",
        many("a ==> ", 100_000) + "a",
        many("a == ", 100_000) + "a",
        "a".to_owned() + &many(".f", 100_000),
        "a".to_owned() + &many("'", 100_000),
        "a".to_owned() + &many("[0]", 100_000),
        many("forall x in T: ", 100_000) + "a",
        many("count x in T: ", 100_000) + "a",
        many("if a { b } else ", 100_000) + "{ c }",
        many("(", 100_000) + "a" + &many(")", 100_000),
        many("[", 100_000) + "a" + &many("]", 100_000),
        many("{", 100_000) + "a" + &many("}", 100_000),
        many("f(", 100_000) + "a" + &many(")", 100_000),
        "a is ".to_owned() + &many("A(", 100_000) + "a" + &many(")", 100_000),
        "x in ".to_owned() + &many("{ x in ", 300) + "a" + &many("}", 300),
    ];
    for expression in &expressions {
        let text = format!("fn f() -> T = {expression};");
        let (_, diagnostics) = parse(&Source::new("a.musil", text));
        let deep = diagnostics.iter().any(|diagnostic| diagnostic.code == Code::TooDeep);
        // A chain of comparisons is reported as such and never nested.
        let chained = diagnostics.iter().any(|diagnostic| diagnostic.code == Code::ChainedComparison);
        assert!(deep || chained, "{}", &expression[..40]);
        assert!(diagnostics.len() < 10, "{} errors for {}", diagnostics.len(), &expression[..40]);
    }
    let statements = [
        many("if a { } else ", 100_000) + "{ }",
        many("if a { ", 100_000) + &many("}", 100_000),
        many("for x in T { ", 1000) + &many("}", 1000),
        many("match a { _ => ", 1000) + "{ }" + &many("}", 1000),
    ];
    for statement in &statements {
        let text = format!("model M {{ action a() {{ {statement} }} }}");
        let (_, diagnostics) = parse(&Source::new("a.musil", text));
        assert!(
            diagnostics.iter().any(|diagnostic| diagnostic.code == Code::TooDeep),
            "{}",
            &statement[..20]
        );
    }
    let text = format!("type T = {}bool{};", many("Option<", 100_000), many(">", 100_000));
    let (_, diagnostics) = parse(&Source::new("a.musil", text));
    assert!(diagnostics.iter().any(|diagnostic| diagnostic.code == Code::TooDeep));
}

#[test]
fn what_is_within_the_limits_is_read() {
    let chain = "a + ".repeat(400) + "a";
    let nested = "(".repeat(190) + "a" + &")".repeat(190);
    crate::sound(&format!("fn f() -> T = {chain}; fn g() -> T = {nested};"));
    let alternatives = "if a { x = 1; } else ".repeat(400) + "{ }";
    crate::sound(&format!("model M {{ action a() {{ {alternatives} }} }}"));
}

#[test]
fn shared_domains_do_not_explode() {
    // Each level would double the size of the tree.
    let mut domain = "s".to_owned();
    for _ in 0..60 {
        domain = format!("{{ x in s if forall a, b in {domain}: p }}");
    }
    let (_, diagnostics) = parse(&Source::new("a.musil", format!("fn f() -> T = {domain};")));
    assert!(diagnostics.iter().any(|diagnostic| diagnostic.code == Code::TooDeep));
}

#[test]
fn large_programs_with_mistakes_are_read_quickly() {
    let mut text = String::from("model M { action a() {\n");
    for line in 0..100_000 {
        text.push_str(if line % 1000 == 0 { "x = ;\n" } else { "x = y + 1;\n" });
    }
    text.push_str("} }");
    let begin = std::time::Instant::now();
    let (_, diagnostics) = parse(&Source::new("a.musil", text));
    assert!(!diagnostics.is_empty());
    assert!(begin.elapsed().as_secs() < 60, "took {:?}", begin.elapsed());
}
