//! Formulas and fairness assumptions on lassos, by hand and against the definitions written out.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod systems;

use musilc_ir::lasso::Lasso;
use musilc_ir::{
    Formula, FormulaKind, State, Step, Trace, TransitionId, TransitionSystem, Type, Value, text,
};
use systems::{Builder, many, one, run, state, taken, two};

/// How a word ends.
#[derive(Clone, Copy)]
enum End {
    /// The last position is followed by this one.
    Back(usize),
    /// The last position stutters.
    Stutters,
}
use End::{Back, Stutters};

/// Two conditions, `p` and `q`, and transitions `go(n)` and `other`.
struct Words {
    system: TransitionSystem,
    p: Formula,
    q: Formula,
}

fn words() -> Words {
    let mut b = Builder::new("words");
    let (p, q) = (b.var("p", Type::Bool, 0), b.var("q", Type::Bool, 0));
    let cx = b.cx();
    let (p, q, yes) = (cx.var(p), cx.var(q), cx.bool(true));
    b.transition("go", yes, &[]).params = vec![systems::range_param("n", 3)];
    b.transition("other", yes, &[]);
    Words { system: b.done(), p: state(p), q: state(q) }
}

/// A word, one position after the other: which conditions are true there, as in `p pq - q`. The step from position `i` is `go(i mod 3)`.
fn word(text: &str, end: End) -> Trace {
    let states: Vec<State> = text
        .split(' ')
        .map(|at| State(vec![Value::Bool(at.contains('p')), Value::Bool(at.contains('q'))]))
        .collect();
    let step = |number: usize, to: usize| Step {
        transition: TransitionId(0),
        args: vec![u32::try_from(number % 3).unwrap()],
        state: Some(states[to].clone()),
    };
    let last = states.len() - 1;
    let mut steps: Vec<Step> = (0..last).map(|number| step(number, number + 1)).collect();
    let back_to = match end {
        Back(to) => {
            steps.push(step(last, to));
            to
        }
        Stutters => last,
    };
    let back_to = Some(u32::try_from(back_to).unwrap());
    Trace { init_args: Vec::new(), initial: Some(states[0].clone()), steps, back_to }
}

/// The truth of a formula at each position, as in `1101`.
fn truth(words: &Words, formula: &Formula, trace: &Trace) -> String {
    let truth = Lasso::new(trace).unwrap().truth(&words.system, formula).unwrap();
    truth.into_iter().map(|at| if at { '1' } else { '0' }).collect()
}

#[test]
fn each_operator_says_what_it_should() {
    let w = words();
    let (p, q) = (&w.p, &w.q);
    let trace = word("p p q -", Back(2));
    let not = |a: &Formula| one(FormulaKind::Not, a);
    let next = |a: &Formula| one(FormulaKind::Next, a);
    let always = |a: &Formula| one(FormulaKind::Always, a);
    let eventually = |a: &Formula| one(FormulaKind::Eventually, a);
    let never = many(FormulaKind::Any, &[]);
    for (number, (formula, expected)) in [
        (p.clone(), "1100"),
        (not(p), "0011"),
        (many(FormulaKind::All, &[]), "1111"),
        (never.clone(), "0000"),
        (many(FormulaKind::All, &[p, &next(p)]), "1000"),
        (many(FormulaKind::Any, &[q, &next(q)]), "0111"),
        (two(FormulaKind::Implies, p, q), "0011"),
        (two(FormulaKind::Implies, q, p), "1101"),
        (two(FormulaKind::Iff, p, q), "0001"),
        (next(p), "1000"),
        (next(q), "0101"),
        (next(&next(q)), "1010"),
        (always(p), "0000"),
        (always(&not(p)), "0011"),
        (eventually(p), "1100"),
        (eventually(q), "1111"),
        (always(&eventually(q)), "1111"),
        (eventually(&always(q)), "0000"),
        (eventually(&always(&not(p))), "1111"),
        (two(FormulaKind::Until, p, q), "1110"),
        (two(FormulaKind::Until, q, p), "1100"),
        (two(FormulaKind::Until, &not(q), &never), "0000"),
        (two(FormulaKind::Until, &not(p), &never), "0000"),
        (two(FormulaKind::WeakUntil, p, q), "1110"),
        (two(FormulaKind::WeakUntil, &not(p), &never), "0011"),
        (two(FormulaKind::Release, q, p), "0000"),
        (two(FormulaKind::Release, p, &not(q)), "1100"),
        (two(FormulaKind::Release, &never, &not(p)), "0011"),
        (two(FormulaKind::Release, q, &not(p)), "0011"),
        (two(FormulaKind::LeadsTo, p, q), "1111"),
        (two(FormulaKind::LeadsTo, q, p), "0000"),
        (two(FormulaKind::LeadsTo, &never, &never), "1111"),
        (two(FormulaKind::Until, p, &two(FormulaKind::Until, q, &not(p))), "1111"),
        (not(&two(FormulaKind::Implies, &eventually(q), p)), "0011"),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(truth(&w, &formula, &trace), expected, "number {number}: {:?}", formula.kind);
    }
}

