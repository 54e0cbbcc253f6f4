//! Expressions, evaluated left to right.

use super::Machine;
use super::value::{Fault, V, belongs, fault, store, values};
use musilc_frontend::ast::Quantifier;
use musilc_frontend::hir::{Attribute, Chapter, Domain, Expr, ExprKind, LocalId, Model, Operator, Pattern};
use musilc_ir::{DataType, FailureKind, Span};
use std::collections::{BTreeMap, BTreeSet};

/// What a body can see.
#[derive(Clone)]
pub(crate) struct Scope<'c> {
    pub(crate) chapter: &'c Chapter,
    /// The model whose body it is.
    pub(crate) model: Option<&'c Model>,
    /// The values of the model's parameters.
    pub(crate) params: Vec<V>,
    /// The values of the variables; fewer while the first are being computed.
    pub(crate) state: Vec<V>,
    /// Their values after the step.
    pub(crate) next: Option<Vec<V>>,
    pub(super) locals: BTreeMap<u32, V>,
}

type Eval<T = V> = Result<T, Fault>;

impl<'c> Scope<'c> {
    /// A body of a model, with nothing bound but the model's parameters.
    pub(crate) fn new(chapter: &'c Chapter, params: &[V], state: Vec<V>) -> Self {
        let locals = (0..).zip(params.iter().cloned()).collect();
        Scope { chapter, model: None, params: params.to_vec(), state, next: None, locals }
    }

    pub(crate) fn bind(&mut self, local: LocalId, v: V) {
        self.locals.insert(local.0, v);
    }

    pub(crate) fn truth(&mut self, e: &Expr) -> Eval<bool> {
        Ok(self.eval(e)?.truth())
    }

    fn number(&mut self, e: &Expr) -> Eval<i64> {
        Ok(self.eval(e)?.number())
    }

    fn all(&mut self, list: &[Expr]) -> Eval<Vec<V>> {
        list.iter().map(|e| self.eval(e)).collect()
    }

