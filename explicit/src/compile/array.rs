//! Arrays, as far as they exist before the cells take over: views of state variables and tables, literals, stores, conditionals.
//!
//! No array is ever computed as a whole while the engine runs. Reading an element pushes through stores and conditionals down to
//! one cell, one indexed load or one table; what is written is taken apart in [`super::effect`].

use super::scalar::{Scalars, Sid, Source};
use hashbrown::HashTable;
use musilc_ir::Type;
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::hash::BuildHasher;

/// An array of [`Arrays`]. Those that it is made of have smaller ids.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct Aid(u32);

/// What an expression is lowered to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Val {
    /// A boolean or an integer.
    Scalar(Sid),
    /// An array.
    Array(Aid),
}

/// A node.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum ArrayNode {
    /// The cells of a source from a flattened position on.
    View(Source, Sid),
    /// These elements.
    Literal(Box<[Val]>),
    /// An array with one element replaced.
    Store(Aid, Sid, Val),
    /// One of two arrays.
    Ite(Sid, Aid, Aid),
}

/// Literals of up to so many constants become tables.
const LARGEST_TABLE: u64 = 1 << 16;

/// Owns arrays.
#[derive(Default)]
pub(crate) struct Arrays {
    nodes: Vec<ArrayNode>,
    types: Vec<Type>,
    index: HashTable<u32>,
    selected: FxHashMap<(Aid, Sid), Val>,
}

/// Why an expression cannot be compiled: it is not well typed.
pub(crate) type Odd = String;

fn hash(node: &ArrayNode) -> u64 {
    FxBuildHasher.hash_one(node)
}

/// The number of cells of a type, saturating.
pub(crate) fn cell_count(ty: &Type) -> u64 {
    match ty {
        Type::Bool | Type::Int { .. } => 1,
        Type::Array { len, element } => u64::from(*len).saturating_mul(cell_count(element)),
    }
}

impl Arrays {
    pub(crate) fn node(&self, id: Aid) -> &ArrayNode {
        &self.nodes[id.0 as usize]
    }

    pub(crate) fn ty(&self, id: Aid) -> &Type {
        &self.types[id.0 as usize]
    }

    /// The type of the elements.
    pub(crate) fn element(&self, id: Aid) -> Result<Type, Odd> {
        match self.ty(id) {
            Type::Array { element, .. } => Ok(Type::clone(element)),
            _ => Err("an array was expected".to_owned()),
        }
    }

    fn len(&self, id: Aid) -> u32 {
        match self.ty(id) {
            Type::Array { len, .. } => *len,
            _ => 0,
        }
    }

    fn intern(&mut self, node: ArrayNode, ty: Type) -> Aid {
        let key = hash(&node);
        // The type is part of the key: a view of the same cells may be of one dimension or of two.
        let found = self
            .index
            .find(key, |&at| self.nodes[at as usize] == node && self.types[at as usize].same_shape(&ty));
        if let Some(&found) = found {
            return Aid(found);
        }
        let id =
            u32::try_from(self.nodes.len()).unwrap_or_else(|_| unreachable!("memory ends before 2^32 nodes"));
        self.nodes.push(node);
        self.types.push(ty);
        let nodes = &self.nodes;
        self.index.insert_unique(key, id, |&at| hash(&nodes[at as usize]));
        Aid(id)
    }

    pub(crate) fn view(&mut self, source: Source, position: Sid, ty: Type) -> Aid {
        self.intern(ArrayNode::View(source, position), ty)
    }

    /// The array of these elements; a table where all are constants.
    pub(crate) fn literal(&mut self, scalars: &mut Scalars, elements: Box<[Val]>, ty: Type) -> Aid {
        if cell_count(&ty) <= LARGEST_TABLE
            && let Some(values) = self.constants(scalars, &elements)
        {
            let table = scalars.table(values);
            let start = scalars.constant(0);
            return self.view(Source::Table(table), start, ty);
        }
        self.intern(ArrayNode::Literal(elements), ty)
    }

    /// The cells of these elements, where all are constants or whole tables.
    fn constants(&self, scalars: &Scalars, elements: &[Val]) -> Option<Box<[i64]>> {
        let mut out = Vec::new();
        for element in elements {
            match *element {
                Val::Scalar(id) => out.push(scalars.as_const(id)?),
                Val::Array(id) => {
                    let &ArrayNode::View(Source::Table(table), start) = self.node(id) else { return None };
                    let from = usize::try_from(scalars.as_const(start)?).ok()?;
                    let count = usize::try_from(cell_count(self.ty(id))).ok()?;
                    out.extend(scalars.tables().get(table as usize)?.get(from..from.checked_add(count)?)?);
                }
            }
        }
        Some(out.into())
    }

    pub(crate) fn store(&mut self, array: Aid, index: Sid, value: Val) -> Aid {
        let ty = self.ty(array).clone();
        self.intern(ArrayNode::Store(array, index, value), ty)
    }

