//! The abstract syntax of a chapter: what was written, with positions, before any name has a meaning.
//!
//! Every node keeps its [`Span`]. `Error` nodes stand where the parser recovered; whoever meets one stays silent,
//! since the parser has already reported it.

mod channel;
mod expect;
mod open;
mod part;
mod protocol;

pub use channel::{Channel, ChannelFault, ChannelFaultKind};
pub use expect::{ExpectKind, Expectation};
pub use open::{Assume, AssumeClause, Guarantee, Standing};
pub use part::{MemberPath, ModelParam, Part, PartRole, Sync};
pub use protocol::{
    Clock, Communication, Delay, Event, Fault, FaultKind, Handler, Latest, NetworkOption, Node, ProtocolItem,
    communications, replace_communications,
};

use musilc_ir::{Fairness, Span};

/// An identifier as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// The text of the `///` lines before an item, without the slashes, joined by newlines.
pub type Doc = Option<String>;

/// A whole chapter: its items in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chapter {
    /// The items.
    pub items: Vec<Item>,
}

/// A top-level declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its documentation.
    pub doc: Doc,
    /// From its first token to its last, documentation aside.
    pub span: Span,
    /// What it declares.
    pub kind: ItemKind,
}

/// The kinds of top-level declarations.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemKind {
    /// `const N: 2..=16 = 5;`
    Const {
        /// Its name.
        name: Name,
        /// The type that its value, also one given on the command line, must lie in.
        ty: TypeExpr,
        /// The default value.
        value: Expr,
    },
    /// `type Actor = 0..2;`
    Type {
        /// Its name.
        name: Name,
        /// What it abbreviates.
        ty: TypeExpr,
    },
    /// `enum Color { Red, Green }`, `enum Msg { Vote(rm: Rm), Commit }`
    Enum {
        /// Its name.
        name: Name,
        /// The variants, in order.
        variants: Vec<Variant>,
    },
    /// `struct Line { state: Mesi, value: Value }`
    Struct {
        /// Its name.
        name: Name,
        /// The fields, in order.
        fields: Vec<Field>,
    },
    /// `fn f(x: T) -> U = e;`
    Fn(Function),
    /// `model M(p: T) { … }`
    Model {
        /// Its name.
        name: Name,
        /// Its parameters, fixed by each check and by each part that is made of it.
        params: Vec<ModelParam>,
        /// What it declares.
        items: Vec<ModelItem>,
    },
    /// `protocol P(p: T) { … }`
    Protocol {
        /// Its name.
        name: Name,
        /// Its parameters, fixed by each check.
        params: Vec<ModelParam>,
        /// What it declares.
        items: Vec<ModelItem>,
    },
    /// `environment E(p: T, ref v: T) { … }`
    Environment {
        /// Its name.
        name: Name,
        /// Its parameters, given by each check that uses it.
        params: Vec<ModelParam>,
        /// What it declares.
        items: Vec<ModelItem>,
    },
    /// `use std::kubernetes;`
    Use {
        /// The library.
        library: Name,
        /// The module of it whose declarations the chapter uses.
        module: Name,
    },
    /// `property absence(p): always !p;`
    Pattern(FormulaPattern),
    /// `check c: M(p: v) expect …;`
    Check {
        /// Whether the guarantees of the environments are claimed, as in `check guarantee c: …`, and not the properties of the model.
        guarantee: bool,
        /// Its name.
        name: Name,
        /// The model that it instantiates.
        model: Name,
        /// The model's arguments.
        args: Vec<Arg>,
        /// The environments that the model runs in.
        with: Vec<Part>,
        /// The verdict that it must get.
        expect: Expectation,
    },
    /// The parser recovered here.
    Error,
}

/// A temporal formula with parameters that stand for formulas.
#[derive(Clone, Debug, PartialEq)]
pub struct FormulaPattern {
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub params: Vec<Name>,
    /// The formula.
    pub body: Expr,
}

