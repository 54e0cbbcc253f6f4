//! Protocols: nodes that send messages to each other.

use super::{
    Arg, Expr, ExprKind, ModelItem, ModelItemKind, Name, Pattern, PatternArg, Stmt, StmtArm, StmtKind,
    TypeExpr, Variant,
};
use musilc_ir::{Fairness, Span};

/// `node N { … }`, `node N[T] { … }`, `node N[i: T] { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its name.
    pub name: Name,
    /// What its index is called, where it says so, and what it ranges over, where there is a node for each.
    pub index: Option<(Option<Name>, TypeExpr)>,
    /// What it declares.
    pub items: Vec<ModelItem>,
}

/// `on start { … }`, `on M(x) from p when g { … }`, `on timeout t { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Handler {
    /// What is assumed of runs in which it could go on happening; that of the network where nothing is written.
    pub fairness: Fairness,
    /// What it reacts to.
    pub event: Event,
    /// The guard, after `when`.
    pub guard: Option<Expr>,
    /// The statements.
    pub body: Vec<Stmt>,
}

/// What a node reacts to.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// `start`: once, before anything else.
    Start(Span),
    /// `restart`: after a crash.
    Restart(Span),
    /// `timeout t`: the timer fires.
    Timeout(Name),
    /// `M(x, y) from p`: a message arrives.
    Message {
        /// The message.
        name: Name,
        /// Patterns of its fields.
        fields: Vec<PatternArg>,
        /// Whether `..` stands at the end: the other fields may be anything.
        rest: bool,
        /// What the sender is called.
        from: Option<Name>,
    },
}

/// A statement of a node, or one that sends over a channel.
#[derive(Clone, Debug, PartialEq)]
pub enum Communication {
    /// `send M(x: e) to p;`
    Send {
        /// The message; over a channel it may be any value.
        value: Box<Expr>,
        /// The receiver, or the channel.
        to: Box<Expr>,
    },
    /// `send M(x: e) to all N;`
    Broadcast {
        /// The message.
        value: Box<Expr>,
        /// The nodes that receive it; a node never sends to itself so. Or the channels.
        to: Name,
    },
    /// `reply M(x: e);`: to the sender of the message that is being handled.
    Reply {
        /// The message.
        message: Name,
        /// Its fields.
        args: Vec<Arg>,
    },
    /// `set t;`, `set t in n;`, `set t in lo..=hi;`
    Set(Name, Option<Box<Delay>>),
    /// `cancel t;`
    Cancel(Name),
}

impl Communication {
    /// The message of a protocol that is sent, and its fields; `None` where something else is sent, or nothing.
    #[must_use]
    pub fn message(&self) -> Option<(&Name, &[Arg])> {
        let value = match self {
            Self::Send { value, .. } | Self::Broadcast { value, .. } => value,
            Self::Reply { message, args } => return Some((message, args)),
            Self::Set(..) | Self::Cancel(_) => return None,
        };
        match &value.kind {
            ExprKind::Path(path) if path.qualifier.is_none() => Some((&path.name, &[])),
            ExprKind::Call { callee, args } if callee.qualifier.is_none() => Some((&callee.name, args)),
            _ => None,
        }
    }
}

/// When a timer fires, in ticks of the clock from now on.
#[derive(Clone, Debug, PartialEq)]
pub struct Delay {
    /// Where it stands.
    pub span: Span,
    /// Not before so many ticks have passed.
    pub least: Expr,
    /// Until when it fires at the latest.
    pub latest: Latest,
}

/// Until when a timer fires at the latest.
#[derive(Clone, Debug, PartialEq)]
pub enum Latest {
    /// `in n`: after these ticks.
    Same,
    /// `in lo..hi`, `in lo..=hi`: after so many ticks, the last of them included where the flag says so.
    Until(Expr, bool),
    /// `in lo..`: at any time after that.
    Never,
}

/// `clock;`, `fair clock until n;`
#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    /// What is assumed of runs in which it could go on ticking.
    pub fairness: Fairness,
    /// How far it goes, where the time can be read.
    pub end: Option<Expr>,
}