#[test]
fn a_run_that_stutters_stays_and_takes_nothing() {
    let w = words();
    let (p, q) = (&w.p, &w.q);
    let go = &taken(0, &[None]);
    let says = |formula: &Formula, text: &str, expected: &str| {
        assert_eq!(truth(&w, formula, &word(text, Stutters)), expected, "{:?} of {text}", formula.kind);
    };
    says(&one(FormulaKind::Eventually, p), "- p", "11");
    says(&one(FormulaKind::Always, p), "- p", "01");
    says(&one(FormulaKind::Next, p), "- p", "11");
    says(&one(FormulaKind::Next, p), "p -", "00");
    says(go, "- p", "10");
    says(&one(FormulaKind::Always, go), "- p", "00");
    says(&one(FormulaKind::Next, go), "- - p", "100");
    says(&two(FormulaKind::WeakUntil, p, q), "- p", "01");
    says(&two(FormulaKind::Until, p, q), "- p", "00");
    says(&two(FormulaKind::Release, q, p), "- p", "01");
    says(&two(FormulaKind::LeadsTo, q, p), "q - p", "111");
    // The initial state alone.
    says(&one(FormulaKind::Always, p), "p", "1");
    says(&one(FormulaKind::Next, p), "p", "1");
    says(go, "p", "0");
}

#[test]
fn a_step_from_a_state_to_itself_is_taken() {
    let w = words();
    let (stays, stutters) = (word("p", Back(0)), word("p", Stutters));
    let go = one(FormulaKind::Always, &taken(0, &[None]));
    assert_eq!(truth(&w, &go, &stays), "1");
    assert_eq!(truth(&w, &go, &stutters), "0");
    assert_eq!(stays.lasso(), Some((0, 1)));
    assert_eq!(stutters.lasso(), Some((0, 1)));
    assert_eq!(word("p q -", Back(1)).lasso(), Some((1, 2)));
    assert_eq!(word("p q -", Stutters).lasso(), Some((2, 1)));
}

#[test]
fn it_matters_where_the_loop_starts() {
    let w = words();
    let p = &w.p;
    let again = one(FormulaKind::Always, &one(FormulaKind::Eventually, p));
    let settles = one(FormulaKind::Eventually, &one(FormulaKind::Always, p));
    for (back_to, recurs, stays) in [(0, "111", "000"), (1, "111", "000"), (2, "111", "111")] {
        let trace = word("p - p", Back(back_to));
        assert_eq!(truth(&w, &again, &trace), recurs, "{back_to}");
        assert_eq!(truth(&w, &settles, &trace), stays, "{back_to}");
    }
    assert_eq!(truth(&w, &again, &word("p p -", Back(1))), "111");
    assert_eq!(truth(&w, &again, &word("p p -", Back(2))), "000");
    assert_eq!(truth(&w, &one(FormulaKind::Next, p), &word("p - -", Back(0))), "001");
}

#[test]
fn taken_speaks_of_the_step_from_here() {
    let w = words();
    let trace = word("- - - -", Back(1));
    for (formula, expected) in [
        (taken(0, &[None]), "1111"),
        (taken(0, &[Some(0)]), "1001"),
        (taken(0, &[Some(1)]), "0100"),
        (taken(0, &[Some(2)]), "0010"),
        (taken(1, &[]), "0000"),
    ] {
        assert_eq!(truth(&w, &formula, &trace), expected, "{:?}", formula.kind);
    }
}

