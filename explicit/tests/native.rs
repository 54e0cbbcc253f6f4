//! Machine code against the interpreter, state by state.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod common;

use common::generate::{choices, generate};
use common::system;
use musilc_explicit::Mutation;
use musilc_explicit::internals::Engine;
use musilc_ir::{Goal, TransitionSystem, text};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::HashSet;

/// The first difference between both in up to `most` states, those reachable from the initial ones first.
fn difference(system: &TransitionSystem, mutation: Mutation, most: usize) -> Option<String> {
    let engine = Engine::new(system).unwrap();
    let mutant = Engine::mutated(system, mutation).unwrap();
    let width = engine.layout().words();
    let goals = [Goal::All, Goal::Reach(0usize.into())];
    let goals = &goals[..if system.properties.is_empty() { 1 } else { 2 }];
    let natives: Vec<_> = goals.iter().map(|&goal| (goal, mutant.native(system, goal).unwrap())).collect();
    let mut pending: Vec<Vec<u64>> = engine.initial().chunks(width).map(<[u64]>::to_vec).collect();
    pending.reverse();
    let mut seen = HashSet::new();
    while let Some(state) = pending.pop() {
        if seen.len() >= most || !seen.insert(state.clone()) {
            continue;
        }
        for (goal, native) in &natives {
            let (expected, found) = (engine.view(system, *goal, &state), native.view(&state).unwrap());
            // Where a value leaves its type the interpreter gives up.
            let same = expected.as_ref().map_or(found.odd, |expected| *expected == found);
            if !same {
                return Some(format!(
                    "in {state:x?} expected {expected:#x?}\nfound {found:#x?}\n{}",
                    text::print(system)
                ));
            }
        }
        let (_, next) = engine.successors(&state);
        pending.extend(next.chunks(width).map(<[u64]>::to_vec));
    }
    None
}

fn compare(system: &TransitionSystem, most: usize) {
    if let Some(why) = difference(system, Mutation::None, most) {
        panic!("{why}");
    }
}

/// How many systems to generate: `MUSILC_SOAK` times as many as usual.
fn cases() -> u32 {
    let times = std::env::var("MUSILC_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1u32);
    1200 * times
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 4000, ..ProptestConfig::default() })]

    #[test]
    fn agree_on_generated_systems(choices in choices()) {
        compare(&generate(&choices), 100);
    }
}

#[test]
fn agree_on_philosophers() {
    compare(&common::philosophers(9, true), 300);
    compare(&common::philosophers(40, true), 300);
    compare(&common::philosophers_by_parameter(40, true), 100);
    // Many words.
    compare(&common::philosophers(400, true), 30);
}

#[test]
fn faults_are_noticed() {
    let mut runner = TestRunner::deterministic();
    let mut unnoticed = vec![
        Mutation::DropLastUpdate,
        Mutation::LessIsLessOrEqual,
        Mutation::NarrowTooTight,
        Mutation::ForgetOneInstance,
        Mutation::DropLastConjunct,
    ];
    for _ in 0..500 {
        let system = generate(&choices().new_tree(&mut runner).unwrap().current());
        unnoticed.retain(|&mutation| difference(&system, mutation, 50).is_none());
        if unnoticed.is_empty() {
            return;
        }
    }
    panic!("nothing shows {unnoticed:?}");
}

