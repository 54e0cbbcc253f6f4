//! Systems whose answers are known.

mod common;

use common::{assert_agreement, philosophers, philosophers_by_parameter, system};
use musilc_explicit::{Mutation, check, check_mutated};
use musilc_ir::{
    Goal, Limits, Outcome, Proof, PropertyId, TransitionSystem, Unknown, Verdict, ViolationKind,
};

fn safety(system: &TransitionSystem) -> Outcome {
    check(system, Goal::All, &Limits::default())
}

/// The kind and depth of a violation.
fn violation(outcome: &Outcome) -> (ViolationKind, u32) {
    match &outcome.verdict {
        Verdict::Violated(violation) => (violation.kind, violation.depth()),
        other => panic!("not violated but {other:?}"),
    }
}

#[test]
fn philosophers_get_stuck_when_each_has_one_fork() {
    for (n, states) in [(2, 6), (3, 14), (4, 34), (5, 82), (6, 198), (7, 478), (8, 1154)] {
        for make in [philosophers, philosophers_by_parameter] {
            assert_eq!(violation(&safety(&make(n, false))), (ViolationKind::Deadlock, n));
            let system = make(n, true);
            for mode in [Mutation::None, Mutation::FreeParameters] {
                let outcome = check_mutated(&system, Goal::All, &Limits::default(), mode);
                assert_eq!(outcome.verdict, Verdict::Proved(Proof::Exhaustive { diameter: n }));
                assert_eq!(outcome.statistics.states, Some(states));
                assert_eq!(outcome.statistics.levels.iter().sum::<u64>(), states);
            }
            if n < 6 {
                assert_agreement(&system);
                assert_agreement(&make(n, false));
            }
        }
    }
}

#[test]
fn twelve_philosophers_have_39202_states() {
    let outcome = safety(&philosophers(12, true));
    assert_eq!((outcome.statistics.states, outcome.statistics.transitions), (Some(39202), Some(304_104)));
    assert_eq!(outcome.statistics.state_bits, Some(24));
}

/// A state of `n` cells of seven bits: more than two words from 19 on.
fn wide(n: u32) -> TransitionSystem {
    let last = n - 1;
    system(&format!(
        "system wide var at: 0..={last} var cell: [0..=99; {n}] var flag: [bool; {n}]
         init at = 0 cell = [7; {n}] flag = [false; {n}]
         transition write(v: 0..=1) when !flag[at]
           cell := cell[at := $v * 92 + 7] flag := flag[at := true]
           at := narrow(at + 1, 0..={last})
         transition back(i: 0..={last}) when flag[{last}] && at == {last} && $i < 2
           cell := cell[$i := 7][{last} - $i := cell[$i]] flag := flag[{last} := $i == 1] at := $i
         terminal holds true
         invariant other holds cell[0] + cell[{last}] < 198 claim true
         step invariant steady holds cell'[1] >= 7 claim true
         reachable full holds cell[{last}] == 99 && flag[{last}] claim true"
    ))
}

#[test]
fn wide_states_are_searched_like_narrow_ones() {
    for n in [2, 7, 8, 9, 16, 18, 20, 30] {
        let system = wide(n);
        assert_agreement(&system);
        let words = musilc_explicit::Layout::new(&system.variables).unwrap().words();
        assert_eq!(
            words,
            if n < 8 {
                1
            } else if n < 16 {
                2
            } else {
                words.max(3)
            }
        );
    }
}

#[test]
fn rows_of_arrays_are_written_in_place() {
    assert_agreement(&system(
        "system rows var m: [[0..=3; 3]; 2] var i: 0..=1 var j: 0..=2
         init m = [[0; 3]; 2] i = 0 j = 0
         transition cell when m[i][j] < 3 m := m[i := m[i][j := narrow(m[i][j] + 1, 0..=3)]]
         transition swap when m[0][0] > m[1][0] m := m[0 := m[1]][1 := m[0]]
         transition twice when m[i][0] == 1 m := m[i := m[i][0 := 2]][1 := m[1][j := 3]]
         transition maybe when j == 2 m := if i == 0 { m[0 := m[0][j := 0]] } else { m[i := m[0]] } j := 0
         transition move(k: 0..=1) when m[0][j] == 2 i := $k j := narrow(j + 1, 0..=2)
         terminal holds true
         invariant small holds m[0][0] + m[1][2] < 6 claim true",
    ));
}