/// The truth at a position by the definition, as far as the word can bring anything new.
fn by_definition(words: &Words, formula: &Formula, lasso: &Lasso<'_>, at: usize) -> bool {
    let truth = |formula: &Formula, at| by_definition(words, formula, lasso, at);
    let count = 2 * lasso.letters().len();
    let walk: Vec<usize> = std::iter::successors(Some(at), |at| Some(lasso.after(*at))).take(count).collect();
    let all = |a: &Formula, upto: usize| walk[..upto].iter().all(|at| truth(a, *at));
    let until = |a: &Formula, b: &Formula| (0..count).any(|k| truth(b, walk[k]) && all(a, k));
    match &formula.kind {
        FormulaKind::State(_) | FormulaKind::Taken { .. } => lasso.truth(&words.system, formula).unwrap()[at],
        FormulaKind::Next(a) => truth(a, walk[1]),
        FormulaKind::Always(a) => all(a, count),
        FormulaKind::Eventually(a) => walk.iter().any(|at| truth(a, *at)),
        FormulaKind::Until(a, b) => until(a, b),
        FormulaKind::WeakUntil(a, b) => until(a, b) || all(a, count),
        FormulaKind::Release(a, b) => {
            (0..count).all(|k| truth(b, walk[k]) || !all(&one(FormulaKind::Not, a), k))
        }
        FormulaKind::LeadsTo(a, b) => {
            let answered = |k: usize| {
                let later = std::iter::successors(Some(walk[k]), |at| Some(lasso.after(*at))).take(count);
                later.into_iter().any(|at| truth(b, at))
            };
            (0..count).all(|k| !truth(a, walk[k]) || answered(k))
        }
        FormulaKind::Not(a) => !truth(a, at),
        FormulaKind::All(parts) => parts.iter().all(|part| truth(&part.formula, at)),
        FormulaKind::Any(parts) => parts.iter().any(|part| truth(&part.formula, at)),
        FormulaKind::Implies(a, b) => !truth(a, at) || truth(b, at),
        FormulaKind::Iff(a, b) => truth(a, at) == truth(b, at),
    }
}

#[test]
fn all_short_words_are_as_defined() {
    let w = words();
    let binary = [
        FormulaKind::Until,
        FormulaKind::WeakUntil,
        FormulaKind::Release,
        FormulaKind::LeadsTo,
        FormulaKind::Iff,
    ];
    let unary = [FormulaKind::Not, FormulaKind::Next, FormulaKind::Always, FormulaKind::Eventually];
    let mut formulas: Vec<Formula> = binary.iter().map(|kind| two(*kind, &w.p, &w.q)).collect();
    formulas.extend(unary.iter().map(|kind| one(*kind, &w.p)));
    for inner in formulas.clone() {
        formulas.extend(unary.iter().map(|kind| one(*kind, &inner)));
        formulas.extend(binary.iter().map(|kind| two(*kind, &inner, &w.q)));
        formulas.extend(binary.iter().map(|kind| two(*kind, &w.p, &inner)));
    }
    let mut compared = 0;
    for length in 1..=3usize {
        for code in 0..4usize.pow(u32::try_from(length).unwrap()) {
            let letters: Vec<&str> =
                (0..length).map(|at| ["-", "p", "q", "pq"][code >> (2 * at) & 3]).collect();
            for end in (0..length).map(Back).chain([Stutters]) {
                let trace = word(&letters.join(" "), end);
                let lasso = Lasso::new(&trace).unwrap();
                for formula in &formulas {
                    let truth = lasso.truth(&w.system, formula).unwrap();
                    let defined: Vec<bool> =
                        (0..length).map(|at| by_definition(&w, formula, &lasso, at)).collect();
                    assert_eq!(truth, defined, "{:?} of {letters:?}", formula.kind);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 30_000, "{compared}");
}

#[test]
fn what_is_no_lasso_is_none() {
    let good = word("p q", Back(1));
    assert!(Lasso::new(&good).is_some());
    let without = |change: &dyn Fn(&mut Trace)| {
        let mut trace = good.clone();
        change(&mut trace);
        Lasso::new(&trace).is_none()
    };
    assert!(without(&|t| t.back_to = None));
    assert!(without(&|t| t.back_to = Some(3)));
    assert!(without(&|t| t.initial = None));
    assert!(without(&|t| t.steps[1].state = None));
    assert_eq!(Lasso::new(&good).unwrap().in_loop(), 1..2);
    assert_eq!(Lasso::new(&word("p q", Stutters)).unwrap().in_loop(), 1..2);
}

/// `go(n)` is enabled where `x` is `n`, and writes `y`; `x` may stay as it is or become the other of 0 and 1.
fn fair(fairness: &str) -> TransitionSystem {
    text::parse(&format!(
        "system fair var x: 0..=1 var y: 0..=1 init(y: 0..=1) x = 0 y = $y
         transition stay when true
         transition toggle when true x := 1 - x
         {fairness} transition go(n: 0..=1) when x == $n y := $n
         terminal holds true"
    ))
    .unwrap()
}

/// Which of the assumptions of a system a lasso keeps to, in order.
fn kept(system: &TransitionSystem, trace: &Trace) -> Vec<bool> {
    let lasso = Lasso::new(trace).unwrap();
    system.fairness_constraints().map(|constraint| lasso.keeps(system, &constraint).unwrap()).collect()
}

/// The name, the initial `y`, the steps, where the loop starts; then what is kept: weak and strong fairness by instance, weak and strong
/// as a whole.
type Case<'a> = (&'a str, u32, &'a [(u32, &'a [u32])], u32, [bool; 2], [bool; 2], bool, bool);

