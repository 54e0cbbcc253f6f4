//! Well-known systems, sized by a number.

use crate::builder::{Action, Builder, int};
use musilc_ir::{PropertyKind, TransitionSystem, Type};

/// `n` dining philosophers who all take the left fork first: they deadlock after `n` steps, and not before.
pub(crate) fn philosophers(n: u32) -> TransitionSystem {
    let mut b = Builder::new("philosophers");
    let (zero, free) = (b.cx.int(0), b.cx.bool(true));
    let (phase, phase_now) = b.array("phase", n, int(0, 2), zero);
    let (fork, fork_now) = b.array("fork", n, Type::Bool, free);
    let me = b.cx.param(0, n);
    let right = {
        let (one, count) = (b.cx.int(1), b.cx.int(n.into()));
        let next = b.cx.add([me, one]);
        b.cx.rem(next, count)
    };
    let phase_of_me = b.cx.select(phase_now, me);
    let taken = b.cx.bool(false);
    for (from, which) in [(0, me), (1, right)] {
        let (from_value, to_value) = (b.cx.int(from), b.cx.int(from + 1));
        let at_phase = b.cx.eq(phase_of_me, from_value);
        let is_free = b.cx.select(fork_now, which);
        let guard = b.cx.and([at_phase, is_free]);
        let phase_next = b.cx.store(phase_now, me, to_value);
        let fork_next = b.cx.store(fork_now, which, taken);
        let name = if from == 0 { "left" } else { "right" };
        let updates = vec![(phase, phase_next), (fork, fork_next)];
        b.action(name, Action { params: vec![n], guard: Some(guard), updates, ..Action::default() });
    }
    let two = b.cx.int(2);
    let eats = b.cx.eq(phase_of_me, two);
    let phase_next = b.cx.store(phase_now, me, zero);
    let once = b.cx.store(fork_now, me, free);
    let fork_next = b.cx.store(once, right, free);
    let updates = vec![(phase, phase_next), (fork, fork_next)];
    b.action("release", Action { params: vec![n], guard: Some(eats), updates, ..Action::default() });
    b.finish()
}

/// Two-phase commit among `n` participants, with messages that stay: no participant aborts where another commits. All runs
/// end in a decision that everybody knows, where the terminal condition holds.
pub(crate) fn two_phase_commit(n: u32) -> TransitionSystem {
    const WORKING: i64 = 0;
    const PREPARED: i64 = 1;
    const COMMITTED: i64 = 2;
    const ABORTED: i64 = 3;
    let mut b = Builder::new("two-phase commit");
    let (zero, no, yes) = (b.cx.int(0), b.cx.bool(false), b.cx.bool(true));
    let (rm, rm_now) = b.array("rm", n, int(0, 3), zero);
    let (vote, vote_now) = b.array("vote", n, Type::Bool, no);
    // 0 undecided, 1 commit, 2 abort
    let (decision, decision_now) = b.number("decision", 0, 2, 0);
    let me = b.cx.param(0, n);
    let mine = b.cx.select(rm_now, me);
    let working = b.cx.int(WORKING);
    let is_working = b.cx.eq(mine, working);

    let prepared = b.cx.int(PREPARED);
    let rm_next = b.cx.store(rm_now, me, prepared);
    let vote_next = b.cx.store(vote_now, me, yes);
    let updates = vec![(rm, rm_next), (vote, vote_next)];
    b.action("prepare", Action { params: vec![n], guard: Some(is_working), updates, ..Action::default() });

    let aborted = b.cx.int(ABORTED);
    let rm_next = b.cx.store(rm_now, me, aborted);
    b.action(
        "give up",
        Action {
            params: vec![n],
            guard: Some(is_working),
            updates: vec![(rm, rm_next)],
            ..Action::default()
        },
    );

    let undecided = b.cx.eq(decision_now, zero);
    let votes: Vec<_> = (0..i64::from(n))
        .map(|i| {
            let i = b.cx.int(i);
            b.cx.select(vote_now, i)
        })
        .collect();
    let all = b.cx.and(votes);
    let guard = b.cx.and([undecided, all]);
    let commit = b.cx.int(1);
    b.action("commit", Action { guard: Some(guard), updates: vec![(decision, commit)], ..Action::default() });
    let abort = b.cx.int(2);
    b.action(
        "abort",
        Action { guard: Some(undecided), updates: vec![(decision, abort)], ..Action::default() },
    );

    for (name, order, outcome) in [("learn commit", commit, COMMITTED), ("learn abort", abort, ABORTED)] {
        let outcome = b.cx.int(outcome);
        let decided = b.cx.eq(decision_now, order);
        let known = b.cx.eq(mine, outcome);
        let news = b.cx.not(known);
        let guard = b.cx.and([decided, news]);
        let rm_next = b.cx.store(rm_now, me, outcome);
        b.action(
            name,
            Action { params: vec![n], guard: Some(guard), updates: vec![(rm, rm_next)], ..Action::default() },
        );
    }

    let mut consistent = Vec::new();
    let mut all_committed = Vec::new();
    let committed = b.cx.int(COMMITTED);
    for i in 0..i64::from(n) {
        let i = b.cx.int(i);
        let of_i = b.cx.select(rm_now, i);
        let commits = b.cx.eq(of_i, committed);
        all_committed.push(commits);
        for j in 0..i64::from(n) {
            let j = b.cx.int(j);
            let of_j = b.cx.select(rm_now, j);
            let aborts = b.cx.eq(of_j, aborted);
            let both = b.cx.and([commits, aborts]);
            consistent.push(b.cx.not(both));
        }
    }
    let consistent = b.cx.and(consistent);
    b.invariant(consistent);
    let all_committed = b.cx.and(all_committed);
    b.property(PropertyKind::Reachable, all_committed, Vec::new());
    b.terminal(yes, Vec::new());
    b.finish()
}

