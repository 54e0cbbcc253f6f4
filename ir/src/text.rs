//! The text form of transition systems: what `musilc ir` shows, and what bug reports contain. It holds everything, so that
//! parsing what was printed gives a system that prints the same and behaves the same.
//!
//! ```text
//! system "lost-update broken"
//!
//! var x: 0..=2
//! var done: [bool; 2]
//!
//! source x: 0..=2 from x @21..34
//! source done: [bool; 0..=1] from done @40..63
//!
//! init
//!   x = 0
//!   done = [false, false]
//!
//! transition write(a: 0..=1) @70..140
//!   when !done[$a]
//!   fail out_of_range(0..=2, "x") if 2 < x + 1 showing x + 1 @90..95
//!   x := narrow(x + 1, 0..=2)
//!   done := done[$a := true]
//!
//! terminal
//!   holds done[0] && done[1]
//!
//! invariant small @150..160
//!   holds x < 2
//!   claim x < 2 @150..155 {
//!     show 0..=2: (x) @150..151
//!   }
//! ```
//!
//! # Grammar
//!
//! White space and comments (`//` to the end of the line) separate tokens and mean nothing else. `NAME` is an identifier (letters,
//! digits, `_`, and `.` before one of these) that is no keyword, or any text in double quotes with Rust's escapes. `INT` is a decimal number
//! with an optional minus. `x*` is any number of x, `x,*` the same with commas between, `x?` at most one.
//!
//! ```text
//! file       = "system" NAME type* variable* source* shared? init transition* terminal property* probes? chart?
//! type       = "enum" LABEL "{" variant,* "}" | "struct" LABEL "{" field,* "}"
//! variant    = NAME ("(" field,* ")")?
//! field      = NAME ":" data
//! LABEL      = NAME ("#" INT)?                     the number tells types of the same name apart
//! variable   = "var" NAME ":" ir-type
//! ir-type    = "bool" | range | "[" ir-type ";" INT "]"
//! range      = INT "..=" INT
//! source     = "source" NAME ":" data "from" (NAME | "#" INT) span
//! data       = "bool" | "number" | range | LABEL | "[" data ";" data "]"
//!            | ("Option" | "Set") "<" data ">" | ("Bag" | "Seq") "<" data "," INT ">"
//! span       = ("@" INT ".." INT)?                 bytes of the chapter's file; 0..0 where there is none
//!
//! shared     = "shared" let*                       what several sections use; sections follow
//! init       = "init" params? let* failure* ("where" expr)* (NAME "=" expr)*
//! transition = (("weak" | "strong") "whole"?)? "transition" NAME params? span
//!              let* failure* "when" expr failure* (NAME ":=" expr)*
//! terminal   = "terminal" let* failure* "holds" expr
//! property   = ("inductive"? "invariant" | "step" "invariant" | "reachable" | "temporal" | "recoverable") NAME span
//!              let* failure* "holds" expr "claim" claim ("formula" formula)?
//! probes     = "probes" let* ("antecedent" NAME ":" expr span | "state" NAME NAME ":" expr span)*
//!
//! chart      = "chart" ("lane" NAME (":" data)? ("up" INT)?)* ("store" INT "{" packet,* "}")* ("event" event)*
//! packet     = NAME "is" NAME INT "to" INT         numbers are positions: of sources, lanes, stores and packets
//! event      = "other" | ("start" | "crash" | "restart" | "lose") INT | ("timeout" | "own") INT NAME
//!            | ("deliver" | "again" | "corrupt") INT INT | "partition" | "heal"
//!
//! params     = "(" (NAME ":" data),* ")"
//! let        = "%" INT "=" expr
//! failure    = "fail" kind "if" expr ("showing" expr)? span
//! kind       = "out_of_range" "(" range "," NAME ")" | "bad_index" "(" range ")" | "division_by_zero"
//!            | "empty_sequence" | "full_sequence" "(" INT ")" | "full_bag" "(" INT ")" | "not_in_bag"
//!            | "no_value" | "nothing_to_choose" | "other_variant" "(" NAME ")"
//! claim      = expr span ("{" (part | show)* "}")?
//! part       = "part" (NAME "=" NAME ":")? claim
//! formula    = "condition" span claim | "taken" span NAME "#" INT "(" (INT | "any"),* ")"
//!            | ("all" | "any") span "{" ("part" (NAME "=" NAME ":")? formula)* "}"
//!            | ("not" | "next" | "always" | "eventually") span "{" formula "}"
//!            | ("implies" | "iff" | "until" | "weak_until" | "release" | "leads_to") span "{" formula formula "}"
//! show       = "show" data ":" "(" expr,* ")" span
//!
//! expr       = operands with, from loose to tight:   ||   &&   == != < <= > >=   + -   * div mod   ! -   e[i] e[i := v]
//! primary    = "true" | "false" | INT | NAME | NAME "'" | "$" NAME | "$" INT | "%" INT | "(" expr ")"
//!            | "if" expr "{" expr "}" "else" (primary | "{" expr "}")
//!            | "narrow" "(" expr "," range ")" | "[" expr,* "]" | "[" expr ";" INT "]"
//! ```
//!
//! `x'` is the value of `x` after the step, `$a` a parameter (by position where its name is not unique), `%1` an expression that a
//! `let` named: printed once, used often. `div` and `mod` are Euclidean, and 0 where the divisor is 0; `narrow` and the others are those of [`Node`](crate::Node).
//! A list of `||`, `&&` or `+` is one node; comparisons do not associate; `!=`, `>=` and `>` are the negations of `==`, `<` and `<=`.

mod chart;
mod expression;
mod formula;
mod layout;
mod lexer;
mod parser;
mod printer;
mod sections;
mod types;
mod writer;

use crate::TransitionSystem;
use std::fmt;

/// Where and why a text is no transition system.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextError {
    /// The line, counting from 1; 0 where the system as a whole is not well formed.
    pub line: u32,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}", self.message),
            line => write!(f, "line {line}: {}", self.message),
        }
    }
}

impl std::error::Error for TextError {}

/// The text of a [valid](crate::validate()) system.
#[must_use]
pub fn print(system: &TransitionSystem) -> String {
    printer::print(system)
}

/// The system that a text describes.
///
/// # Errors
/// The first place that does not fit the grammar or the types of expressions, or else what is not [valid](crate::validate()).
pub fn parse(text: &str) -> Result<TransitionSystem, TextError> {
    let system = parser::parse(text)?;
    crate::validate(&system)
        .map_err(|problems| TextError { line: 0, message: problems.join("; ") })
        .map(|()| system)
}

/// Words that stand for themselves; a name that is one of them is printed in quotes.
const KEYWORDS: &[&str] = &[
    "Bag",
    "Option",
    "Seq",
    "Set",
    "antecedent",
    "bool",
    "claim",
    "div",
    "else",
    "enum",
    "fail",
    "false",
    "formula",
    "from",
    "holds",
    "if",
    "inductive",
    "init",
    "invariant",
    "mod",
    "narrow",
    "number",
    "part",
    "probes",
    "reachable",
    "recoverable",
    "shared",
    "show",
    "showing",
    "source",
    "state",
    "step",
    "strong",
    "struct",
    "system",
    "temporal",
    "terminal",
    "transition",
    "true",
    "var",
    "weak",
    "when",
    "where",
];
