//! Statements, executed one after the other on a copy of the state.

use super::eval::{Scope, bad_index, slot};
use super::value::{Fault, V, fault};
use musilc_frontend::hir::{Change, Place, Projection, Stmt};
use musilc_ir::{DataType, FailureKind, Span};

/// A step into a value.
enum Step {
    Field(usize),
    Key(V),
    Slot(usize),
}

impl Scope<'_> {
    pub(crate) fn exec(&mut self, stmts: &[Stmt]) -> Result<(), Fault> {
        stmts.iter().try_for_each(|stmt| self.statement(stmt))
    }

    /// Stores a truth value in a place of another state; its indices are parameters.
    pub(crate) fn put(&mut self, state: &mut [V], place: &Place, holds: bool) {
        let path = self.path(place).unwrap_or_else(|_| panic!("no such place"));
        *part(&mut state[place.state.0 as usize], &path) = V::Bool(holds);
    }

    fn statement(&mut self, stmt: &Stmt) -> Result<(), Fault> {
        match stmt {
            Stmt::Let(local, value) => {
                let v = self.eval(value)?;
                self.bind(*local, v);
            }
            Stmt::Assign(place, value) => {
                let path = self.path(place)?;
                let v = self.eval(value)?;
                *part(&mut self.state[place.state.0 as usize], &path) = v;
            }
            Stmt::Update { place, change, span, popped } => {
                let path = self.path(place)?;
                let argument = match change {
                    Change::Insert(e) | Change::Remove(e) | Change::Push(e) => Some(self.eval(e)?),
                    Change::Pop => None,
                };
                let collection = part(&mut self.state[place.state.0 as usize], &path);
                let head = update(collection, &place.ty, change, argument, *span)?;
                if let (Some(local), Some(head)) = (popped, head) {
                    self.bind(*local, head);
                }
            }
            Stmt::If(cond, then, otherwise) => {
                let taken = if self.truth(cond)? { then } else { otherwise };
                self.exec(taken)?;
            }
            Stmt::Match(subject, arms) => {
                let v = self.eval(subject)?;
                let arm = arms.iter().find(|(pattern, _)| self.matches(pattern, &v));
                let (_, body) = arm.unwrap_or_else(|| panic!("no arm matches {v:?}"));
                self.exec(body)?;
            }
            Stmt::For(local, domain, body) => {
                for member in self.members(domain)? {
                    self.bind(*local, member);
                    self.exec(body)?;
                }
            }
        }
        Ok(())
    }

    /// Evaluates the indices of a place, left to right, and finds the part that it means.
    fn path(&mut self, place: &Place) -> Result<Vec<Step>, Fault> {
        let mut v = self.state[place.state.0 as usize].clone();
        let mut path = Vec::new();
        for projection in &place.path {
            let (step, inner) = match (projection, v) {
                (Projection::Field(position), V::Struct(mut fields)) => {
                    (Step::Field(*position), fields.swap_remove(*position))
                }
                (Projection::Index(index), V::Array(mut map)) => {
                    let key = self.eval(index)?;
                    // Which range the index leaves, only the type could tell; here the keys do.
                    let Some(inner) = map.remove(&key) else {
                        return Err(self.outside(place, path.len(), &key, index.span));
                    };
                    (Step::Key(key), inner)
                }
                (Projection::Index(index), V::Seq(mut seq)) => {
                    let key = self.eval(index)?;
                    let position = slot(&seq, &key, index.span)?;
                    (Step::Slot(position), seq.swap_remove(position))
                }
                (projection, v) => panic!("{projection:?} of {v:?}"),
            };
            path.push(step);
            v = inner;
        }
        Ok(path)
    }

    fn outside(&self, place: &Place, depth: usize, key: &V, span: Span) -> Fault {
        let model = self.model.expect("bodies of actions belong to a model");
        let mut ty = &model.vars[place.state.0 as usize].ty;
        for projection in &place.path[..depth] {
            ty = match (projection, ty) {
                (Projection::Field(position), DataType::Struct(of)) => &of.fields[*position].ty,
                (_, DataType::Array { element, .. } | DataType::Seq(element, _)) => element,
                (projection, ty) => panic!("{projection:?} of `{ty}`"),
            };
        }
        bad_index(ty, key, span)
    }
}

fn part<'v>(v: &'v mut V, path: &[Step]) -> &'v mut V {
    path.iter().fold(v, |v, step| match (step, v) {
        (Step::Field(position), V::Struct(fields)) => &mut fields[*position],
        (Step::Key(key), V::Array(map)) => map.get_mut(key).expect("the path was looked at"),
        (Step::Slot(position), V::Seq(seq)) => &mut seq[*position],
        (_, v) => panic!("no such part of {v:?}"),
    })
}

/// Changes a collection; gives what `pop` removes.
fn update(
    collection: &mut V,
    ty: &DataType,
    change: &Change,
    argument: Option<V>,
    span: Span,
) -> Result<Option<V>, Fault> {
    match (collection, change, argument, ty) {
        (V::Set(set), Change::Insert(_), Some(v), _) => drop(set.insert(v)),
        (V::Set(set), Change::Remove(_), Some(v), _) => drop(set.remove(&v)),
        (V::Bag(bag), Change::Insert(_), Some(v), DataType::Bag(_, n)) => {
            let copies = bag.get(&v).copied().unwrap_or(0);
            if copies == *n {
                return fault(FailureKind::FullBag { capacity: *n }, None, span);
            }
            bag.insert(v, copies + 1);
        }
        (V::Bag(bag), Change::Remove(_), Some(v), _) => match bag.remove(&v) {
            None => return fault(FailureKind::NotInBag, None, span),
            Some(1) => {}
            Some(copies) => drop(bag.insert(v, copies - 1)),
        },
        (V::Seq(seq), Change::Push(_), Some(v), DataType::Seq(_, n)) => {
            if seq.len() == *n as usize {
                return fault(FailureKind::FullSequence { capacity: *n }, None, span);
            }
            seq.push(v);
        }
        (V::Seq(seq), Change::Pop, None, _) => {
            if seq.is_empty() {
                return fault(FailureKind::EmptySequence, None, span);
            }
            return Ok(Some(seq.remove(0)));
        }
        (collection, change, ..) => panic!("{change:?} of {collection:?}"),
    }
    Ok(None)
}
