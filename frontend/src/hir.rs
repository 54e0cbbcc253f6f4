//! The typed form of a chapter: every name resolved, every expression with its type, conversions explicit.
//!
//! Types of expressions are those of `musilc_ir::DataType`, where arithmetic has the type `DataType::NUMBER`. Wherever a
//! value is stored, a [`ExprKind::Store`] says into which type; leaving that type's ranges is a model error there.

use crate::ast::{BinaryOp, Doc, PropertyKind, Quantifier, Standing, UnaryOp};
use musilc_ir::{DataType, Fairness, Span};

/// A local name of one body (of an action, function or property): parameters, `let`s, pattern and quantifier variables.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LocalId(pub u32);

/// A function of the chapter, in [`Chapter::functions`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FunctionId(pub u32);

/// A variable of a model, in [`Model::vars`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct StateId(pub u32);

/// An action of a model, in [`Model::actions`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ActionId(pub u32);

/// A whole chapter.
#[derive(Clone, Debug, Default)]
pub struct Chapter {
    /// Functions, those inside models too.
    pub functions: Vec<Function>,
    /// Models.
    pub models: Vec<Model>,
}

/// A function; a call evaluates the body with the parameters bound.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its parameters: local, name and type.
    pub params: Vec<(LocalId, String, DataType)>,
    /// Whether it stands in a model: then the model's parameters are its first locals.
    pub of_model: bool,
    /// The number of locals of the body.
    pub locals: u32,
    /// The body, stored into the type of the result.
    pub body: Expr,
}

/// A model with all that its parts bring along.
///
/// A part has no form of its own here. Its variables are variables of the model, in arrays by the indices of the parts on the way to it;
/// its actions are actions of the model that have these indices as their first parameters; its properties are claimed for all indices.
#[derive(Clone, Debug)]
pub struct Model {
    /// Its name.
    pub name: String,
    /// The parameters that stand for variables of a model around it; where there are any it can be a part only, and is never lowered.
    pub refs: Vec<String>,
    /// Its parameters; every body of the model has them as its first locals, in this order.
    pub params: Vec<(String, DataType)>,
    /// Its state variables.
    pub vars: Vec<Var>,
    /// The initial conditions.
    pub inits: Vec<Body>,
    /// The actions, those of tables too.
    pub actions: Vec<Action>,
    /// The terminal conditions; a state is terminal where any is true.
    pub terminals: Vec<Body>,
    /// Where the time of the model, or of a part of it, is over; and where that is said.
    pub horizons: Vec<(Body, Span)>,
    /// The properties, in order.
    pub properties: Vec<Property>,
    /// The tables' states, to be reported where they are never reached.
    pub tables: Vec<Table>,
    /// What must have a value whatever happens: the arguments of parts.
    pub constants: Vec<Body>,
    /// Whether it is an environment, which is never lowered by itself.
    pub environment: bool,
    /// What its environments guarantee of states.
    pub guarantees: Vec<Guarantee>,
    /// What its environments rest on.
    pub assumptions: Vec<Assumption>,
}

/// A guarantee of an environment that is a condition on states.
#[derive(Clone, Debug)]
pub struct Guarantee {
    /// Its name, after that of the environment.
    pub name: String,
    /// The assumption that it belongs to, if it is the restriction of one.
    pub assumption: Option<String>,
    /// The condition, for all instances.
    pub condition: Body,
}

/// An assumption of an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// Its name, after that of the environment: `k8s.budget`.
    pub name: String,
    /// What is assumed, in words.
    pub text: String,
    /// Whether it is verified.
    pub status: Standing,
    /// Where it is from.
    pub source: String,
    /// Whether it restricts steps, so that a search can do without it.
    pub restricts: bool,
    /// Its declaration.
    pub span: Span,
}

/// A state variable.
#[derive(Clone, Debug)]
pub struct Var {
    /// Its name, after the names of the parts on the way: `cache.line`.
    pub name: String,
    /// The same for those who read it, where each part with an index has `[_]` after its name: `cache[_].line`.
    pub title: String,
    /// Its type.
    pub ty: DataType,
    /// Its initial value; `None` for any value of the type.
    pub init: Option<Body>,
    /// Its declaration.
    pub span: Span,
}

/// An expression with the number of locals that it needs.
#[derive(Clone, Debug)]
pub struct Body {
    /// The number of locals, the model's parameters included.
    pub locals: u32,
    /// The expression.
    pub expr: Expr,
}

/// An action.
#[derive(Clone, Debug)]
pub struct Action {
    /// Its name. Each `[_]` in it stands for one of the first parameters, in order.
    pub name: String,
    /// Its parameters; those that are indices of parts come first.
    pub params: Vec<ActionParam>,
    /// The number of locals of guard and body.
    pub locals: u32,
    /// The guard.
    pub guard: Option<Expr>,
    /// The statements.
    pub body: Vec<Stmt>,
    /// Of an action of an environment: what its steps keep to.
    pub keeps: Vec<StepCondition>,
    /// What is assumed of runs in which it could go on happening.
    pub fairness: Fairness,
    /// Its declaration.
    pub span: Span,
}