/// A pure, non-recursive function; inside a model it may read the state.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub params: Vec<Field>,
    /// The type of its result.
    pub result: TypeExpr,
    /// Its value.
    pub body: Expr,
}

/// A variant of an enum.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Its documentation.
    pub doc: Doc,
    /// Its name.
    pub name: Name,
    /// Its fields; empty where it was written without parentheses.
    pub fields: Vec<Field>,
}

/// `name: T`: a field, or a parameter of a function or model.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
}

/// An argument, `value` or `name: value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    /// The name, where it is given.
    pub name: Option<Name>,
    /// The value.
    pub value: Expr,
}

/// A declaration inside a model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelItem {
    /// Its documentation.
    pub doc: Doc,
    /// From its first token to its last, documentation aside.
    pub span: Span,
    /// What it declares.
    pub kind: ModelItemKind,
}

/// The kinds of declarations inside a model.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelItemKind {
    /// `var x: T = e;`, `var x: T = any;`, `var x: T;` (which the checker rejects with advice)
    Var {
        /// Its name.
        name: Name,
        /// Its type.
        ty: TypeExpr,
        /// Its initial value.
        init: VarInit,
    },
    /// `init cond;`
    Init(Expr),
    /// `fn f(x: T) -> U = e;`, which may read the state
    Fn(Function),
    /// `action a(x: T, m in s) when g { … }`
    Action(Action),
    /// `terminal p;`
    Terminal(Expr),
    /// Where the time of a model is over. Nobody writes it; protocols with a clock that ends have it.
    Horizon(Expr),
    /// `invariant p: e;`, `invariant inductive p: e;`, `step invariant p: e;`, `reachable p: e;`, `recoverable p: always possible e;`, `property p: f;`
    Property {
        /// Which of them.
        kind: PropertyKind,
        /// Of an invariant: whether it is claimed to be inductive, as in `invariant inductive p: e;`.
        inductive: bool,
        /// Its name.
        name: Name,
        /// The claim.
        claim: Expr,
    },
    /// `table t on v: T = e { A -> B | C; }`, `table t on v: T from "file.toml";`
    Table(Table),
    /// `part p = M(a: e, ref v);`, `part p[i: T] = M(a: i);`
    Part(Part),
    /// `sync a.send with b.receive;`
    Sync(Sync),
    /// A name for several actions, of which any is meant. Nobody writes it; nodes with several handlers of a message have it.
    Group {
        /// The name.
        name: String,
        /// The names of the actions.
        members: Vec<String>,
    },
    /// `guarantee g: c;`: in environments only.
    Guarantee(Guarantee),
    /// `assume a: "text", unverified, source "…";`: in environments only.
    Assume(Assume),
    /// `channel c: M fifo, capacity 2;`
    Channel(Channel),
    /// `message M;`, `node N { … }`, `on M { … }`, …: in protocols and their nodes only.
    Protocol(ProtocolItem),
    /// The parser recovered here.
    Error,
}

/// The initial value of a variable.
#[derive(Clone, Debug, PartialEq)]
pub enum VarInit {
    /// `= e`
    Value(Expr),
    /// `= any`: every value of the type.
    Any(Span),
    /// Nothing was written.
    Missing,
}

/// The kinds of properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyKind {
    /// Must be true in every reachable state.
    Invariant,
    /// Must be true of every step from a reachable state.
    StepInvariant,
    /// Must be true in some reachable state.
    Reachable,
    /// Must be true in some state that can be reached, from every reachable state.
    Recoverable,
    /// Must be true of every run.
    Temporal,
}

/// A guarded action.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// What is assumed of runs in which it could go on happening.
    pub fairness: Fairness,
    /// Its name.
    pub name: Name,
    /// Its parameters; each binding of them is an instance.
    pub params: Vec<ActionParam>,
    /// The guard, after `when`.
    pub guard: Option<Expr>,
    /// The statements, executed in order as one atomic step.
    pub body: Vec<Stmt>,
}

