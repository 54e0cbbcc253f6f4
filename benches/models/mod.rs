//! Systems that benchmarks run on.
#![allow(dead_code, reason = "no benchmark uses all of them")]

use musilc_ir::{TransitionSystem, text};

fn parse(source: &str) -> TransitionSystem {
    text::parse(source).unwrap_or_else(|error| panic!("{error}\n{source}"))
}

/// `n` dining philosophers (Dijkstra, EWD310) who take the left fork, then the right, then put both back; being stuck is no fault here.
pub(crate) fn philosophers(n: u32) -> TransitionSystem {
    let last = n - 1;
    parse(&format!(
        "system philosophers var fork: [0..=2; {n}] init fork = [0; {n}]
         transition left(p: 0..={last}) when fork[$p] == 0 fork := fork[$p := 1]
         transition right(p: 0..={last}) when fork[$p] == 1 && fork[($p + 1) mod {n}] == 0
           fork := fork[($p + 1) mod {n} := 2]
         transition put(p: 0..={last}) when fork[$p] == 1 && fork[($p + 1) mod {n}] == 2
           fork := fork[$p := 0][($p + 1) mod {n} := 0]
         terminal holds true"
    ))
}

/// The bakery (Lamport, *A New Solution of Dijkstra's Concurrent Programming Problem*, 1974) of `n` processes, with tickets up to `most`: who
/// would draw a higher one waits. Arithmetic, conditions over all processes, a step invariant.
pub(crate) fn bakery(n: u32, most: u32) -> TransitionSystem {
    let last = n - 1;
    let others = |p: &str, text: &dyn Fn(u32) -> String| -> String {
        (0..n).map(|q| format!("({p} == {q} || {})", text(q))).collect::<Vec<_>>().join(" && ")
    };
    let above = (0..n).map(|q| format!("ticket[{q}] < $t")).collect::<Vec<_>>().join(" && ");
    let tight = (0..n).map(|q| format!("ticket[{q}] == $t - 1")).collect::<Vec<_>>().join(" || ");
    let first = others("$p", &|q| {
        format!(
            "pc[{q}] != 1 && (ticket[{q}] == 0 || ticket[$p] < ticket[{q}] || ticket[$p] == ticket[{q}] && $p < {q})"
        )
    });
    let critical = (0..n).flat_map(|p| (0..p).map(move |q| format!("!(pc[{p}] == 3 && pc[{q}] == 3)")));
    let critical = critical.collect::<Vec<_>>().join(" && ");
    parse(&format!(
        "system bakery var pc: [0..=3; {n}] var ticket: [0..={most}; {n}]
         init pc = [0; {n}] ticket = [0; {n}]
         transition enter(p: 0..={last}) when pc[$p] == 0 pc := pc[$p := 1]
         transition draw(p: 0..={last}, t: 0..={most}) when pc[$p] == 1 && ({above}) && ({tight})
           pc := pc[$p := 2] ticket := ticket[$p := $t]
         transition go(p: 0..={last}) when pc[$p] == 2 && {first} pc := pc[$p := 3]
         transition leave(p: 0..={last}) when pc[$p] == 3 pc := pc[$p := 0] ticket := ticket[$p := 0]
         terminal holds true
         invariant exclusion holds {critical} claim {critical}
         step invariant tickets holds ticket'[0] == 0 || ticket[0] == 0 || ticket'[0] == ticket[0] claim true"
    ))
}

/// A sender, a receiver and a queue of `n` places that loses messages: stores at computed positions.
pub(crate) fn channel(n: u32) -> TransitionSystem {
    let last = n - 1;
    parse(&format!(
        "system channel var len: 0..={n} var head: 0..={last} var slot: [0..=3; {n}] var sent: 0..=3 var got: 0..=3
         init len = 0 head = 0 slot = [0; {n}] sent = 0 got = 0
         transition send when len < {n}
           slot := slot[(head + len) mod {n} := sent] len := narrow(len + 1, 0..={n}) sent := (sent + 1) mod 4
         transition receive when len > 0
           got := slot[head] slot := slot[head := 0] head := (head + 1) mod {n} len := narrow(len - 1, 0..={n})
         transition lose(at: 0..={last}) when $at < len && slot[(head + $at) mod {n}] != 0
           slot := slot[(head + $at) mod {n} := 0]
         terminal holds false
         invariant room holds len <= {n} claim true"
    ))
}

/// `n` philosophers who take the lower fork first, every action fair in the same way (`weak`, `strong` or nothing). With a formula, the
/// property is temporal; fork `p` is 0 on the table, 1 in the hand of philosopher `p`, 2 in that of the one before.
pub(crate) fn ordered_philosophers(n: u32, fairness: &str, formula: Option<&str>) -> TransitionSystem {
    let last = n - 1;
    let property = formula.map(|formula| format!("temporal p holds true claim true formula {formula}"));
    parse(&format!(
        "system philosophers var fork: [0..=2; {n}] init fork = [0; {n}]
         {fairness} transition first(p: 0..={last}) when $p < {last} && fork[$p] == 0 fork := fork[$p := 1]
         {fairness} transition second(p: 0..={last}) when $p < {last} && fork[$p] == 1 && fork[($p + 1) mod {n}] == 0
           fork := fork[($p + 1) mod {n} := 2]
         {fairness} transition put(p: 0..={last}) when fork[$p] == 1 && fork[($p + 1) mod {n}] == 2
           fork := fork[$p := 0][($p + 1) mod {n} := 0]
         {fairness} transition last_first when fork[0] == 0 fork := fork[0 := 2]
         {fairness} transition last_second when fork[0] == 2 && fork[{last}] == 0 fork := fork[{last} := 1]
         terminal holds false {}",
        property.unwrap_or_default()
    ))
}

/// Again and again, somebody eats.
pub(crate) fn progress(n: u32) -> String {
    let eats = (0..n).map(|p| format!("fork[{p}] == 1 && fork[{}] == 2", (p + 1) % n));
    let some = eats.collect::<Vec<_>>().join(" || ");
    format!("always {{ eventually {{ condition {some} }} }}")
}

/// A ring of 29 states with forty weakly fair actions, and idling; it recurs.
pub(crate) fn forty_fair_actions() -> TransitionSystem {
    let action = |number: usize| {
        let at = number % 29;
        format!("weak transition t{number} when x == {at} x := {} ", (at + 1) % 29)
    };
    let actions: String = (0..40).map(action).collect();
    parse(&format!(
        "system ring var x: 0..=28 init x = 0 {actions} transition idle when true x := x terminal holds false
         temporal p holds true claim true formula always {{ eventually {{ condition x == 0 }} }}"
    ))
}
