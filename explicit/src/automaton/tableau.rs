//! From a formula to an automaton: each state is a set of formulas that hold from here on, and each transition one way to make them
//! true, with what is left for the next position.
//!
//! This is the construction of Couvreur ("On-the-fly verification of linear temporal logic", 1999), which descends from that of Gerth,
//! Peled, Vardi and Wolper (1995): acceptance is on transitions, one set for each `until`, and holds those transitions that do not put
//! its fulfilment off. So `G F a` is an automaton of one state.

use super::formula::{Formulas, Id, Node};
use super::{Automaton, Edge, Halt, Label};
use crate::cycle::Pause;
use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::ops::ControlFlow;
use std::rc::Rc;

/// The most states of an automaton.
const MOST_STATES: usize = 5_000;

/// The most ways to make a set of formulas true, before those that say less are dropped.
const MOST_COVERS: usize = 5_000;

/// The most transitions.
const MOST_EDGES: usize = 200_000;

/// The most acceptance sets.
const MOST_SETS: usize = 64;

/// A way to make formulas true.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
struct Cover {
    /// Literals that must be true here: twice the atom, and one more for its negation; ascending.
    literals: Vec<u32>,
    /// Formulas that must be true at the next position; ascending.
    next: Vec<Id>,
    /// Those `until`s whose fulfilment is put off; ascending.
    promised: Vec<Id>,
}

/// The automaton that accepts just the words on which the formula is true.
pub(super) fn automaton(formulas: &mut Formulas, root: Id, pause: Pause<'_>) -> Result<Automaton, Halt> {
    let mut tableau = Tableau { formulas, pause, covers: FxHashMap::default(), untils: IndexSet::default() };
    let mut states: IndexSet<Vec<Id>, FxBuildHasher> = IndexSet::default();
    let mut edges: Vec<Vec<(Label, usize, Vec<Id>)>> = Vec::new();
    let mut count = 0;
    if let Some(first) = tableau.normal(&[root]) {
        states.insert(first);
    }
    while let Some(state) = states.get_index(edges.len()).cloned() {
        let mut own = Vec::new();
        for cover in tableau.covers_of_all(&state)? {
            let Some(target) = tableau.normal(&cover.next) else { continue };
            let target = states.insert_full(target).0;
            own.push((Label::new(&cover.literals), target, cover.promised));
        }
        count += own.len();
        edges.push(own);
        if states.len() > MOST_STATES || count > MOST_EDGES {
            return Err(Halt::TooLarge);
        }
    }
    let untils = tableau.untils;
    if untils.len() > MOST_SETS {
        return Err(Halt::TooLarge);
    }
    let all = if untils.len() == MOST_SETS { u64::MAX } else { (1 << untils.len()) - 1 };
    let edge = |(label, target, promised): (Label, usize, Vec<Id>)| {
        let put_off = promised.iter().filter_map(|until| untils.get_index_of(until));
        Edge { label, target, accepting: put_off.fold(all, |sets, set| sets & !(1 << set)) }
    };
    let edges = edges.into_iter().map(|own| own.into_iter().map(edge).collect()).collect();
    Ok(Automaton { edges, all, atoms: formulas.atoms.iter().cloned().collect() })
}

struct Tableau<'f> {
    formulas: &'f mut Formulas,
    pause: Pause<'f>,
    covers: FxHashMap<Id, Rc<[Cover]>>,
    /// Those that some transition puts off.
    untils: IndexSet<Id, FxBuildHasher>,
}