    pub(crate) fn eval(&mut self, e: &Expr) -> Eval {
        Ok(match &e.kind {
            ExprKind::Bool(b) => V::Bool(*b),
            ExprKind::Int(v) => V::Int(*v),
            ExprKind::Variant(tag, fields) => V::Variant(*tag, self.all(fields)?),
            ExprKind::Struct(fields) => V::Struct(self.all(fields)?),
            ExprKind::None => V::Option(None),
            ExprKind::Some(inner) => V::Option(Some(Box::new(self.eval(inner)?))),
            ExprKind::Local(local) => {
                self.locals.get(&local.0).unwrap_or_else(|| panic!("{local:?} is read and not bound")).clone()
            }
            ExprKind::State(state) => self.state[state.0 as usize].clone(),
            ExprKind::Prime(inner) => {
                let mut after = self.clone();
                after.state = self.next.clone().expect("a prime outside of a step");
                after.next = None;
                after.eval(inner)?
            }
            ExprKind::Call(function, args) => {
                let function = &self.chapter.functions[function.0 as usize];
                let args = self.all(args)?;
                let params = if function.of_model { self.params.clone() } else { Vec::new() };
                let mut callee = Scope::new(self.chapter, &params, self.state.clone());
                callee.params = self.params.clone();
                for ((local, ..), v) in function.params.iter().zip(args) {
                    callee.bind(*local, v);
                }
                callee.eval(&function.body)?
            }
            ExprKind::Not(inner) => V::Bool(!self.truth(inner)?),
            ExprKind::Neg(inner) => V::Int(-self.number(inner)?),
            ExprKind::Binary(op, a, b) => self.binary(e.span, *op, a, b)?,
            ExprKind::InList(value, list) => {
                let v = self.eval(value)?;
                V::Bool(self.all(list)?.contains(&v))
            }
            ExprKind::InRange { value, lo, hi, closed } => {
                let (v, lo, hi) = (self.number(value)?, self.number(lo)?, self.number(hi)?);
                V::Bool(lo <= v && if *closed { v <= hi } else { v < hi })
            }
            ExprKind::InCollection(value, collection) => {
                let v = self.eval(value)?;
                V::Bool(contains(&self.eval(collection)?, &v))
            }
            ExprKind::InType(value, ty) => V::Bool(belongs(&self.eval(value)?, ty)),
            ExprKind::Field(base, position) => match self.eval(base)? {
                V::Struct(fields) => fields[*position].clone(),
                other => panic!("{other:?} has no fields"),
            },
            ExprKind::Index(base, index) => {
                let v = self.eval(base)?;
                let key = self.eval(index)?;
                element(&v, &base.ty, &key, index.span, e.span)?
            }
            ExprKind::Attribute(base, attribute) => {
                let v = self.eval(base)?;
                read_attribute(&v, &base.ty, *attribute, e.span)?
            }
            ExprKind::Copies(base, sought) => {
                let (v, sought) = (self.eval(base)?, self.eval(sought)?);
                match v {
                    V::Bag(bag) => V::Int(bag.get(&sought).copied().unwrap_or(0).into()),
                    other => panic!("{other:?} has no copies"),
                }
            }
            ExprKind::If(cond, then, otherwise) => {
                let taken = if self.truth(cond)? { then } else { otherwise };
                self.eval(taken)?
            }
            ExprKind::Match(subject, arms) => {
                let v = self.eval(subject)?;
                let arm = arms.iter().find(|(pattern, _)| self.matches(pattern, &v));
                let (_, value) = arm.unwrap_or_else(|| panic!("no arm matches {v:?}"));
                self.eval(value)?
            }
            ExprKind::Is(subject, pattern) => {
                let v = self.eval(subject)?;
                V::Bool(self.matches(pattern, &v))
            }
            ExprKind::Quantified { kind, local, domain, body, .. } => {
                self.quantified(e.span, *kind, *local, domain, body)?
            }
            ExprKind::Extremum(kind, args) => {
                let numbers = self.all(args)?;
                extreme(*kind, numbers.iter().map(V::number)).map(V::Int).expect("there are arguments")
            }
            ExprKind::SetLiteral(elements) => {
                let elements = self.all(elements)?;
                match &e.ty {
                    DataType::Bag(..) => V::Bag(BTreeMap::new()),
                    _ => V::Set(elements.into_iter().collect()),
                }
            }
            ExprKind::SetComprehension { local, domain, filter } => {
                let mut set = BTreeSet::new();
                for member in self.members(domain)? {
                    self.bind(*local, member.clone());
                    let kept = match filter {
                        Some(filter) => self.truth(filter)?,
                        None => true,
                    };
                    if kept {
                        set.insert(member);
                    }
                }
                V::Set(set)
            }
            ExprKind::List(elements) => {
                let elements = self.all(elements)?;
                match &e.ty {
                    DataType::Array { index, .. } => {
                        V::Array(values(index).into_iter().zip(elements).collect())
                    }
                    _ => V::Seq(elements),
                }
            }
            ExprKind::Tabulate(local, body) => {
                let DataType::Array { index, .. } = &e.ty else { panic!("`{}` is no array", e.ty) };
                let mut elements = BTreeMap::new();
                for key in values(index) {
                    self.bind(*local, key.clone());
                    elements.insert(key, self.eval(body)?);
                }
                V::Array(elements)
            }
            ExprKind::Store { value, target } => {
                let v = self.eval(value)?;
                store(v, &value.ty, &e.ty, target, e.span)?
            }
            ExprKind::Enabled(action, wanted) => {
                let model = self.model.expect("actions stand in models");
                let machine = Machine { chapter: self.chapter, model, params: self.params.clone() };
                let action = &model.actions[action.0 as usize];
                let mut asked = Vec::new();
                for wanted in wanted {
                    asked.push(wanted.as_ref().map(|e| self.eval(e)).transpose()?);
                }
                let fits = |args: &&Vec<V>| {
                    asked.iter().zip(*args).all(|(wanted, arg)| wanted.as_ref().is_none_or(|w| w == arg))
                };
                let all = machine.bindings(action);
                V::Bool(all.iter().filter(fits).any(|args| machine.enables(&self.state, action, args)))
            }
            ExprKind::Error => panic!("a chapter with errors"),
        })
    }