/// A condition on the steps of an action: it is evaluated before the step, and reads the state after it by [`ExprKind::Prime`].
///
/// A step that breaks it is no step. It counts only where the statements can be executed: what is a model error stays one.
#[derive(Clone, Debug)]
pub struct StepCondition {
    /// The condition, with the locals of the action.
    pub condition: Expr,
    /// What it comes from.
    pub origin: Origin,
}

/// What a condition on steps comes from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A guarantee that is relied on.
    Guarantee,
    /// The assumption of this name: it counts while that is assumed.
    Assumption(String),
    /// A guarantee that is claimed: the step is one, and its truth is stored in the place.
    Claim(Place),
}

/// A parameter of an action.
#[derive(Clone, Debug)]
pub struct ActionParam {
    /// The local that holds it.
    pub local: LocalId,
    /// Its name.
    pub name: String,
    /// The type whose values it ranges over.
    pub ty: DataType,
    /// The collection in the current state that it must be a member of.
    pub members: Option<Expr>,
}

/// A property.
#[derive(Clone, Debug)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: PropertyKind,
    /// Of an invariant: whether it is claimed to be inductive.
    pub inductive: bool,
    /// The claim; of a temporal property, `true`.
    pub claim: Body,
    /// What a temporal property claims, with the locals of the claim.
    pub formula: Option<Formula>,
    /// Its declaration.
    pub span: Span,
    /// Its documentation.
    pub doc: Doc,
}

/// A temporal formula.
#[derive(Clone, Debug)]
pub struct Formula {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: FormulaKind,
}

/// The kinds of temporal formulas.
#[derive(Clone, Debug)]
pub enum FormulaKind {
    /// A condition on the state.
    State(Expr),
    /// An instance of the action is executed next, with these arguments, stored into the parameters' types; `None` for any.
    Taken(ActionId, Vec<Option<Expr>>),
    /// `!` or a temporal operator.
    Unary(UnaryOp, Box<Formula>),
    /// `<==>`, `==>`, `||`, `&&` or a temporal operator.
    Binary(BinaryOp, Box<Formula>, Box<Formula>),
    /// A conditional.
    If(Box<Formula>, Box<Formula>, Box<Formula>),
    /// `forall` or `exists` over one variable; what it ranges over is the same in all states.
    Quantified {
        /// Whether the body is to be true of all values, and not of some.
        all: bool,
        /// The variable's name.
        name: String,
        /// The variable.
        local: LocalId,
        /// What it ranges over.
        domain: Box<Domain>,
        /// The body.
        body: Box<Formula>,
    },
    /// Stands for a formula that has been reported.
    Error,
}

/// A transition table over an enum variable.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The variable; in an array by the indices of parts, any of its elements.
    pub state: StateId,
    /// The states, with where each is mentioned first.
    pub states: Vec<(String, Span)>,
}

/// A statement.
#[derive(Clone, Debug)]
pub enum Stmt {
    /// Names a value.
    Let(LocalId, Expr),
    /// Assigns.
    Assign(Place, Expr),
    /// Changes a collection.
    Update {
        /// The collection.
        place: Place,
        /// How.
        change: Change,
        /// The whole statement.
        span: Span,
        /// Where the head of a sequence that `pop` removes is kept.
        popped: Option<LocalId>,
    },
    /// Branches.
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    /// Branches by pattern; the last arm is taken where no earlier one is.
    Match(Expr, Vec<(Pattern, Vec<Stmt>)>),
    /// Repeats for each member.
    For(LocalId, Domain, Vec<Stmt>),
}

/// A change of a collection.
#[derive(Clone, Debug)]
pub enum Change {
    /// Adds to a set or bag.
    Insert(Expr),
    /// Takes from a set or bag.
    Remove(Expr),
    /// Appends to a sequence.
    Push(Expr),
    /// Removes the head of a sequence.
    Pop,
}