/// A parameter of an action: `a: T` ranges over a type, `m in s` over the members of a set in the current state, `m from c` is a message
/// that is received.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionParam {
    /// Its name.
    pub name: Name,
    /// What it ranges over.
    pub domain: Domain,
}

/// What a bound variable ranges over.
#[derive(Clone, Debug, PartialEq)]
pub enum Domain {
    /// A type that cannot be read as an expression (`bool`, `Option<T>`, `[T; K]` …), or any type after `:` in an action's parameters.
    Type(TypeExpr),
    /// Anything after `in` that reads as an expression: a range, the name of a type, or a set in the current state.
    Expr(Expr),
    /// The channel after `from`, in an action's parameters only.
    Channel(Expr),
}

/// A transition table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What is assumed of runs in which its action could go on happening.
    pub fairness: Fairness,
    /// Its name; the name of the action that it stands for too.
    pub name: Name,
    /// The variable that it declares.
    pub variable: Name,
    /// The variable's type.
    pub ty: TypeExpr,
    /// The variable's initial value, where one is written.
    pub init: VarInit,
    /// Its rows.
    pub source: TableSource,
}

/// Where a table's rows stand.
#[derive(Clone, Debug, PartialEq)]
pub enum TableSource {
    /// In braces.
    Inline(Vec<TableRow>),
    /// In a TOML or JSON file beside the chapter.
    File {
        /// The path as written.
        path: String,
        /// Where the string stands.
        span: Span,
    },
}

/// `A -> B | C;`; no targets (`A;`) declares a sink.
#[derive(Clone, Debug, PartialEq)]
pub struct TableRow {
    /// The state that the row is for.
    pub from: Name,
    /// The states that may follow.
    pub to: Vec<Name>,
}

/// A type as written.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeExpr {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: TypeKind,
}

/// The kinds of types.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeKind {
    /// `bool`
    Bool,
    /// `lo..hi`, `lo..=hi`; the bounds are constant expressions.
    Range {
        /// The least value.
        lo: Box<Expr>,
        /// The bound above.
        hi: Box<Expr>,
        /// Whether `hi` itself belongs to the range.
        closed: bool,
    },
    /// The name of a type; as the index of an array also the name of a constant length.
    Named(Name),
    /// A length, as the index of an array: `[bool; 2 * N]`.
    Length(Box<Expr>),
    /// `Option<T>`
    Option(Box<TypeExpr>),
    /// `[T; K]`
    Array {
        /// The type of the elements.
        element: Box<TypeExpr>,
        /// The type of the index, or the length.
        index: Box<TypeExpr>,
    },
    /// `Set<T>`
    Set(Box<TypeExpr>),
    /// `Bag<T, n>`
    Bag(Box<TypeExpr>, Box<Expr>),
    /// `Seq<T, n>`
    Seq(Box<TypeExpr>, Box<Expr>),
    /// `M fifo capacity 2`, in the type of a parameter of a model only.
    Channel(Box<TypeExpr>, Vec<NetworkOption>),
    /// The parser recovered here.
    Error,
}

/// A statement of an action.
#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    /// Where it stands.
    pub span: Span,
    /// What it does.
    pub kind: StmtKind,
}

/// The kinds of statements.
#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    /// `let x = e;` (`e` may be `q.pop()`, which also removes the head)
    Let {
        /// The name.
        name: Name,
        /// Its value.
        value: Expr,
    },
    /// `place = e;`
    Assign {
        /// A variable with any number of `[i]` and `.field` after it.
        place: Expr,
        /// The new value.
        value: Expr,
    },
    /// `s.push(x);`, `s.pop();`, `s.insert(x);`, `s.remove(x);`: an expression of kind [`ExprKind::Method`].
    Call(Expr),
    /// `send M to p;`; in nodes `reply M;`, `set t;` and `cancel t;` too.
    Communicate(Communication),
    /// `if c { … } else { … }`; `else if` is an `if` alone in the else branch.
    If {
        /// The condition.
        cond: Expr,
        /// What is done where it is true.
        then: Vec<Stmt>,
        /// What is done where it is false.
        otherwise: Vec<Stmt>,
    },
    /// `match e { p => { … } … }`
    Match {
        /// What is taken apart.
        subject: Expr,
        /// The arms, in order.
        arms: Vec<StmtArm>,
    },
    /// `for x in T { … }`
    For {
        /// The loop variable.
        name: Name,
        /// What it ranges over, in ascending order.
        domain: Domain,
        /// What is done for each.
        body: Vec<Stmt>,
    },
    /// The parser recovered here.
    Error,
}