#[test]
fn agree_on_arrays_over_several_words() {
    // 21 cells of 3 bits fill a word but for one bit; 16 of 4 bits fill it.
    for (most, count) in [(6, 50), (15, 40), (1, 130), (100_000, 9)] {
        let last = count - 1;
        compare(
            &system(&format!(
                "system s var a: [0..={most}; {count}] var i: 0..={last} var s: 0..={most}
                 init a = [0; {count}] i = 0 s = 0
                 transition walk when true
                   a := a[i := narrow(a[i] + a[narrow(i * 7 mod {count}, 0..={last})] + 1, 0..={most})]
                   i := narrow((i + 5) mod {count}, 0..={last})
                   s := a[i]
                 transition twice when a[i] != 1 && i < a[narrow({last} - i, 0..={last})] + 9
                   a := if s == 1 {{ a }} else {{ a[i := 0][narrow(i + 1, 0..={last}) := s] }}
                   i := narrow((i + 11) mod {count}, 0..={last})
                 transition fixed when a[3] < 5 a := a[{last} := 1][3 := narrow(a[3] + 1, 0..={most})]
                 terminal holds false
                 invariant p holds a[i] <= a[{last}] + 1 claim true
                 step invariant q holds a'[i'] == a[i] || a'[i] >= s' claim true
                 reachable r holds a[narrow(i + 2, 0..={last})] == 1 claim true
                 probes antecedent p: a[i] == 0 antecedent p: a[{last}] == 1"
            )),
            400,
        );
    }
}

#[test]
fn agree_on_rows_and_tables() {
    compare(
        &system(
            "system s var a: [[-1..=1; 3]; 12] var i: 0..=11 var j: 0..=2 var t: -70..=900
             init a = [[0; 3]; 12] i = 0 j = 0 t = 0
             transition row when true a := a[i := a[narrow(11 - i, 0..=11)]] i := narrow(i + 1, 0..=11)
             transition cell when [true, false, true][j]
               a := a[i := a[i][j := [1, -1, 0][j]]] j := narrow(j + 1, 0..=2)
             transition table(k: 0..=3) when [5, 3, 900, -70, 8, 1, 1, 2, 2, 9, 9, 10][i] != t
               t := [5, 3, 900, -70, 8, 1, 1, 2, 2, 9, 9, 10][narrow(i + $k, 0..=11)]
             transition shift when j != 1 a := a[2 := [a[2][1], a[2][2], 0]] j := 1
             transition count when 1 < (if a[0][0] == 1 { 1 } else { 0 }) + (if a[1][0] == 1 { 1 } else { 0 })
                 + (if a[2][0] == 1 { 1 } else { 0 }) + (if a[3][0] == 1 { 1 } else { 0 }) + t
               i := 0
             terminal holds true
             invariant p
               holds (a[0][0] != 1 || a[0][1] != -1) && (a[1][0] != 1 || a[1][1] != -1)
                 && (a[2][0] != 1 || a[2][1] != -1) && (a[3][0] != 1 || a[3][1] != -1) && (i < 4 || t < 900)
               claim true",
        ),
        1000,
    );
}

#[test]
fn agree_on_arithmetic_with_all_signs() {
    let most = 1i64 << 60;
    compare(
        &system(&format!(
            "system s var x: -{most}..={most} var y: -3..=3 var z: -{most}..={most} var w: 0..={most}
             init x = -{most} y = -3 z = 0 w = {most}
             transition next when true y := narrow(y + 1, -3..=3)
             transition divide when true z := x div y x := x mod y
             transition more(k: 0..=2) when z != 5 x := narrow(x + z - $k, -{most}..={most}) z := z div (x - 1)
             transition large when x < z x := -{most} w := w div 3
             transition other when x mod 7 == 3 || w mod 10 < 4 z := narrow(y * 1234567 + w mod (w + 1), -1000..=5000)
             transition negative when x div -3 < 5 && y mod -2 == 1 x := {most} z := y div 2 - y mod 2
             transition leaves when z < 9 y := narrow(z mod (y * y + 2), -3..=4) w := x + 5
             terminal holds false
             invariant p holds x div z <= 100 && x - z < 7 claim true"
        )),
        2000,
    );
}