    /// `if c { t } else { e }`, of two of one shape.
    pub(crate) fn ite(&mut self, scalars: &mut Scalars, c: Sid, t: Val, e: Val) -> Result<Val, Odd> {
        match (t, e) {
            (Val::Scalar(t), Val::Scalar(e)) => Ok(Val::Scalar(scalars.ite(c, t, e))),
            (Val::Array(a), Val::Array(b)) => Ok(match scalars.as_const(c) {
                _ if a == b => t,
                Some(0) => e,
                Some(_) => t,
                None => {
                    let ty = self.ty(a).clone();
                    Val::Array(self.intern(ArrayNode::Ite(c, a, b), ty))
                }
            }),
            _ => Err("a conditional between an array and a scalar".to_owned()),
        }
    }

    /// The element at an index.
    ///
    /// Works through a stack of its own: the nest of stores and conditionals may be deep.
    pub(crate) fn select(&mut self, scalars: &mut Scalars, array: Aid, index: Sid) -> Result<Val, Odd> {
        let last = i64::from(self.len(array)) - 1;
        if last < 0 || scalars.as_const(index).is_some_and(|at| at < 0 || at > last) {
            return Err("an index outside an array".to_owned());
        }
        // The index lies inside. Where the bounds computed here do not show that, this changes nothing but the bounds.
        let index = scalars.narrow(index, 0, last);
        let mut stack = vec![array];
        while let Some(&top) = stack.last() {
            if self.selected.contains_key(&(top, index)) {
                stack.pop();
                continue;
            }
            if let Some(value) = self.select_once(scalars, top, index, &mut stack)? {
                self.selected.insert((top, index), value);
                stack.pop();
            }
        }
        self.selected.get(&(array, index)).copied().ok_or_else(|| "an element without a value".to_owned())
    }

    /// The element, or `None` after pushing an array whose element must be known first.
    fn select_once(
        &mut self,
        scalars: &mut Scalars,
        array: Aid,
        index: Sid,
        stack: &mut Vec<Aid>,
    ) -> Result<Option<Val>, Odd> {
        match *self.node(array) {
            ArrayNode::View(source, start) => {
                let element = self.element(array)?;
                let size = i64::try_from(cell_count(&element)).unwrap_or(i64::MAX);
                let size = scalars.constant(size);
                let scaled = scalars.mul(index, size);
                let position = scalars.add([start, scaled]);
                Ok(Some(match element {
                    Type::Array { .. } => Val::Array(self.view(source, position, element)),
                    _ => Val::Scalar(scalars.load(source, position)),
                }))
            }
            ArrayNode::Literal(ref elements) => {
                let elements = elements.clone();
                let (lo, hi) = scalars.bounds(index);
                let mut value: Option<Val> = None;
                // The last element that the index can reach needs no test.
                for at in (lo..=hi).rev() {
                    let at_index = usize::try_from(at).ok().and_then(|at| elements.get(at)).copied();
                    let here = at_index.ok_or("an index outside an array")?;
                    value = Some(match value {
                        None => here,
                        Some(rest) => {
                            let number = scalars.constant(at);
                            let hit = scalars.eq(index, number);
                            self.ite(scalars, hit, here, rest)?
                        }
                    });
                }
                value.map(Some).ok_or_else(|| "an empty array".to_owned())
            }
            ArrayNode::Store(inner, at, value) => {
                let hit = scalars.eq(at, index);
                if scalars.as_const(hit) == Some(1) {
                    return Ok(Some(value));
                }
                let Some(&rest) = self.selected.get(&(inner, index)) else {
                    stack.push(inner);
                    return Ok(None);
                };
                self.ite(scalars, hit, value, rest).map(Some)
            }
            ArrayNode::Ite(c, t, e) => {
                let found = |array| self.selected.get(&(array, index)).copied();
                match (found(t), found(e)) {
                    (Some(t), Some(e)) => self.ite(scalars, c, t, e).map(Some),
                    (t_value, e_value) => {
                        stack.extend(e_value.is_none().then_some(e));
                        stack.extend(t_value.is_none().then_some(t));
                        Ok(None)
                    }
                }
            }
        }
    }

    /// Every cell of an array, flattened.
    pub(crate) fn cells(&mut self, scalars: &mut Scalars, array: Aid) -> Result<Vec<Sid>, Odd> {
        let mut out = Vec::new();
        let mut stack = vec![Val::Array(array)];
        while let Some(value) = stack.pop() {
            match value {
                Val::Scalar(id) => out.push(id),
                Val::Array(id) => {
                    for index in (0..self.len(id)).rev() {
                        let index = scalars.constant(index.into());
                        stack.push(self.select(scalars, id, index)?);
                    }
                }
            }
        }
        Ok(out)
    }
}