/// Peterson's lock for two, each forever trying: mutual exclusion holds, and runs never end.
pub(crate) fn peterson() -> TransitionSystem {
    let mut b = Builder::new("peterson");
    let (zero, no, yes) = (b.cx.int(0), b.cx.bool(false), b.cx.bool(true));
    let (pc, pc_now) = b.array("pc", 2, int(0, 3), zero);
    let (wants, wants_now) = b.array("wants", 2, Type::Bool, no);
    let (turn, turn_now) = b.number("turn", 0, 1, 0);
    let me = b.cx.param(0, 2);
    let one = b.cx.int(1);
    let other = b.cx.sub(one, me);
    let mine = b.cx.select(pc_now, me);
    let other_wants = b.cx.select(wants_now, other);
    let my_turn = b.cx.eq(turn_now, me);
    let not_wanted = b.cx.not(other_wants);
    let may_enter = b.cx.or([not_wanted, my_turn]);
    let raise = b.cx.store(wants_now, me, yes);
    let lower = b.cx.store(wants_now, me, no);
    let stages = [
        ("want", yes, vec![(wants, raise)]),
        ("yield", yes, vec![(turn, other)]),
        ("enter", may_enter, vec![]),
        ("leave", yes, vec![(wants, lower)]),
    ];
    for (from, (name, condition, mut updates)) in (0..).zip(stages) {
        let (from_value, to_value) = (b.cx.int(from), b.cx.int((from + 1) % 4));
        let here = b.cx.eq(mine, from_value);
        let guard = b.cx.and([here, condition]);
        updates.push((pc, b.cx.store(pc_now, me, to_value)));
        b.action(name, Action { params: vec![2], guard: Some(guard), updates, ..Action::default() });
    }
    let critical = b.cx.int(3);
    let inside: Vec<_> = [zero, one]
        .map(|i| {
            let at = b.cx.select(pc_now, i);
            b.cx.eq(at, critical)
        })
        .into();
    let both = b.cx.and(inside);
    let exclusive = b.cx.not(both);
    b.invariant(exclusive);
    b.finish()
}

/// `n` counters to `max`, of which any may be raised; the sum first exceeds `limit` after `limit + 1` steps.
pub(crate) fn counters(n: u32, max: i64, limit: i64) -> TransitionSystem {
    let mut b = Builder::new("counters");
    let zero = b.cx.int(0);
    let (count, now) = b.array("count", n, int(0, max), zero);
    let me = b.cx.param(0, n);
    let mine = b.cx.select(now, me);
    let (most, one) = (b.cx.int(max), b.cx.int(1));
    let guard = b.cx.lt(mine, most);
    let more = b.cx.add([mine, one]);
    let more = b.cx.narrow(more, 0, max);
    let next = b.cx.store(now, me, more);
    b.action(
        "raise",
        Action { params: vec![n], guard: Some(guard), updates: vec![(count, next)], ..Action::default() },
    );
    let all: Vec<_> = (0..i64::from(n))
        .map(|i| {
            let i = b.cx.int(i);
            b.cx.select(now, i)
        })
        .collect();
    let sum = b.cx.add(all);
    let limit = b.cx.int(limit);
    let small = b.cx.le(sum, limit);
    b.invariant(small);
    let yes = b.cx.bool(true);
    b.terminal(yes, Vec::new());
    b.finish()
}
