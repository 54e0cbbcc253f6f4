//! Where each cell of a state lies in its packed words.
//!
//! A state variable is one cell, or an array (nested ones flattened, last index fastest) of cells that all have the same width. A cell
//! never crosses a word. The cells of one array stand at a constant stride; an array of up to 64 bits lies within one word, a longer
//! one begins a word and fills each with as many cells as fit. So an element with a computed index is a division, a shift and a mask.
//!
//! States are packed and unpacked here through `bitvec`, at the edges of the engine: in the hot loop, compiled code works with
//! the shifts and masks of this table, and is tested against this path.

use crate::slice::Presence;
use bitvec::field::BitField;
use bitvec::order::Lsb0;
use bitvec::view::BitView;
use musilc_ir::{State, Type, Value, VarId, Variable};
use std::fmt;

/// The most cells that a state may have: beyond this a search could not hold even a few states.
const MOST_CELLS: u64 = 1 << 22;

/// Where the cells of one state variable lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    /// The first word.
    pub(crate) word: u32,
    /// The lowest bit of the first cell in that word.
    pub(crate) shift: u32,
    /// Bits of each cell: 0 for a type with a single value.
    pub(crate) width: u32,
    /// Cells in each word, at least 1.
    pub(crate) per_word: u32,
    /// Number of cells.
    pub(crate) cells: u32,
    /// The value whose bits are zero.
    pub(crate) lo: i64,
    /// The greatest value.
    pub(crate) hi: i64,
}

/// One cell of the layout.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cell {
    /// The variable that it belongs to.
    pub variable: VarId,
    /// Its position in the variable, flattened.
    pub element: u32,
    /// The word that it lies in.
    pub word: u32,
    /// Its lowest bit.
    pub shift: u32,
    /// Its bits; 0 for a type with a single value.
    pub width: u32,
}

/// Where each state variable lies in a packed state.
#[derive(Clone, Debug)]
pub struct Layout {
    variables: Vec<Variable>,
    places: Vec<Place>,
    words: usize,
    bits: u64,
    /// How many low bits of each word are taken.
    used: Vec<u32>,
    presence: Vec<Presence>,
}

/// Why there is no layout.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooManyCells;

impl fmt::Display for TooManyCells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a state has more than {MOST_CELLS} cells")
    }
}

impl std::error::Error for TooManyCells {}

/// The type of the cells of a type, and their number.
fn flatten(ty: &Type) -> Option<(&Type, u64)> {
    let (mut ty, mut cells) = (ty, 1u64);
    while let Type::Array { len, element } = ty {
        cells = cells.checked_mul((*len).into())?;
        ty = element;
    }
    Some((ty, cells))
}

impl Layout {
    /// Lays out these variables, in order: each goes into the first word that has room for it.
    ///
    /// # Errors
    /// Where there are too many cells to search with.
    pub fn new(variables: &[Variable]) -> Result<Self, TooManyCells> {
        Self::of_present(variables, &vec![Presence::Stored; variables.len()])
    }

    /// As [`Self::new`], with room for those variables only that are to be stored.
    pub(crate) fn of_present(variables: &[Variable], presence: &[Presence]) -> Result<Self, TooManyCells> {
        // How many low bits of each word are taken.
        let mut used: Vec<u32> = Vec::new();
        let mut places = Vec::with_capacity(variables.len());
        let (mut total, mut bits) = (0u64, 0u64);
        for (variable, presence) in variables.iter().zip(presence) {
            let (cell, cells) = flatten(&variable.ty).ok_or(TooManyCells)?;
            total = total.saturating_add(cells);
            if total > MOST_CELLS {
                return Err(TooManyCells);
            }
            let count = u32::try_from(cells).map_err(|_| TooManyCells)?;
            let (lo, hi) = cell.bounds().unwrap_or((0, 1));
            let (width, hi) = match presence {
                Presence::Stored => (u32::try_from(cell.bits()).map_err(|_| TooManyCells)?, hi),
                Presence::Fixed(_) | Presence::Irrelevant => (0, lo),
            };
            bits += cells * u64::from(width);
            let place = Place { word: 0, shift: 0, width, per_word: count.max(1), cells: count, lo, hi };
            places.push(match cells * u64::from(width) {
                0 => place,
                size @ 1..=64 => fit(place, size as u32, &mut used),
                _ => {
                    let per_word = 64 / width;
                    let word = used.len() as u32;
                    used.resize(used.len() + count.div_ceil(per_word) as usize, per_word * width);
                    if let Some(last) = used.last_mut() {
                        *last = ((count - 1) % per_word + 1) * width;
                    }
                    Place { word, per_word, ..place }
                }
            });
        }
        used.resize(used.len().max(1), 0);
        Ok(Layout {
            variables: variables.to_vec(),
            places,
            words: used.len(),
            bits,
            used,
            presence: presence.to_vec(),
        })
    }

