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
