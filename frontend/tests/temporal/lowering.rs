//! Fairness, enabledness, failures, probes and expectations.

use crate::{compiled, property, system};
use musilc_frontend::Expect;
use musilc_ir::{FairUnit, Fairness, ProbeKind, PropertyKind};

const CHAPTER: &str = "type T = 0..2;
    model M {
        var x: 0..4 = 0;
        var open: Set<T> = {};
        fair action a(p: T) when x + p < 3 { x = x + 1; }
        strong fair as one action b(m in open) { open.remove(m); }
        action c() {}
        strong fair table t on v: V { On -> Off; Off -> On; }
        property f: always (6 / x == 2 ==> eventually 6 / x == 1) && (x == 1 ~> x == 2);
        invariant e: enabled(a) <==> x < 3;
        invariant m: enabled(b(1)) <==> 1 in open;
        recoverable r: always possible x == 0;
    }
    enum V { On, Off }
    check c: M expect violates f in stem 1 loop 2;
    check d: M expect violates r in 3;";

#[test]
fn fairness_of_actions_and_tables() {
    let fairness: Vec<Fairness> = system(CHAPTER).transitions.iter().map(|t| t.fairness).collect();
    let strong = Fairness::Strong;
    assert_eq!(
        fairness,
        [
            Fairness::Weak(FairUnit::Instance),
            strong(FairUnit::Whole),
            Fairness::None,
            strong(FairUnit::Instance)
        ]
    );
}

#[test]
fn failures_and_probes() {
    let system = system(CHAPTER);
    let f = property(&system, "f");
    assert_eq!(f.kind, PropertyKind::Temporal);
    assert_eq!(system.context.as_bool(f.predicate.expr), Some(true));
    // The same division fails in the same states, so it is there once.
    assert_eq!(f.predicate.failures.len(), 1);
    let of_f = |kind: &ProbeKind| matches!(kind, ProbeKind::Antecedent { property } if property == "f");
    assert_eq!(system.probes.iter().filter(|probe| of_f(&probe.kind)).count(), 2);
    let r = property(&system, "r");
    assert!(r.kind == PropertyKind::Recoverable && r.formula.is_none());
}

#[test]
fn enabled_is_the_guard_and_the_membership() {
    let system = system(CHAPTER);
    for (name, failures) in [("e", 0), ("m", 0)] {
        assert_eq!(property(&system, name).predicate.failures.len(), failures, "{name}");
    }
    let printed = musilc_ir::text::print(&system);
    assert!(printed.contains("open[1]"), "{printed}");
}

#[test]
fn expected_lengths() {
    let program = compiled(CHAPTER);
    let expected =
        |property: &str, depth, lasso| Expect::Violates { property: property.to_owned(), depth, lasso };
    assert_eq!(program.checks()[0].expect, expected("f", None, Some((1, 2))));
    assert_eq!(program.checks()[1].expect, expected("r", Some(3), None));
}