#[test]
fn agree_where_something_fails() {
    compare(
        &system(
            "system s var x: 0..=9 var y: 0..=9 var b: [bool; 4]
             init x = 0 y = 0 b = [false; 4]
             transition up(k: 1..=2)
               fail division_by_zero if x + $k == 8 && y == 3
               when x + $k < 12
               fail out_of_range(0..=9, \"x\") if x + $k > 9
               fail not_in_bag if b[3] && y == 2
               x := narrow(x + $k, 0..=9) b := b[narrow(x, 0..=3) := true]
             transition before when x < 4 && y != 1 b := b[0 := true]
             transition leaves when x < 4 && y != 1 y := y + x
             transition only when b[2] && x < 8 && y == 5 y := narrow(x * 3, 0..=9) b := b[2 := false]
             transition off when y > 0 y := narrow(y - 1, 0..=9) x := 0
             terminal holds false
             invariant p fail no_value if y == 4 && x == 9 holds x != 7 || y != 2 claim true
             step invariant q fail no_value if y' == 4 && x == 8 holds y' >= x || x' > 3 claim true
             reachable r fail empty_sequence if b[1] && x == 5 holds y == 7 claim true
             temporal t holds true claim true formula always { eventually { condition x == 3 } }",
        ),
        1000,
    );
}

#[test]
fn agree_on_arrays_far_apart() {
    // 36 bits lie between an element of `a` and that of `b`; `c` is in another word.
    let each = |element: &dyn Fn(u32) -> String| (0..8).map(element).collect::<Vec<_>>().join(", ");
    compare(
        &system(&format!(
            "system s var a: [0..=2; 8] var between: 0..=1000000 var b: [0..=2; 8] var c: [0..=2; 8]
             init a = [0; 8] between = 5 b = [0; 8] c = [0; 8]
             transition one(i: 0..=7, v: 0..=2) when b[$i] != 1
               a := a[$i := $v] c := c[$i := 0] between := between * 7 mod 1000001
             transition other(i: 0..=7, v: 0..=2) when a[$i] != $v b := b[$i := $v]
             transition to_a when between mod 3 == 0 a := [{}]
             transition to_c when between mod 3 != 1 c := [{}]
             terminal holds false",
            each(&|j| format!("if b[{j}] != 2 && c[{j}] != 1 {{ 1 }} else {{ a[{j}] }}")),
            each(&|j| format!("if a[{j}] != 1 && b[{j}] != 2 {{ 2 }} else {{ c[{j}] }}")),
        )),
        500,
    );
}

#[test]
fn agree_on_deep_expressions() {
    let mut shared = "%1 = x %2 = x == 3".to_owned();
    for number in 1..3000 {
        let (value, condition) = (2 * number - 1, 2 * number);
        shared += &format!(
            "\n%{} = if y[{}] == 1 {{ narrow(%{value} + 1, -5..=9) }} else {{ narrow(0 - %{value}, -5..=9) }}
             %{} = if x < {} {{ !%{condition} }} else {{ y[{}] == 1 && %{condition} || %{value} == 2 }}",
            value + 2,
            number % 5,
            condition + 2,
            number % 9,
            number % 5,
        );
    }
    compare(
        &system(&format!(
            "system s var x: -5..=9 var y: [0..=1; 5]
             shared {shared}
             init x = 0 y = [0; 5]
             transition a when %6000 x := %5999
             transition b(i: 0..=4) when x != $i y := y[$i := narrow(1 - y[$i], 0..=1)]
             transition c when x < 9 x := narrow(x + 1, -5..=9)
             terminal holds true"
        )),
        500,
    );
}

/// A system whose transitions go through arrays element by element, made of some choices.
fn loops(choices: &[u16]) -> TransitionSystem {
    let mut choices = choices.iter();
    let mut below = |n: usize| choices.next().map_or(0, |&choice| usize::from(choice) % n);
    let count = [3, 4, 5, 7, 8, 9, 11, 16, 17][below(9)];
    let last = count - 1;
    // Often as wide as each other.
    let (some, other) = ([1, 1, 2, 3, 5, 7, 15][below(7)], [1, 2, 3, 5, 7, 15][below(6)]);
    let most = [some, if below(2) == 0 { some } else { other }];
    let mut condition = |j: &str| {
        let one = |below: &mut dyn FnMut(usize) -> usize| {
            let which = below(2);
            let (array, k) = (["a", "b"][which], below(most[which] + 1));
            match below(7) {
                0 | 1 => format!("{array}[{j}] == {k}"),
                2 | 3 => format!("{array}[{j}] != {k}"),
                4 => format!("{array}[{j}] < {k}"),
                5 => format!("c[{j}]"),
                _ => format!("!c[{j}]"),
            }
        };
        let (x, y, z) = (one(&mut below), one(&mut below), one(&mut below));
        let text = match below(5) {
            0 => x,
            1 => format!("{x} && {y}"),
            2 => format!("({x} || {y})"),
            3 => format!("({x} || {y} && {z})"),
            _ => format!("!({x} && {y}) && {z}"),
        };
        (text, below(most[0] + 1), below(most[1] + 1), below(2) == 0)
    };
    let templates: Vec<_> = (0..12).map(|_| condition("?")).collect();
    let at = |template: usize, j: usize| templates[template].0.replace('?', &j.to_string());
    let list = |template: usize, sign: &str| {
        (0..count).map(|j| format!("({})", at(template, j))).collect::<Vec<_>>().join(sign)
    };
    let number = |template: usize| {
        let ones = (0..count).map(|j| format!("(if {} {{ 1 }} else {{ 0 }})", at(template, j)));
        ones.collect::<Vec<_>>().join(" + ")
    };
    let chain = |template: usize, old: &str, new: &dyn Fn(usize, &str) -> String| {
        (0..count).fold(old.to_owned(), |inner, j| {
            format!("(if $i != {j} && ({}) {{ {} }} else {{ {inner} }})", at(template, j), new(j, old))
        })
    };
    // One assignment to each element, in order, as a loop has it.
    let stores = |template: usize, array: &str, value: &dyn Fn(usize) -> String| {
        let mut shared = String::new();
        let mut before = array.to_owned();
        for j in 0..count {
            shared += &format!(
                "%{} = if $i != {j} && ({}) {{ {before}[{j} := {}] }} else {{ {before} }}\n",
                j + 1,
                at(template, j),
                value(j)
            );
            before = format!("%{}", j + 1);
        }
        (shared, before)
    };
    let (_, k0, k1, flag) = templates[0];
    let (to_a, a) = stores(1, "a", &|_| k0.to_string());
    let (to_b, b) = stores(2, "b", &|j| {
        if flag { k1.to_string() } else { format!("narrow(a[{j}], 0..={})", most[1]) }
    });
    let (to_c, c) = stores(3, "c", &|_| flag.to_string());
    let highest = chain(4, "m", &|j, _| format!("narrow(a[{j}] + 0, 0..={})", most[0]));
    let some = chain(5, "false", &|j, _| format!("c[{j}]"));
    system(&format!(
        "system loops var a: [0..={0}; {count}] var b: [0..={1}; {count}] var c: [bool; {count}] var m: 0..={0}
         init a = [0; {count}] b = [0; {count}] c = [false; {count}] m = 0
         transition to_a(i: 0..={last})
           {to_a} when a[$i] == 0 || c[$i] a := {a}[$i := narrow(a[$i] + 1, 0..={0})] m := {highest}
         transition to_b(i: 0..={last})
           {to_b} when {2} b := {b}
         transition to_c(i: 0..={last})
           {to_c} when {3} c := {c}[$i := {some}]
         transition up(i: 0..={last}) when a[$i] < {0} a := a[$i := narrow(a[$i] + 1, 0..={0})]
         transition flip(i: 0..={last}) when b[$i] != {k1} b := b[$i := {k1}] c := c[$i := !c[$i]]
         transition again(i: 0..={last}) when b[$i] == {k1} b := b[$i := narrow(b[$i] + 1, 0..={1})]
         terminal holds false
         invariant p holds {4} + {4} <= 2 && ({5}) claim true
         reachable q holds {6} < {7} + 1 claim true",
        most[0],
        most[1],
        list(6, " || "),
        list(7, " && "),
        number(8),
        list(9, " || "),
        number(10),
        number(11)
    ))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases() / 10, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn agree_on_loops_over_arrays(choices in proptest::collection::vec(any::<u16>(), 120)) {
        compare(&loops(&choices), 100);
    }
}