/// An arm of a `match` statement.
#[derive(Clone, Debug, PartialEq)]
pub struct StmtArm {
    /// Where it stands.
    pub span: Span,
    /// What it matches.
    pub pattern: Pattern,
    /// What is done.
    pub body: Vec<Stmt>,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The kinds of expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `true`, `false`
    Bool(bool),
    /// `42`
    Int(i64),
    /// `x`, `Red`, `Color::Red`, `None`, `N`
    Path(Path),
    /// `f(x)`, `Vote(rm: 1, yes: true)`, `Some(v)`, `Line(state: I, value: 0)`
    Call {
        /// What is called or built.
        callee: Path,
        /// The arguments.
        args: Vec<Arg>,
    },
    /// `!e`, `-e`
    Unary(UnaryOp, Box<Expr>),
    /// `a op b`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `e.name`
    Field(Box<Expr>, Name),
    /// `e.name(args)`
    Method {
        /// What it is called on.
        receiver: Box<Expr>,
        /// The method.
        name: Name,
        /// The arguments.
        args: Vec<Expr>,
    },
    /// `e[i]`
    Index(Box<Expr>, Box<Expr>),
    /// `e'`: the value after the step (in a step invariant only).
    Prime(Box<Expr>),
    /// `if c { a } else { b }`; `else if` is an `if` as the else branch.
    If {
        /// The condition.
        cond: Box<Expr>,
        /// The value where it is true.
        then: Box<Expr>,
        /// The value where it is false.
        otherwise: Box<Expr>,
    },
    /// `match e { p => a, … }`
    Match {
        /// What is taken apart.
        subject: Box<Expr>,
        /// The arms, in order.
        arms: Vec<ExprArm>,
    },
    /// `e is p`
    Is(Box<Expr>, Box<Pattern>),
    /// `forall x in T: p`, `count x, y in T, z in U: p`, …
    Quantified {
        /// Which quantifier.
        kind: Quantifier,
        /// The bound variables, in order, each with its domain.
        binders: Vec<Binder>,
        /// The body.
        body: Box<Expr>,
    },
    /// `min(a, b)`, `max(a, b)`, …: least or greatest of two or more numbers.
    Extremum {
        /// `Min` or `Max`.
        kind: Quantifier,
        /// The numbers.
        args: Vec<Expr>,
    },
    /// `{a, b}`, `{}`
    SetLiteral(Vec<Expr>),
    /// `{ x in T if p }`, `{ x in T }`
    SetComprehension {
        /// The bound variable.
        binder: Box<Binder>,
        /// The condition.
        filter: Option<Box<Expr>>,
    },
    /// `[a, b, c]`
    ArrayLiteral(Vec<Expr>),
    /// `lo..hi`, `lo..=hi`: only after `in`.
    Range {
        /// The least value.
        lo: Box<Expr>,
        /// The bound above.
        hi: Box<Expr>,
        /// Whether `hi` itself belongs to the range.
        closed: bool,
    },
    /// `enabled(a)`, `taken(a(1, _))`
    Instance {
        /// What is said of it.
        about: About,
        /// The action.
        action: Box<MemberPath>,
        /// Its arguments; `None` for any.
        args: Option<Vec<Arg>>,
    },
    /// `_` as an argument of such an action, or as the index of a part on the way to it: any value.
    Wildcard,
    /// `ref e` as an argument of a part.
    Ref(Box<Expr>),
    /// `(e)`: kept, so that positions and later formatting are exact.
    Paren(Box<Expr>),
    /// The parser recovered here.
    Error,
}