/// Something that can be assigned: a state variable or a part of one.
#[derive(Clone, Debug)]
pub struct Place {
    /// The variable.
    pub state: StateId,
    /// The way to the part.
    pub path: Vec<Projection>,
    /// The type of the part.
    pub ty: DataType,
    /// As it is called in messages.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A step from a value to a part of it.
#[derive(Clone, Debug)]
pub enum Projection {
    /// A field of a struct, by position.
    Field(usize),
    /// An element of an array or sequence.
    Index(Expr),
}

/// A typed expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Its type.
    pub ty: DataType,
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The kinds of typed expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A boolean.
    Bool(bool),
    /// A number.
    Int(i64),
    /// A variant of the enum that is the type, by position, with its fields.
    Variant(usize, Vec<Expr>),
    /// A struct.
    Struct(Vec<Expr>),
    /// `None`
    None,
    /// `Some(e)`
    Some(Box<Expr>),
    /// A local.
    Local(LocalId),
    /// A state variable.
    State(StateId),
    /// The expression, read in the state after the step.
    Prime(Box<Expr>),
    /// A call; the arguments are stored into the parameters' types.
    Call(FunctionId, Vec<Expr>),
    /// Negation of a boolean.
    Not(Box<Expr>),
    /// Negation of a number.
    Neg(Box<Expr>),
    /// A binary operator.
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// Whether the first equals one of the others.
    InList(Box<Expr>, Vec<Expr>),
    /// Whether the number lies in the range.
    InRange {
        /// The number.
        value: Box<Expr>,
        /// The least.
        lo: Box<Expr>,
        /// The bound above.
        hi: Box<Expr>,
        /// Whether `hi` belongs to it.
        closed: bool,
    },
    /// Whether the second, a set, bag or sequence, contains the first.
    InCollection(Box<Expr>, Box<Expr>),
    /// Whether a number or other value is a value of the type.
    InType(Box<Expr>, DataType),
    /// A field of a struct, by position.
    Field(Box<Expr>, usize),
    /// An element of an array or sequence.
    Index(Box<Expr>, Box<Expr>),
    /// A property of a collection or option.
    Attribute(Box<Expr>, Attribute),
    /// The copies of an element in a bag.
    Copies(Box<Expr>, Box<Expr>),
    /// A conditional.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// A case distinction; the last arm is taken where no earlier one is.
    Match(Box<Expr>, Vec<(Pattern, Expr)>),
    /// Whether the pattern matches; where it does, its variables are bound.
    Is(Box<Expr>, Pattern),
    /// A quantifier over one variable.
    Quantified {
        /// Which.
        kind: Quantifier,
        /// The variable's name.
        name: String,
        /// The variable.
        local: LocalId,
        /// What it ranges over.
        domain: Box<Domain>,
        /// The body.
        body: Box<Expr>,
    },
    /// The least or greatest of some numbers.
    Extremum(Quantifier, Vec<Expr>),
    /// A set of the listed elements (stored into the element type).
    SetLiteral(Vec<Expr>),
    /// The members that satisfy the condition.
    SetComprehension {
        /// The variable.
        local: LocalId,
        /// What it ranges over.
        domain: Box<Domain>,
        /// The condition.
        filter: Option<Box<Expr>>,
    },
    /// An array or sequence of the listed elements (stored into the element type).
    List(Vec<Expr>),
    /// The array that has the value of the body at each index, with the local bound to the index.
    Tabulate(LocalId, Box<Expr>),
    /// Whether an instance of the action is enabled, with these arguments, stored into the parameters' types; `None` for any.
    Enabled(ActionId, Vec<Option<Expr>>),
    /// The value, stored into the expression's type: ranges are checked, and one value fills an array.
    Store {
        /// The value.
        value: Box<Expr>,
        /// What it is stored in, as messages name it.
        target: String,
    },
    /// Stands for an expression that has been reported.
    Error,
}

/// Binary operators; both operands have been checked to fit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    /// Of booleans.
    Implies,
    /// Of booleans.
    Or,
    /// Of booleans.
    And,
    /// Of any two values of one type, `<==>` included.
    Eq,
    /// Of any two values of one type.
    Ne,
    /// Of numbers.
    Lt,
    /// Of numbers.
    Le,
    /// Of sets: is a subset of.
    Subset,
    /// Of sets: is a subset of, and not equal to.
    ProperSubset,
    /// Of sets.
    Union,
    /// Of sets.
    Intersection,
    /// Of sets.
    Difference,
    /// Of numbers.
    Add,
    /// Of numbers.
    Sub,
    /// Of numbers.
    Mul,
    /// Of numbers.
    Div,
    /// Of numbers.
    Rem,
}

/// Properties of collections and options.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Attribute {
    /// The number of elements, copies included.
    Len,
    /// Whether there is none.
    IsEmpty,
    /// Whether a sequence can take no more.
    IsFull,
    /// The first element of a sequence.
    Head,
    /// Whether an option holds a value.
    IsSome,
    /// Whether an option holds none.
    IsNone,
    /// The value of an option.
    Value,
}

/// What a bound variable ranges over.
#[derive(Clone, Debug)]
pub enum Domain {
    /// All values of a type, ascending.
    Type(DataType),
    /// Numbers.
    Range {
        /// The least.
        lo: Expr,
        /// The bound above.
        hi: Expr,
        /// Whether `hi` belongs to it.
        closed: bool,
    },
    /// The members of a set or bag (each once), ascending, or the elements of a sequence, in order.
    Members(Expr),
    /// Listed values, in order, with their type.
    List(Vec<Expr>, DataType),
}

/// A typed pattern.
#[derive(Clone, PartialEq, Debug)]
pub enum Pattern {
    /// Matches anything.
    Wildcard,
    /// Matches anything and names it.
    Bind(LocalId),
    /// Matches a number.
    Int(i64),
    /// Matches a boolean.
    Bool(bool),
    /// Matches a variant, by position, whose fields match.
    Variant(usize, Vec<Pattern>),
    /// Matches a struct whose fields match.
    Struct(Vec<Pattern>),
    /// Matches `None`.
    None,
    /// Matches `Some` of what matches.
    Some(Box<Pattern>),
    /// Matches where any does.
    Or(Vec<Pattern>),
}