    /// The number of 64-bit words of a packed state, at least 1.
    #[must_use]
    pub fn words(&self) -> usize {
        self.words
    }

    /// The number of bits that cells take, the unused ones of the words not counted.
    #[must_use]
    pub fn bits(&self) -> u64 {
        self.bits
    }

    /// How each variable is known.
    pub(crate) fn presence(&self) -> &[Presence] {
        &self.presence
    }

    /// Whether a variable has a place in states.
    pub(crate) fn stores(&self, variable: VarId) -> bool {
        self.presence.get(variable.index()) == Some(&Presence::Stored)
    }

    /// How many low bits of each word are taken; the others are zero in every state.
    pub(crate) fn used(&self) -> impl Iterator<Item = u32> {
        self.used.iter().copied()
    }

    /// The variables that are laid out.
    #[must_use]
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    pub(crate) fn place(&self, variable: VarId) -> Option<&Place> {
        self.places.get(variable.index())
    }

    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Every cell: variables in order, arrays flattened with the last index fastest.
    pub fn cells(&self) -> impl Iterator<Item = Cell> {
        self.places.iter().enumerate().flat_map(|(variable, place)| {
            (0..place.cells).map(move |element| place.cell(VarId::from(variable), element))
        })
    }

    /// The name of a cell: that of its variable, with its indices.
    #[must_use]
    pub fn name(&self, cell: Cell) -> String {
        let Some(variable) = self.variables.get(cell.variable.index()) else { return String::new() };
        let mut lengths = Vec::new();
        let mut ty = &variable.ty;
        while let Type::Array { len, element } = ty {
            lengths.push(*len);
            ty = element;
        }
        let mut rest = cell.element;
        let mut indices: Vec<u32> = Vec::new();
        for len in lengths.iter().rev() {
            indices.push(rest.checked_rem(*len).unwrap_or(0));
            rest = rest.checked_div(*len).unwrap_or(0);
        }
        indices.iter().rev().fold(variable.name.clone(), |name, index| format!("{name}[{index}]"))
    }

    /// Packs a state; `None` where it does not have the variables' types. Equal states have equal words.
    #[must_use]
    pub fn pack(&self, state: &State) -> Option<Vec<u64>> {
        let mut words = vec![0u64; self.words];
        if state.0.len() != self.variables.len() {
            return None;
        }
        let bits = words.view_bits_mut::<Lsb0>();
        for ((value, variable), (number, place)) in
            state.0.iter().zip(&self.variables).zip(self.places.iter().enumerate())
        {
            if !value.has_type(&variable.ty) {
                return None;
            }
            let mut element = 0;
            let mut stack = vec![value];
            while let Some(value) = stack.pop() {
                let raw = match value {
                    Value::Array(elements) => {
                        stack.extend(elements.iter().rev());
                        continue;
                    }
                    Value::Bool(b) => u64::from(*b),
                    Value::Int(v) => v.wrapping_sub(place.lo).cast_unsigned(),
                };
                let cell = place.cell(VarId::from(number), element);
                element += 1;
                if cell.width > 0 {
                    bits.get_mut(cell.range())?.store_le(raw);
                }
            }
        }
        Some(words)
    }

