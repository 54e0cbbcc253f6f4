//! What a run must do so that a formula is true of it, one position after the other.
//!
//! A *promise* is a bit of the state: the formula that it belongs to is needed at this position. What is needed at a position follows
//! from the promises by going down the formulas, and leads to conditions on the state and step, and to promises for the next position.
//! Only where there are several ways to make something true does a guess choose one of them. (This is the alternating automaton of the
//! formula, run as one without universal choice: Gastin and Oddoux, "Fast LTL to Büchi automata translation", 2001.) Needing less is
//! never harder, so nobody promises more than what is needed.

use super::normal::{FALSE, Formulas, Id, Kind, Node};
use crate::{Context, ExprId};
use indexmap::{IndexMap, IndexSet};
use rustc_hash::{FxHashMap, FxHashSet};

/// A promise.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Promise {
    /// It is made at the first position.
    pub(super) initial: bool,
    /// Others than itself can make it, after the first position.
    pub(super) asked: bool,
    /// It can be made again and again.
    pub(super) again: bool,
    /// It may stay for ever.
    pub(super) stays: bool,
}

/// Which values of the guess mean what: `width` bits from `shift` on.
#[derive(Clone, Copy, Debug)]
struct Choice {
    shift: u32,
    width: u32,
}

/// What must be true of a run.
#[derive(Default)]
pub(super) struct Obligations {
    /// At each position.
    standing: Vec<Id>,
    /// At the first position, beside the initial promises.
    pub(super) start: Vec<Id>,
    /// At each position of the loop; each is about a position by itself.
    pub(super) in_loop: Vec<Id>,
    /// Responses of which all but this is taken care of: the first operand was true, and the second has been from there on.
    pub(super) responded: Vec<Id>,
    /// Of the lasso.
    pub(super) closing: Vec<Id>,
    /// Formulas of the lasso that a guess may rely on.
    pub(super) claims: IndexSet<Id>,
    pub(super) promises: IndexMap<Id, Promise>,
    /// What can be needed and is open, each with whether it can be needed again and again; descending.
    order: Vec<Id>,
    again: FxHashMap<Id, bool>,
    asked: FxHashSet<Id>,
    choices: FxHashMap<Id, Choice>,
    /// Of a disjunction: the disjuncts that are not about the position by itself.
    alternatives: FxHashMap<Id, Vec<Id>>,
    /// The bits of a guess. The first says whether to save the state.
    pub(super) guess_bits: u32,
}

/// The values of what a position is judged by.
pub(super) struct Here<'a> {
    /// Whether it is the first one; where anything depends on that.
    pub(super) first: Option<ExprId>,
    /// The promises, in order.
    pub(super) promised: &'a [ExprId],
    /// The guess: a number.
    pub(super) guess: ExprId,
}

/// What follows from what is needed at a position.
#[derive(Default)]
pub(super) struct Effect {
    /// What must be true.
    pub(super) conditions: Vec<ExprId>,
    /// Whether each promise is made for the next position.
    pub(super) promised: Vec<ExprId>,
    /// Whether each claim is relied on.
    pub(super) claimed: Vec<ExprId>,
    /// Of each promise that something happens: whether it is put off.
    pub(super) put_off: Vec<ExprId>,
}

impl Obligations {
    pub(super) fn new(formulas: &mut Formulas, cx: &mut Context, root: Id) -> Self {
        let mut own = Self { guess_bits: 1, ..Self::default() };
        let conjuncts = formulas.conjuncts(root);
        for &id in &conjuncts {
            if let Some(persists) = formulas.persists(id) {
                own.in_loop.push(persists);
                continue;
            }
            match *formulas.node(id) {
                Node::Response(_, held) => {
                    own.in_loop.push(held);
                    own.responded.push(id);
                }
                _ if formulas.kind(id) == Kind::Lasso => own.closing.push(id),
                Node::Release(FALSE, a) => own.standing.push(a),
                Node::Until(..) | Node::Release(..) => {
                    own.promises.entry(id).or_default().initial = true;
                }
                _ => own.start.push(id),
            }
        }
        for id in own.standing.clone() {
            own.visit(formulas, cx, id, true);
        }
        for id in conjuncts {
            if own.promises.contains_key(&id) || own.start.contains(&id) {
                own.open(formulas, cx, id, false);
            }
        }
        own.order = own.again.keys().copied().collect();
        own.order.sort_unstable_by(|a, b| b.cmp(a));
        for (id, promise) in &mut own.promises {
            promise.asked = own.asked.contains(id);
            promise.again |= own.again.get(id).copied().unwrap_or(false);
            promise.stays = matches!(formulas.node(*id), Node::Release(..));
        }
        own
    }