    fn binary(&mut self, span: Span, op: Operator, a: &Expr, b: &Expr) -> Eval {
        let left = self.eval(a)?;
        match (op, &left) {
            (Operator::And, V::Bool(false)) => return Ok(V::Bool(false)),
            (Operator::Or, V::Bool(true)) | (Operator::Implies, V::Bool(false)) => return Ok(V::Bool(true)),
            _ => {}
        }
        let right = self.eval(b)?;
        Ok(match (op, left, right) {
            (Operator::And | Operator::Or | Operator::Implies, _, right) => right,
            (Operator::Eq, left, right) => V::Bool(left == right),
            (Operator::Ne, left, right) => V::Bool(left != right),
            (op, V::Set(a), V::Set(b)) => match op {
                Operator::Subset => V::Bool(a.is_subset(&b)),
                Operator::ProperSubset => V::Bool(a.is_subset(&b) && a != b),
                Operator::Union => V::Set(a.union(&b).cloned().collect()),
                Operator::Intersection => V::Set(a.intersection(&b).cloned().collect()),
                Operator::Difference => V::Set(a.difference(&b).cloned().collect()),
                other => panic!("{other:?} of sets"),
            },
            (op, left, right) => {
                let (a, b) = (left.number(), right.number());
                match op {
                    Operator::Lt => V::Bool(a < b),
                    Operator::Le => V::Bool(a <= b),
                    Operator::Add => V::Int(a + b),
                    Operator::Sub => V::Int(a - b),
                    Operator::Mul => V::Int(a * b),
                    Operator::Div | Operator::Rem if b == 0 => {
                        return fault(FailureKind::DivisionByZero, None, span);
                    }
                    // The remainder is the least number that is not negative and differs from `a` by a multiple of `b`.
                    Operator::Rem => V::Int(remainder(a, b)),
                    Operator::Div => V::Int((a - remainder(a, b)) / b),
                    other => panic!("{other:?} of numbers"),
                }
            }
        })
    }

    /// Whether the value matches; its variables are bound only where it does.
    pub(crate) fn matches(&mut self, pattern: &Pattern, v: &V) -> bool {
        match (pattern, v) {
            (Pattern::Wildcard, _) | (Pattern::None, V::Option(None)) => true,
            (Pattern::Bind(local), _) => {
                self.bind(*local, v.clone());
                true
            }
            (Pattern::Int(a), V::Int(b)) => a == b,
            (Pattern::Bool(a), V::Bool(b)) => a == b,
            (Pattern::Variant(a, patterns), V::Variant(b, fields)) if a == b => {
                self.match_all(patterns, fields)
            }
            (Pattern::Struct(patterns), V::Struct(fields)) => self.match_all(patterns, fields),
            (Pattern::Some(inner), V::Option(Some(v))) => self.matches(inner, v),
            (Pattern::Or(alternatives), v) => alternatives.iter().any(|p| self.matches(p, v)),
            _ => false,
        }
    }

    fn match_all(&mut self, patterns: &[Pattern], fields: &[V]) -> bool {
        assert_eq!(patterns.len(), fields.len());
        patterns.iter().zip(fields).all(|(pattern, v)| self.matches(pattern, v))
    }

    /// What a domain ranges over now, in order.
    pub(crate) fn members(&mut self, domain: &Domain) -> Eval<Vec<V>> {
        Ok(match domain {
            Domain::Type(ty) => values(ty),
            Domain::Range { lo, hi, closed } => {
                let (lo, hi) = (self.number(lo)?, self.number(hi)?);
                (lo..=if *closed { hi } else { hi - 1 }).map(V::Int).collect()
            }
            Domain::Members(collection) => {
                let ordered = |element: &DataType, member: &dyn Fn(&V) -> bool| {
                    values(element).into_iter().filter(|v| member(v)).collect()
                };
                match (self.eval(collection)?, &collection.ty) {
                    (V::Set(set), DataType::Set(element)) => ordered(element, &|v| set.contains(v)),
                    (V::Bag(bag), DataType::Bag(element, _)) => ordered(element, &|v| bag.contains_key(v)),
                    (V::Seq(seq), _) => seq,
                    (other, _) => panic!("{other:?} has no members"),
                }
            }
            // As listed, each once: it is written as a set.
            Domain::List(list, _) => {
                let mut members: Vec<V> = Vec::new();
                for v in self.all(list)? {
                    if !members.contains(&v) {
                        members.push(v);
                    }
                }
                members
            }
        })
    }