#[test]
fn tables_are_looked_up() {
    assert_agreement(&system(
        "system tables var x: 0..=3 var y: 0..=7
         init x = 0 y = 0
         transition go(p: 0..=1) when [true, false, true, true][x] || $p == 1
           x := [[1, 2, 3, 0], [3, 0, 1, 2]][$p][x] y := [5, 0, y, 7][x]
         terminal holds false
         reachable seven holds y == 7 claim true",
    ));
}

#[test]
fn initial_values_are_found_without_trying_all() {
    // 2^60 bindings, of which the conditions leave two.
    let params: Vec<String> = (0..30).map(|i| format!("p{i}: 0..=3")).collect();
    let equal: Vec<String> = (1..30).map(|i| format!("where $p{i} == $p{}", i - 1)).collect();
    let cells: Vec<String> = (0..30).map(|i| format!("$p{i}")).collect();
    let system = system(&format!(
        "system many var a: [0..=3; 30]
         init ({}) fail division_by_zero if $p3 == 4 - 1 && $p29 == 0 && $p0 == 5 {} where $p0 > 1 a = [{}]
         transition none when false terminal holds true
         invariant read holds a[0] < 4 claim true",
        params.join(", "),
        equal.join(" "),
        cells.join(", "),
    ));
    let outcome = safety(&system);
    assert_eq!(outcome.statistics.states, Some(2));
    assert_eq!(outcome.verdict, Verdict::Proved(Proof::Exhaustive { diameter: 0 }));
}

#[test]
fn a_failing_initial_binding_is_found_without_trying_all() {
    let params: Vec<String> = (0..40).map(|i| format!("p{i}: 0..=3")).collect();
    let system = system(&format!(
        "system many var x: 0..=3
         init ({}) fail division_by_zero if $p20 == 2 && $p30 == 1 where $p0 == 9 - 8 && $p39 > 4 x = $p0
         transition none when false terminal holds true",
        params.join(", "),
    ));
    let limits = Limits {
        deadline: Some(std::time::Instant::now() + std::time::Duration::from_secs(20)),
        ..Limits::default()
    };
    let outcome = check(&system, Goal::All, &limits);
    let Verdict::Violated(found) = outcome.verdict else { panic!("{:?}", outcome.verdict) };
    assert_eq!(found.depth(), 0);
    let mut expected = vec![0; 40];
    (expected[20], expected[30]) = (2, 1);
    assert_eq!(found.trace.init_args, expected);
}

#[test]
fn very_many_instances_stay_symbolic() {
    // 2^24 bindings each, cut down by guards that mention the first parameters only.
    let system = system(
        "system pairs var a: [0..=255; 2]
         init a = [0, 0]
         transition add(p: 0..=255, q: 0..=255, r: 0..=255) when $p == a[0] && $q == a[1] && $r < 2 && a[0] < 40
           a := [narrow($p + 1, 0..=255), narrow($q + $r, 0..=255)]
         terminal holds a[0] == 40",
    );
    let outcome = safety(&system);
    assert_eq!(outcome.statistics.states, Some(41 * 42 / 2));
    assert_eq!(outcome.verdict, Verdict::Proved(Proof::Exhaustive { diameter: 40 }));
}