impl Tableau<'_> {
    /// The set of formulas that says the same in fewest words; `None` where they contradict each other.
    fn normal(&mut self, formulas: &[Id]) -> Option<Vec<Id>> {
        let all = self.formulas.and(formulas.to_vec());
        let mut set = match self.formulas.node(all) {
            Node::False => return None,
            Node::True => return Some(Vec::new()),
            Node::And(parts) => parts.to_vec(),
            _ => vec![all],
        };
        // Whoever keeps `a R b` keeps `b` now, and so need not be told. This also holds of what `b` puts off.
        let mut implied: Vec<Id> = Vec::new();
        for &id in &set {
            if let Node::Release(_, b) = self.formulas.node(id) {
                match self.formulas.node(*b) {
                    Node::And(parts) => implied.extend_from_slice(parts),
                    _ => implied.push(*b),
                }
            }
        }
        set.retain(|id| !implied.contains(id));
        Some(set)
    }

    fn covers_of_all(&mut self, formulas: &[Id]) -> Result<Vec<Cover>, Halt> {
        let all = self.covers_of_each(formulas)?;
        for cover in &all {
            self.untils.extend(cover.promised.iter().copied());
        }
        Ok(all)
    }

    /// The ways to make all of these true. Those with many go first: they tend to say what the others do, and so the products stay small.
    fn covers_of_each(&mut self, formulas: &[Id]) -> Result<Vec<Cover>, Halt> {
        let mut factors = Vec::with_capacity(formulas.len());
        for &id in formulas {
            factors.push(self.covers_of(id)?);
        }
        factors.sort_by_key(|factor| std::cmp::Reverse(factor.len()));
        let mut all = vec![Cover::default()];
        for factor in factors {
            all = product(&all, &factor, self.pause)?;
        }
        Ok(all)
    }

    fn covers_of(&mut self, id: Id) -> Result<Rc<[Cover]>, Halt> {
        if let Some(known) = self.covers.get(&id) {
            return Ok(Rc::clone(known));
        }
        let covers = match self.formulas.node(id).clone() {
            Node::True => vec![Cover::default()],
            Node::False => Vec::new(),
            Node::Literal(atom, positive) => {
                vec![Cover { literals: vec![atom * 2 + u32::from(!positive)], ..Cover::default() }]
            }
            Node::And(parts) => self.covers_of_each(&parts)?,
            Node::Or(parts) => {
                let mut all = Vec::new();
                for &part in &parts {
                    all.extend_from_slice(&self.covers_of(part)?);
                }
                all
            }
            Node::Next(a) => vec![Cover { next: vec![a], ..Cover::default() }],
            Node::Until(a, b) => {
                let mut all = self.covers_of(b)?.to_vec();
                let later = Cover { next: vec![id], promised: vec![id], ..Cover::default() };
                let own = self.covers_of(a)?;
                all.extend(product(&own, &[later], self.pause)?);
                all
            }
            Node::Release(a, b) => {
                let mut rest = self.covers_of(a)?.to_vec();
                rest.push(Cover { next: vec![id], ..Cover::default() });
                let own = self.covers_of(b)?;
                product(&own, &rest, self.pause)?
            }
        };
        let covers: Rc<[Cover]> = least(covers, self.pause)?.into();
        self.covers.insert(id, Rc::clone(&covers));
        Ok(covers)
    }
}

/// The ways to make both true.
fn product(one: &[Cover], other: &[Cover], pause: Pause<'_>) -> Result<Vec<Cover>, Halt> {
    let mut all = Vec::new();
    for a in one {
        go_on(pause)?;
        for b in other {
            let literals = union(&a.literals, &b.literals);
            let contradicts = literals.windows(2).any(|pair| pair[0] % 2 == 0 && pair[0] + 1 == pair[1]);
            if !contradicts {
                let (next, promised) = (union(&a.next, &b.next), union(&a.promised, &b.promised));
                all.push(Cover { literals, next, promised });
            }
        }
        if all.len() > MOST_COVERS {
            return Err(Halt::TooLarge);
        }
    }
    least(all, pause)
}

fn go_on(pause: Pause<'_>) -> Result<(), Halt> {
    match pause() {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(stop) => Err(Halt::Stop(stop)),
    }
}

/// Drops every way that demands all that another one demands.
fn least(mut covers: Vec<Cover>, pause: Pause<'_>) -> Result<Vec<Cover>, Halt> {
    if covers.len() > MOST_COVERS {
        return Err(Halt::TooLarge);
    }
    covers.sort_unstable();
    covers.dedup();
    // What demands less comes first, so it is kept before it is compared.
    covers.sort_by_key(|cover| cover.literals.len() + cover.next.len() + cover.promised.len());
    let mut kept: Vec<Cover> = Vec::new();
    for cover in covers {
        go_on(pause)?;
        let weaker = |k: &Cover| {
            within(&k.literals, &cover.literals)
                && within(&k.next, &cover.next)
                && within(&k.promised, &cover.promised)
        };
        if !kept.iter().any(weaker) {
            kept.push(cover);
        }
    }
    Ok(kept)
}

/// The union of two ascending lists.
fn union(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut all: Vec<u32> = a.iter().chain(b).copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether all of one ascending list are in another.
fn within(a: &[u32], b: &[u32]) -> bool {
    a.iter().all(|item| b.binary_search(item).is_ok())
}
