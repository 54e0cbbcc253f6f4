//! Faults seeded into the encoding are found out by the comparison that the other tests rely on.

use crate::builder::{Action, Builder};
use crate::compare::agree;
use crate::random_system;
use musilc_symbolic::{Mutation, Options};

/// How many of so many random systems tell the fault from the sound encoding.
fn found_out(mutation: Mutation) -> usize {
    let options = Options { depth: 5, ..Options::default() };
    (0..100)
        .map(|number| random_system::system(&random_system::bytes(number, 300)))
        .filter(|system| agree(system, &options, mutation).is_err())
        .count()
}

#[test]
fn the_sound_encoding_is_not_accused() {
    assert_eq!(found_out(Mutation::None), 0);
}

#[test]
fn a_missing_frame_condition_is_found_out() {
    assert!(found_out(Mutation::DropLastFrame) > 0);
}

#[test]
fn a_loose_comparison_is_found_out() {
    assert!(found_out(Mutation::LooseLess) > 0);
}

#[test]
fn a_forgotten_instance_is_found_out() {
    assert!(found_out(Mutation::ForgetInstance) > 0);
}

#[test]
fn an_order_of_steps_that_do_not_commute_is_found_out() {
    // What is declared last has to come first.
    let mut b = Builder::new("backwards");
    let [x, y, z] = ["x", "y", "z"].map(|name| b.number(name, 0, 1, 0));
    let (zero, one) = (b.cx.int(0), b.cx.int(1));
    for ((variable, now), (_, before)) in [(z, y), (y, x)] {
        let (is_set, is_ready) = (b.cx.eq(now, one), b.cx.eq(before, one));
        let is_unset = b.cx.not(is_set);
        let guard = b.cx.and([is_unset, is_ready]);
        b.action(
            "pass on",
            Action { guard: Some(guard), updates: vec![(variable, one)], ..Action::default() },
        );
    }
    b.action("start", Action { updates: vec![(x.0, one)], ..Action::default() });
    let never = b.cx.eq(z.1, zero);
    b.invariant(never);
    let system = b.finish();
    let options = Options { depth: 5, ..Options::default() };
    agree(&system, &options, Mutation::None).unwrap();
    assert!(agree(&system, &options, Mutation::CommuteAll).is_err());
    assert!(found_out(Mutation::CommuteAll) > 0);
}

#[test]
fn initial_parameters_out_of_range_are_found_out() {
    // Below three, no number but 1 has an odd square; 3 would, in as many bits.
    let mut b = Builder::new("odd");
    b.init_params(&[3]);
    let (p, one, four) = (b.cx.param(0, 3), b.cx.int(1), b.cx.int(4));
    let square = b.cx.mul(p, p);
    let remainder = b.cx.rem(square, four);
    let is_odd = b.cx.eq(remainder, one);
    let is_one = b.cx.eq(p, one);
    let is_other = b.cx.not(is_one);
    b.system.init.conditions = vec![is_odd, is_other];
    b.action("stay", Action::default());
    let system = b.finish();
    // By cases, a number without a value has no case.
    let options = Options { most_cases: 1, ..Options::default() };
    agree(&system, &options, Mutation::None).unwrap();
    assert!(agree(&system, &options, Mutation::FreeInitParams).is_err());
}