#[test]
fn fairness_is_of_the_loop() {
    const STAY: (u32, &[u32]) = (0, &[]);
    const TOGGLE: (u32, &[u32]) = (1, &[]);
    const GO_0: (u32, &[u32]) = (2, &[0]);
    const GO_1: (u32, &[u32]) = (2, &[1]);
    let cases: [Case<'_>; 7] = [
        ("0 is always enabled", 0, &[STAY], 0, [false, true], [false, true], false, false),
        ("taking it before does not help", 0, &[GO_0, STAY], 1, [false, true], [false, true], false, false),
        ("each now and then", 0, &[TOGGLE, TOGGLE], 0, [true, true], [false, false], false, false),
        ("0 is taken", 0, &[GO_0], 0, [true, true], [true, true], true, true),
        ("1 is taken", 1, &[TOGGLE, GO_1, TOGGLE], 0, [true, true], [false, true], true, true),
        ("1 for ever after a stem", 0, &[TOGGLE, STAY], 1, [true, false], [true, false], false, false),
        ("longer", 0, &[STAY, STAY, GO_0, STAY], 1, [true, true], [true, true], true, true),
    ];
    for (name, y, steps, back_to, weak, strong, weak_whole, strong_whole) in cases {
        let of = |fairness: &str| {
            let system = fair(fairness);
            kept(&system, &run(&system, &[y], steps, Some(back_to)))
        };
        assert_eq!(of(""), [true; 0], "{name}");
        assert_eq!(of("weak"), weak, "weak: {name}");
        assert_eq!(of("strong"), strong, "strong: {name}");
        assert_eq!(of("weak whole"), [weak_whole], "weak whole: {name}");
        assert_eq!(of("strong whole"), [strong_whole], "strong whole: {name}");
    }
}

#[test]
fn a_run_that_stutters_is_fair() {
    for fairness in ["weak", "strong", "weak whole", "strong whole"] {
        let system = text::parse(&format!(
            "system ends var x: 0..=2 init x = 0 {fairness} transition t(n: 0..=1) when x == $n x := x + 1
             terminal holds true"
        ));
        let system = system.unwrap();
        let trace = run(&system, &[], &[(0, &[0]), (0, &[1])], Some(2));
        assert!(kept(&system, &trace).into_iter().all(|kept| kept), "{fairness}");
    }
}

#[test]
fn assumptions_come_in_order() {
    let system = text::parse(
        "system s var x: 0..=1 init x = 0 strong transition a(n: 0..=1, m: 0..=1) when true
         transition b when true weak whole transition c(n: 0..=4) when true weak transition d when true
         terminal holds true",
    )
    .unwrap();
    let all: Vec<(u32, Option<Vec<u32>>, bool)> =
        system.fairness_constraints().map(|c| (c.transition.0, c.args, c.strong)).collect();
    let a = |args: [u32; 2]| (0, Some(args.to_vec()), true);
    assert_eq!(
        all,
        [a([0, 0]), a([0, 1]), a([1, 0]), a([1, 1]), (2, None, false), (3, Some(Vec::new()), false)]
    );
}
