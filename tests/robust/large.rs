//! Chapters that are larger than any that means something: what grows with them is refused, or quick.

use crate::input::Random;

/// One of several shapes, in a random size.
pub(crate) fn large(random: &mut Random) -> String {
    let n = [2, 12, 40, 99, 130, 300][random.below(6)];
    let wide = [3, 100, 1000, 5000, 65536, 65537][random.below(6)];
    let list = |item: &dyn Fn(usize) -> String| (1..n).map(item).collect::<Vec<_>>().join(" ");
    let model = |items: &str| format!("model M {{ {items} }}\ncheck c: M expect holds;\n");
    let last = n - 1;
    match random.below(16) {
        0 => {
            let types = list(&|i| format!("type A{i} = Option<A{}>;", i - 1));
            format!("type A0 = bool; {types} {}", model(&format!("var x: A{last} = any; action a() {{ x = None; }}")))
        }
        1 => {
            let structs = list(&|i| format!("struct A{i} {{ a: A{0}, b: A{0} }}", i - 1));
            let items = format!("var x: A{last} = any; var y: A{last} = any; invariant p: x == y;");
            format!("type A0 = 0..3; {structs} {}", model(&items))
        }
        2 => {
            let enums = list(&|i| format!("enum A{i} {{ B{i}(a: A{0}, b: A{0}), C{i} }}", i - 1));
            let items = format!("var x: A{last} = C{last}; action a(y: A{last}) when x != y {{ x = y; }}");
            format!("type A0 = 0..3; {enums} {}", model(&items))
        }
        3 => {
            let constants = list(&|i| format!("const A{i}: 0..1000 = A{} + 1;", (i + 1) % n));
            format!("{constants} const A0: 0..1000 = 1; {}", model("var x: 0..=A1 = 0;"))
        }
        4 => {
            let functions = list(&|i| format!("fn f{i}(x: 0..9) -> 0..9 = (f{0}(x) + f{0}(x)) % 9;", i - 1));
            let items = format!("var x: 0..9 = 0; action a() {{ x = f{last}(x); }}");
            format!("fn f0(x: 0..9) -> 0..9 = x; {functions} {}", model(&items))
        }
        5 => model(&format!(
            "var a: [bool; {wide}] = false; action go() {{ for i in 0..{wide} {{ a[i] = !a[{wide} - i - 1]; }} }}"
        )),
        6 => model(&format!(
            "var s: Set<0..{wide}> = {{}}; action go(i: 0..{wide}) {{ s = s | {{ x in s if x != i }}; s.insert(i); }}
             invariant p: s.len <= 3; invariant q: forall x in s: exists y in s: x == y;"
        )),
        7 => model(&format!(
            "var q: Seq<Seq<0..3, {n}>, {n}> = []; action go() {{ q.push([1, 2]); q[0].push(0); }}
             invariant p: !([] in q) && q == q; invariant r: forall s in q: 3 in s ==> s.head == 3;"
        )),
        8 => model(&format!(
            "var b: Bag<0..{wide}, {n}> = any; action go(i in b) {{ b.remove(i); b.insert(0); }} invariant p: b.count(0) < 2;"
        )),
        9 => model(&format!(
            "var x: 0..{wide} = any; var y: 0..{wide} = any; init x + y == {n};
             action go(i: 0..{wide}, j: 0..{wide}, k: 0..{wide}) when i * j * k == 7 {{ x = i; y = x; }}"
        )),
        10 => model(&format!(
            "var x: 0..{wide} = 0; invariant p: forall i in 0..{wide}, j in 0..x: (sum k in i..j: k * x) >= 0;"
        )),
        11 => {
            let loops: String = (0..n.min(60)).map(|i| format!("for i{i} in 0..5 {{ ")).collect();
            let ends = "}".repeat(n.min(60));
            model(&format!("var x: 0..9 = 0; action a() {{ {loops} x = (x + i0) % 9; {ends} }}"))
        }
        12 => {
            let arms = list(&|i| {
                let parts: Vec<&str> = (1..n.min(24)).map(|j| if i % j < 2 { "true" } else { "_" }).collect();
                format!("P({}) => {i},", parts.join(", "))
            });
            let fields: Vec<String> = (1..n.min(24)).map(|i| format!("f{i}: bool")).collect();
            format!("struct P {{ {} }} fn g(p: P) -> 0..999 = match p {{ {arms} }};", fields.join(", "))
        }
        13 => {
            let variants: Vec<String> = (0..n * 10).map(|i| format!("V{i}")).collect();
            let rows: String = (0..n * 10).map(|i| format!("V{i} -> V{} | V{};", i * 7 % n, i / 2)).collect();
            format!("enum E {{ {} }} {}", variants.join(", "), model(&format!("table t on x: E {{ {rows} }}")))
        }
        14 => {
            let actions = list(&|i| format!("action a{i}(j: 0..9) when x == {} {{ x = j; }}", i % 9));
            let claims = list(&|i| format!("invariant p{i}: x == {} ==> x < {i};", i % 9));
            model(&format!("var x: 0..9 = 0; {actions} {claims}"))
        }
        _ => model(
            "var a: [Set<0..8>; Set<0..8>] = {}; action go(s: Set<0..8>, t: Set<0..8>) { a[s] = a[t] | s; }
             invariant p: forall s in Set<0..8>: a[s].len < 9;",
        ),
    }
}