/// What is said of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum About {
    /// It could happen next.
    Enabled,
    /// It happens next.
    Taken,
}

/// `name` or `Type::name`.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// The type before `::`.
    pub qualifier: Option<Name>,
    /// The name itself.
    pub name: Name,
}

/// A bound variable with its domain.
#[derive(Clone, Debug, PartialEq)]
pub struct Binder {
    /// The variable.
    pub name: Name,
    /// What it ranges over. In `a, b in T` both binders hold a copy of `T`.
    pub domain: Domain,
}

/// The quantifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// True of all.
    Forall,
    /// True of at least one.
    Exists,
    /// How many it is true of.
    Count,
    /// The sum of the body's values.
    Sum,
    /// The least of the body's values; a model error over nothing.
    Min,
    /// The greatest of the body's values; a model error over nothing.
    Max,
    /// The least value that it is true of; a model error if there is none.
    Choose,
}

/// An arm of a `match` expression.
#[derive(Clone, Debug, PartialEq)]
pub struct ExprArm {
    /// Where it stands.
    pub span: Span,
    /// What it matches.
    pub pattern: Pattern,
    /// Its value.
    pub value: Expr,
}

/// Operators before one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `!`
    Not,
    /// `-`
    Neg,
    /// `always`
    Always,
    /// `eventually`
    Eventually,
    /// `next`
    Next,
}

impl UnaryOp {
    /// Whether it speaks of more than one position of a run.
    #[must_use]
    pub fn is_temporal(self) -> bool {
        matches!(self, Self::Always | Self::Eventually | Self::Next)
    }
}

/// Operators between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `<==>`
    Iff,
    /// `~>`
    LeadsTo,
    /// `==>`
    Implies,
    /// `||`
    Or,
    /// `&&`
    And,
    /// `until`
    Until,
    /// `release`
    Release,
    /// `weak until`
    WeakUntil,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=` (of sets: is a subset of)
    Le,
    /// `>`
    Gt,
    /// `>=` (of sets: is a superset of)
    Ge,
    /// `in`
    In,
    /// `|` (union)
    Union,
    /// `&` (intersection)
    Intersection,
    /// `+`
    Add,
    /// `-` (of sets: difference)
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Rem,
}

impl BinaryOp {
    /// Whether it speaks of more than one position of a run.
    #[must_use]
    pub fn is_temporal(self) -> bool {
        matches!(self, Self::LeadsTo | Self::Until | Self::Release | Self::WeakUntil)
    }
}

/// A pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: PatternKind,
}

/// The kinds of patterns.
#[derive(Clone, Debug, PartialEq)]
pub enum PatternKind {
    /// `_`
    Wildcard,
    /// `x`, `Red`, `None`, `Color::Red`: a unit variant if that is what the name means, else a variable.
    Path(Path),
    /// `3`, `-1`
    Int(i64),
    /// `true`, `false`
    Bool(bool),
    /// `Some(p)`, `Vote(rm, yes)`, `Vote(rm: r, yes: true)`, `Vote(rm, ..)`
    Call {
        /// The variant or struct.
        path: Path,
        /// The patterns of its fields.
        args: Vec<PatternArg>,
        /// Whether `..` stands at the end: the other fields may be anything.
        rest: bool,
    },
    /// `p | q`; the alternatives bind nothing.
    Or(Vec<Pattern>),
    /// The parser recovered here.
    Error,
}

/// A field of a pattern, `p` (by position) or `name: p`.
#[derive(Clone, Debug, PartialEq)]
pub struct PatternArg {
    /// The name, where it is given.
    pub name: Option<Name>,
    /// The pattern.
    pub pattern: Pattern,
}