#[test]
fn many_instances_are_compiled_one_by_one() {
    // 64000 instances, few of which are ever enabled: a[1] is one or two less than a[0], so a[0] gets to 7.
    let system = system(
        "system sums var a: [0..=39; 3] init a = [0, 0, 0]
         transition set(p: 0..=39, q: 0..=39, r: 0..=39)
           when $p == a[0] + 1 && $q <= a[0] && $r == ($p * $q) mod 40 && $q + 2 > a[0] && a[1] < 5
           a := [$p, $q, $r]
         terminal holds true reachable far holds a[0] == 6 claim true",
    );
    let bound = safety(&system);
    let free = check_mutated(&system, Goal::All, &Limits::default(), Mutation::FreeParameters);
    assert_eq!(bound.verdict, free.verdict);
    assert_eq!(bound.statistics.levels, free.statistics.levels);
    assert_eq!(bound.statistics.transitions, free.statistics.transitions);
    assert!(
        matches!(bound.verdict, Verdict::Proved(Proof::Exhaustive { diameter: 7 })),
        "{:?}",
        bound.verdict
    );
}

#[test]
fn more_instances_than_can_be_numbered_are_refused_only_where_they_must_be() {
    let source = "system vast var x: bool init x = false
         transition t(p: 0..=65535, q: 0..=65535, r: 0..=1) when false terminal holds true";
    assert!(matches!(safety(&system(source)).verdict, Verdict::Proved(_)));
    let numbered = safety(&system(&format!("{source} recoverable back holds !x claim true")));
    assert!(matches!(numbered.verdict, Verdict::Unknown(Unknown::Incapable(_))), "{:?}", numbered.verdict);
}

#[test]
fn deep_expressions_are_no_danger() {
    let mut system = system(
        "system deep var x: 0..=7 var a: [0..=7; 3] init x = 0 a = [0, 1, 2]
         transition t when true x := x a := a
         terminal holds false invariant i holds true claim true",
    );
    let cx = &mut system.context;
    let (x, a) = (cx.var(musilc_ir::VarId(0)), cx.var(musilc_ir::VarId(1)));
    let (one, eight) = (cx.int(1), cx.int(8));
    let (mut number, mut array, mut truth) = (x, a, cx.bool(true));
    for step in 0..20_000 {
        let three = cx.int(3);
        let index = cx.rem(number, three);
        let condition = cx.lt(number, eight);
        let element = cx.select(a, index);
        let sum = cx.add([element, number, one]);
        number = cx.rem(sum, eight);
        let smaller = cx.le(number, x);
        let both = cx.and([truth, smaller]);
        truth = if step % 2 == 0 { cx.or([both, condition]) } else { cx.not(both) };
        if step < 3000 {
            let stored = cx.store(array, index, number);
            array = cx.ite(smaller, stored, array);
        }
    }
    system.transitions[0].updates[0].value = number;
    system.transitions[0].updates[1].value = array;
    system.transitions[0].guard = truth;
    system.properties[0].predicate.expr = truth;
    system.terminal.expr = cx.bool(true);
    let outcome = safety(&system);
    let expected = musilc_ir::search::check(&system, Goal::All, &Limits::default()).unwrap();
    assert_eq!(outcome.verdict, expected.verdict);
    assert_eq!(outcome.statistics.levels, expected.statistics.levels);
}

#[test]
fn only_state_properties_are_reached() {
    let system = system(
        "system s var x: bool init x = false transition t when true x := !x terminal holds true
         step invariant p holds true claim true reachable r holds x claim true invariant i holds x claim true",
    );
    let reach = |id| check(&system, Goal::Reach(PropertyId(id)), &Limits::default()).verdict;
    assert!(matches!(reach(0), Verdict::Unknown(Unknown::Incapable(_))));
    assert!(matches!(reach(1), Verdict::Reached(trace) if trace.depth() == 1));
    assert!(matches!(reach(2), Verdict::Reached(trace) if trace.depth() == 1));
    assert!(matches!(reach(3), Verdict::Unknown(Unknown::Incapable(_))));
}

#[test]
fn a_malformed_system_is_refused() {
    let mut system = philosophers(2, true);
    system.init.values.clear();
    assert!(matches!(safety(&system).verdict, Verdict::Unknown(Unknown::Incapable(_))));
}