    /// Something may need this formula.
    fn visit(&mut self, formulas: &mut Formulas, cx: &mut Context, id: Id, again: bool) {
        match formulas.kind(id) {
            Kind::Now => {}
            Kind::Lasso => {
                self.claims.insert(id);
            }
            Kind::Open => {
                self.asked.insert(id);
                self.open(formulas, cx, id, again);
            }
        }
    }

    fn open(&mut self, formulas: &mut Formulas, cx: &mut Context, id: Id, again: bool) {
        if formulas.kind(id) != Kind::Open {
            return;
        }
        if self.again.get(&id).is_some_and(|&known| known || !again) {
            return;
        }
        self.again.insert(id, again);
        match formulas.node(id).clone() {
            Node::And(list) => list.iter().for_each(|&a| self.visit(formulas, cx, a, again)),
            Node::Or(list) => {
                let (mut ways, mut lasso) = (Vec::new(), Vec::new());
                for a in list.iter().copied() {
                    match formulas.kind(a) {
                        Kind::Now => {}
                        Kind::Open => ways.push(a),
                        Kind::Lasso => lasso.push(a),
                    }
                }
                if !lasso.is_empty() {
                    ways.push(formulas.or(cx, &lasso));
                }
                self.choose(id, ways.len());
                ways.iter().for_each(|&a| self.visit(formulas, cx, a, again));
                self.alternatives.insert(id, ways);
            }
            Node::Next(a) => {
                for a in formulas.conjuncts(a) {
                    let promise = self.promises.entry(a).or_default();
                    promise.again |= again;
                    self.asked.insert(a);
                    self.visit(formulas, cx, a, again);
                }
            }
            Node::Until(a, b) => {
                self.promises.entry(id).or_default();
                self.choose(id, if formulas.kind(b) == Kind::Now { 1 } else { 2 });
                self.visit(formulas, cx, a, again);
                self.visit(formulas, cx, b, again);
            }
            Node::Release(a, b) => {
                self.promises.entry(id).or_default();
                self.choose(id, if formulas.kind(a) == Kind::Now { 1 } else { 2 });
                self.visit(formulas, cx, a, true);
                self.visit(formulas, cx, b, true);
            }
            _ => {}
        }
    }

    /// Reserves bits of the guess for a choice of one of so many.
    fn choose(&mut self, id: Id, ways: usize) {
        let width = usize::BITS - ways.saturating_sub(1).leading_zeros();
        if width > 0 && !self.choices.contains_key(&id) {
            self.choices.insert(id, Choice { shift: self.guess_bits, width });
            self.guess_bits += width;
        }
    }

