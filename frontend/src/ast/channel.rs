//! Channels of models: variables that hold messages on their way.

use super::{Expr, Field, Name, NetworkOption, Pattern, TypeExpr};
use musilc_ir::{Fairness, Span};

/// `channel c: M fifo, capacity 2;`, `channel c[p: T]: M unordered { lose at most 1; }`
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// Its name.
    pub name: Name,
    /// What tells several of them apart: there is one for each combination.
    pub indices: Vec<Field>,
    /// The type of its messages.
    pub message: TypeExpr,
    /// What it is like.
    pub options: Vec<NetworkOption>,
    /// What may go wrong with it.
    pub faults: Vec<ChannelFault>,
}

/// What may go wrong with a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelFault {
    /// Where it stands.
    pub span: Span,
    /// What is assumed of runs in which it could go on happening.
    pub fairness: Fairness,
    /// What happens.
    pub kind: ChannelFaultKind,
    /// How often at most; as often as it likes where nothing is written.
    pub budget: Option<Expr>,
    /// When it may happen, after `when`.
    pub guard: Option<Expr>,
}

/// The kinds of faults of channels.
#[derive(Clone, Debug, PartialEq)]
pub enum ChannelFaultKind {
    /// `lose`, `lose p`: a message that matches.
    Lose(Option<Pattern>),
    /// `duplicate`, `duplicate p`
    Duplicate(Option<Pattern>),
    /// `corrupt p into e`
    Corrupt {
        /// What is replaced.
        pattern: Pattern,
        /// What arrives instead.
        into: Expr,
    },
}
