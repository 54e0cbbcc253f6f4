//! The musil language: from the text of a chapter to the intermediate representation.
//!
//! ```text
//! literate -> lexer -> grammar (lalrpop) -> ast -> check (names, types) -> hir -> lower -> musilc_ir::TransitionSystem
//! ```

pub mod ast;
mod check;
pub mod diagnostic;
mod environment;
pub mod hir;
mod lexer;
pub mod library;
pub mod literate;
mod lower;
pub mod parse;
mod program;
mod protocol;
mod unread;

pub use ast::Standing;
pub use hir::Assumption;
pub use program::{Check, Environment, Expect, Files, Options, Program, compile};