    /// The state with these words; `None` where there are too few of them.
    #[must_use]
    pub fn unpack(&self, words: &[u64]) -> Option<State> {
        let bits = words.view_bits::<Lsb0>();
        let mut values = Vec::with_capacity(self.variables.len());
        for ((number, variable), place) in self.variables.iter().enumerate().zip(&self.places) {
            if let Some(Presence::Fixed(value)) = self.presence.get(number) {
                values.push(value.clone());
                continue;
            }
            let mut flat = Vec::with_capacity(place.cells as usize);
            for element in 0..place.cells {
                let cell = place.cell(VarId::from(number), element);
                let raw: u64 = if cell.width > 0 { bits.get(cell.range())?.load_le() } else { 0 };
                flat.push(raw);
            }
            values.push(rebuild(&variable.ty, &mut flat.into_iter())?);
        }
        Some(State(values))
    }
}

/// Puts `size` bits into the first word with room. Only the last words are tried, which keeps this linear.
fn fit(place: Place, size: u32, used: &mut Vec<u32>) -> Place {
    let from = used.len().saturating_sub(256);
    let found = used.iter().skip(from).position(|&bits| bits + size <= 64).map(|at| from + at);
    let word = found.unwrap_or_else(|| {
        used.push(0);
        used.len() - 1
    });
    let shift = used[word];
    used[word] += size;
    Place { word: word as u32, shift, ..place }
}

/// A value of the type from its packed cells. The recursion is as deep as arrays are nested.
fn rebuild(ty: &Type, cells: &mut impl Iterator<Item = u64>) -> Option<Value> {
    match ty {
        Type::Bool => Some(Value::Bool(cells.next()? != 0)),
        Type::Int { lo, .. } => Some(Value::Int(lo.wrapping_add_unsigned(cells.next()?))),
        Type::Array { len, element } => {
            let elements: Option<Vec<Value>> = (0..*len).map(|_| rebuild(element, cells)).collect();
            Some(Value::Array(elements?.into()))
        }
    }
}

impl Place {
    pub(crate) fn cell(&self, variable: VarId, element: u32) -> Cell {
        Cell {
            variable,
            element,
            word: self.word + element / self.per_word,
            shift: self.shift + element % self.per_word * self.width,
            width: self.width,
        }
    }

    /// The mask of one cell, shifted to bit 0.
    pub(crate) fn mask(&self) -> u64 {
        low_bits(self.width)
    }
}

/// A word whose lowest `width` bits are set.
pub(crate) fn low_bits(width: u32) -> u64 {
    match width {
        0 => 0,
        width => u64::MAX >> (64 - width.min(64)),
    }
}

impl Cell {
    fn range(&self) -> std::ops::Range<usize> {
        let start = self.word as usize * 64 + self.shift as usize;
        start..start + self.width as usize
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<[String; 5]> = self
            .cells()
            .map(|cell| {
                let mut ty = self.variables.get(cell.variable.index()).map(|variable| &variable.ty);
                while let Some(Type::Array { element, .. }) = ty {
                    ty = Some(element);
                }
                let ty = ty.map(ToString::to_string).unwrap_or_default();
                let [word, shift, width] = [cell.word, cell.shift, cell.width].map(|n| n.to_string());
                [self.name(cell), ty, word, shift, width]
            })
            .collect();
        let heads = ["cell", "type", "word", "shift", "width"];
        let columns: Vec<usize> = (0..5)
            .map(|i| rows.iter().map(|row| row[i].chars().count()).chain([heads[i].len()]).max().unwrap_or(0))
            .collect();
        let mut line = |row: [&str; 5]| {
            writeln!(
                f,
                "{:<a$}  {:<b$}  {:>c$}  {:>d$}  {:>e$}",
                row[0],
                row[1],
                row[2],
                row[3],
                row[4],
                a = columns[0],
                b = columns[1],
                c = columns[2],
                d = columns[3],
                e = columns[4]
            )
        };
        line(heads)?;
        for row in &rows {
            line([&row[0], &row[1], &row[2], &row[3], &row[4]])?;
        }
        let words = if self.words == 1 { "word" } else { "words" };
        writeln!(f, "{} bits in {} {words} of 64", self.bits, self.words)
    }
}