/// A word after `network`.
#[derive(Clone, Debug, PartialEq)]
pub enum NetworkOption {
    /// `unordered`, `lossy`, …
    Word(Name),
    /// `capacity n`
    Capacity(Span, Expr),
    /// `when full w`
    WhenFull(Name),
    /// `fair`, `strong fair`
    Fair(Fairness, Span),
}

/// What may go wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Where it stands.
    pub span: Span,
    /// What is assumed of runs in which it could go on happening.
    pub fairness: Fairness,
    /// What happens.
    pub kind: FaultKind,
    /// How often at most; as often as it likes where nothing is written.
    pub budget: Option<Expr>,
}

/// The kinds of faults.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// `crash N`, `crash N, restart`
    Crash {
        /// The nodes that may crash.
        node: Name,
        /// Whether they may come back, and what is assumed of that.
        restart: Option<Fairness>,
    },
    /// `partition {A} | {B}`, `partition {A} | {B}, heal`
    Partition {
        /// The groups; nodes are named, or given with an index.
        groups: Vec<Vec<Expr>>,
        /// Whether it may end, and what is assumed of that.
        heal: Option<Fairness>,
    },
    /// `lose`, `lose M`
    Lose(Option<Name>),
    /// `duplicate`, `duplicate M`
    Duplicate(Option<Name>),
    /// `corrupt M(x) into M(x: e)`
    Corrupt {
        /// What is replaced.
        pattern: Pattern,
        /// The message that arrives instead.
        message: Name,
        /// Its fields.
        args: Vec<Arg>,
    },
}

/// What only protocols and their nodes declare.
#[derive(Clone, Debug, PartialEq)]
pub enum ProtocolItem {
    /// `message M(x: T);`
    Message(Variant),
    /// `node N[T] { … }`
    Node(Node),
    /// `network unordered, lossy;`
    Network(Vec<NetworkOption>),
    /// `faults { … }`
    Faults(Vec<Fault>),
    /// `clock until n;`
    Clock(Clock),
    /// `on M(x) from p { … }`
    On(Handler),
    /// `stable var x: T = e;`: what a crash leaves as it is.
    Stable(Box<ModelItemKind>),
}

/// Calls `visit` with each sending, reply and timer among these statements, however deep, and with its place.
pub fn communications<'a>(stmts: &'a [Stmt], visit: &mut impl FnMut(Span, &'a Communication)) {
    for stmt in stmts {
        match &stmt.kind {
            StmtKind::Communicate(communication) => visit(stmt.span, communication),
            StmtKind::If { then, otherwise, .. } => {
                communications(then, visit);
                communications(otherwise, visit);
            }
            StmtKind::Match { arms, .. } => arms.iter().for_each(|arm| communications(&arm.body, visit)),
            StmtKind::For { body, .. } => communications(body, visit),
            StmtKind::Let { .. } | StmtKind::Assign { .. } | StmtKind::Call(_) | StmtKind::Error => {}
        }
    }
}

/// The statements with others in the place of each sending, reply and timer among them, however deep.
pub fn replace_communications(
    stmts: &[Stmt],
    replace: &mut impl FnMut(Span, &Communication) -> Vec<Stmt>,
) -> Vec<Stmt> {
    let replaced = |stmt: &Stmt| {
        let kind = match &stmt.kind {
            StmtKind::Communicate(communication) => return replace(stmt.span, communication),
            StmtKind::If { cond, then, otherwise } => StmtKind::If {
                cond: cond.clone(),
                then: replace_communications(then, replace),
                otherwise: replace_communications(otherwise, replace),
            },
            StmtKind::Match { subject, arms } => StmtKind::Match {
                subject: subject.clone(),
                arms: arms
                    .iter()
                    .map(|arm| StmtArm { body: replace_communications(&arm.body, replace), ..arm.clone() })
                    .collect(),
            },
            StmtKind::For { name, domain, body } => StmtKind::For {
                name: name.clone(),
                domain: domain.clone(),
                body: replace_communications(body, replace),
            },
            other => other.clone(),
        };
        vec![Stmt { span: stmt.span, kind }]
    };
    stmts.iter().flat_map(replaced).collect()
}