    fn quantified(
        &mut self,
        span: Span,
        kind: Quantifier,
        local: LocalId,
        domain: &Domain,
        body: &Expr,
    ) -> Eval {
        let mut numbers = Vec::new();
        for member in self.members(domain)? {
            self.bind(local, member.clone());
            match (kind, self.eval(body)?) {
                (Quantifier::Forall, V::Bool(false)) => return Ok(V::Bool(false)),
                (Quantifier::Exists, V::Bool(true)) => return Ok(V::Bool(true)),
                (Quantifier::Choose, V::Bool(true)) => return Ok(member),
                (_, V::Bool(b)) => numbers.push(i64::from(b)),
                (_, v) => numbers.push(v.number()),
            }
        }
        match kind {
            Quantifier::Forall => Ok(V::Bool(true)),
            Quantifier::Exists => Ok(V::Bool(false)),
            Quantifier::Count | Quantifier::Sum => Ok(V::Int(numbers.iter().sum())),
            Quantifier::Choose => fault(FailureKind::NothingToChoose, None, span),
            Quantifier::Min | Quantifier::Max => match extreme(kind, numbers) {
                Some(v) => Ok(V::Int(v)),
                None => fault(FailureKind::NothingToChoose, None, span),
            },
        }
    }
}

fn extreme(kind: Quantifier, numbers: impl IntoIterator<Item = i64>) -> Option<i64> {
    let numbers = numbers.into_iter();
    if kind == Quantifier::Min { numbers.min() } else { numbers.max() }
}

fn remainder(a: i64, b: i64) -> i64 {
    let r = a % b;
    if r < 0 { r + b.abs() } else { r }
}

pub(crate) fn contains(collection: &V, v: &V) -> bool {
    match collection {
        V::Set(set) => set.contains(v),
        V::Bag(bag) => bag.contains_key(v),
        V::Seq(seq) => seq.contains(v),
        other => panic!("{other:?} has no members"),
    }
}

/// `v[key]`
fn element(v: &V, ty: &DataType, key: &V, index: Span, whole: Span) -> Eval {
    match v {
        V::Array(map) => match map.get(key) {
            Some(element) => Ok(element.clone()),
            None => Err(bad_index(ty, key, index)),
        },
        V::Seq(seq) => Ok(seq[slot(seq, key, whole)?].clone()),
        other => panic!("{other:?} cannot be indexed"),
    }
}

pub(crate) fn bad_index(ty: &DataType, key: &V, span: Span) -> Fault {
    let DataType::Array { index, .. } = ty else { panic!("`{ty}` is no array") };
    let (lo, hi, value) = match (&**index, key) {
        (DataType::Int { lo, hi }, V::Int(v)) => (*lo, *hi, Some(*v)),
        (index, _) => (0, i64::from(index.length()) - 1, None),
    };
    Fault { kind: FailureKind::BadIndex { lo, hi }, value, span }
}

/// The position in a sequence that a key means.
pub(crate) fn slot(seq: &[V], key: &V, span: Span) -> Eval<usize> {
    let v = key.number();
    match usize::try_from(v).ok().filter(|position| *position < seq.len()) {
        Some(position) => Ok(position),
        None => fault(FailureKind::EmptySequence, Some(v), span),
    }
}

fn read_attribute(v: &V, ty: &DataType, attribute: Attribute, span: Span) -> Eval {
    let len = || match v {
        V::Set(set) => i64::try_from(set.len()).expect("sets are small"),
        V::Bag(bag) => bag.values().map(|copies| i64::from(*copies)).sum(),
        V::Seq(seq) => i64::try_from(seq.len()).expect("sequences are short"),
        other => panic!("{other:?} has no length"),
    };
    Ok(match (attribute, v) {
        (Attribute::Len, _) => V::Int(len()),
        (Attribute::IsEmpty, _) => V::Bool(len() == 0),
        (Attribute::IsFull, _) => match ty {
            DataType::Seq(_, n) => V::Bool(len() == i64::from(*n)),
            other => panic!("`{other}` is never full"),
        },
        (Attribute::Head, V::Seq(seq)) => match seq.first() {
            Some(head) => head.clone(),
            None => return fault(FailureKind::EmptySequence, None, span),
        },
        (Attribute::IsSome, V::Option(o)) => V::Bool(o.is_some()),
        (Attribute::IsNone, V::Option(o)) => V::Bool(o.is_none()),
        (Attribute::Value, V::Option(o)) => match o {
            Some(v) => V::clone(v),
            None => return fault(FailureKind::NoValue, None, span),
        },
        (attribute, other) => panic!("{other:?} has no {attribute:?}"),
    })
}