    /// What follows at a position, where `now` gives the truth of what is about the position by itself.
    pub(super) fn effect(
        &self,
        formulas: &Formulas,
        cx: &mut Context,
        here: &Here<'_>,
        now: &mut dyn FnMut(&mut Context, Id) -> ExprId,
    ) -> Effect {
        let no = cx.bool(false);
        let mut needs = Needs {
            formulas,
            now,
            open: FxHashMap::default(),
            claimed: vec![Vec::new(); self.claims.len()],
            claims: &self.claims,
            conditions: Vec::new(),
        };
        let mut promised: Vec<Vec<ExprId>> = vec![Vec::new(); self.promises.len()];
        let mut put_off = vec![no; self.promises.len()];
        let always = cx.bool(true);
        self.standing.iter().for_each(|&id| needs.ask(cx, id, always));
        if let Some(first) = here.first {
            self.start.iter().for_each(|&id| needs.ask(cx, id, first));
        }
        for (&id, &value) in self.promises.keys().zip(here.promised) {
            needs.ask(cx, id, value);
        }
        // What asks comes before what is asked.
        for &id in &self.order {
            let asked = needs.open.remove(&id).unwrap_or_default();
            let need = cx.or(asked);
            let mut promise = |id: Id, value: ExprId| {
                if let Some(index) = self.promises.get_index_of(&id) {
                    promised[index].push(value);
                }
            };
            match formulas.node(id) {
                Node::And(list) => list.iter().for_each(|&a| needs.ask(cx, a, need)),
                Node::Or(list) => {
                    let mut met = Vec::new();
                    for &a in list.iter().filter(|&&a| formulas.kind(a) == Kind::Now) {
                        met.push((needs.now)(cx, a));
                    }
                    let met = cx.or(met);
                    let unmet = cx.not(met);
                    let need = cx.and([need, unmet]);
                    self.one_of(cx, &mut needs, id, need, here.guess);
                }
                &Node::Next(a) => formulas.conjuncts(a).into_iter().for_each(|a| promise(a, need)),
                &Node::Until(a, b) => {
                    let met = self.met_now(cx, &mut needs, id, b, here.guess);
                    let (at_once, unmet) = (cx.and([need, met]), cx.not(met));
                    let later = cx.and([need, unmet]);
                    if formulas.kind(b) != Kind::Now {
                        needs.ask(cx, b, at_once);
                    }
                    needs.ask(cx, a, later);
                    promise(id, later);
                    if let Some(index) = self.promises.get_index_of(&id) {
                        put_off[index] = later;
                    }
                }
                &Node::Release(a, b) => {
                    let met = self.met_now(cx, &mut needs, id, a, here.guess);
                    let (at_once, unmet) = (cx.and([need, met]), cx.not(met));
                    let later = cx.and([need, unmet]);
                    needs.ask(cx, b, need);
                    if formulas.kind(a) != Kind::Now {
                        needs.ask(cx, a, at_once);
                    }
                    promise(id, later);
                }
                _ => {}
            }
        }
        let Needs { claimed, conditions, .. } = needs;
        let mut any = |lists: Vec<Vec<ExprId>>| lists.into_iter().map(|list| cx.or(list)).collect();
        Effect { conditions, promised: any(promised), claimed: any(claimed), put_off }
    }

    /// Whether the operand that ends a promise is true: as it is, or as the guess will have it.
    fn met_now(&self, cx: &mut Context, needs: &mut Needs<'_>, id: Id, end: Id, guess: ExprId) -> ExprId {
        match self.choices.get(&id) {
            None => (needs.now)(cx, end),
            Some(choice) => bit(cx, guess, choice.shift),
        }
    }

    /// Asks for the alternative that the guess chooses.
    fn one_of(&self, cx: &mut Context, needs: &mut Needs<'_>, id: Id, need: ExprId, guess: ExprId) {
        let ways = self.alternatives.get(&id).map_or(&[][..], Vec::as_slice);
        let Some(choice) = self.choices.get(&id) else {
            ways.iter().for_each(|&way| needs.ask(cx, way, need));
            return;
        };
        let chosen = bits(cx, guess, choice.shift, choice.width);
        let last = ways.len().saturating_sub(1);
        for (number, &way) in ways.iter().enumerate() {
            let own = cx.int(number as i64);
            // Numbers past the last alternative mean the last.
            let this = if number == last { cx.le(own, chosen) } else { cx.eq(chosen, own) };
            let need = cx.and([need, this]);
            needs.ask(cx, way, need);
        }
    }
}

/// What is needed at a position.
struct Needs<'a> {
    formulas: &'a Formulas,
    now: &'a mut dyn FnMut(&mut Context, Id) -> ExprId,
    open: FxHashMap<Id, Vec<ExprId>>,
    claims: &'a IndexSet<Id>,
    claimed: Vec<Vec<ExprId>>,
    conditions: Vec<ExprId>,
}

impl Needs<'_> {
    fn ask(&mut self, cx: &mut Context, id: Id, need: ExprId) {
        if cx.as_bool(need) == Some(false) {
            return;
        }
        match self.formulas.kind(id) {
            Kind::Now => {
                let value = (self.now)(cx, id);
                self.conditions.push(cx.implies(need, value));
            }
            Kind::Lasso => {
                if let Some(index) = self.claims.get_index_of(&id) {
                    self.claimed[index].push(need);
                }
            }
            Kind::Open => self.open.entry(id).or_default().push(need),
        }
    }
}

/// Some bits of a number that is not negative, as a number.
fn bits(cx: &mut Context, number: ExprId, shift: u32, width: u32) -> ExprId {
    let (unit, range) = (cx.int(1 << shift), cx.int(1 << width));
    let high = cx.div(number, unit);
    cx.rem(high, range)
}

/// A bit of a number that is not negative.
pub(super) fn bit(cx: &mut Context, number: ExprId, shift: u32) -> ExprId {
    let (value, one) = (bits(cx, number, shift, 1), cx.int(1));
    cx.eq(value, one)
}
