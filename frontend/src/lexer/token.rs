//! The tokens.

use logos::{FilterResult, Lexer, Logos};

/// A token. [`Token::Number`], [`Token::OpenString`] and [`Token::OpenComment`] never leave the lexer.
#[derive(Logos, Clone, Copy, Debug, PartialEq)]
#[logos(skip r"[ \t\r\n\x0c]+")]
#[logos(skip(r"//([^/\n][^\n]*)?|////[^\n]*", allow_greedy = true))]
pub(crate) enum Token<'s> {
    // Words.
    #[token("const")]
    Const,
    #[token("type")]
    Type,
    #[token("enum")]
    Enum,
    #[token("struct")]
    Struct,
    #[token("fn")]
    Fn,
    #[token("model")]
    Model,
    #[token("check")]
    Check,
    #[token("var")]
    Var,
    #[token("any")]
    Any,
    #[token("init")]
    Init,
    #[token("action")]
    Action,
    #[token("when")]
    When,
    #[token("let")]
    Let,
    #[token("if")]
    If,
    #[token("else")]
    Else,
    #[token("match")]
    Match,
    #[token("for")]
    For,
    #[token("in")]
    #[token("∈")]
    In,
    #[token("is")]
    Is,
    #[token("forall")]
    #[token("∀")]
    Forall,
    #[token("exists")]
    #[token("∃")]
    Exists,
    #[token("count")]
    Count,
    #[token("sum")]
    Sum,
    #[token("min")]
    Min,
    #[token("max")]
    Max,
    #[token("choose")]
    Choose,
    #[token("terminal")]
    Terminal,
    #[token("invariant")]
    Invariant,
    #[token("reachable")]
    Reachable,
    #[token("recoverable")]
    Recoverable,
    #[token("property")]
    Property,
    #[token("table")]
    Table,
    #[token("part")]
    Part,
    #[token("fair")]
    Fair,
    #[token("strong")]
    Strong,
    #[token("always")]
    Always,
    #[token("eventually")]
    Eventually,
    #[token("enabled")]
    Enabled,
    #[token("taken")]
    Taken,
    #[token("true")]
    True,
    #[token("false")]
    False,
    #[token("bool")]
    Bool,
    #[token("Option")]
    Option,
    #[token("Set")]
    Set,
    #[token("Bag")]
    Bag,
    #[token("Seq")]
    Seq,

    // Words that mean something in one place only and are names elsewhere.
    #[token("step")]
    Step,
    #[token("on")]
    On,
    #[token("from")]
    From,
    #[token("expect")]
    Expect,
    #[token("holds")]
    Holds,
    #[token("states")]
    States,
    #[token("violates")]
    Violates,
    #[token("deadlock")]
    Deadlock,
    #[token("error")]
    Error,
    #[token("reaches")]
    Reaches,

    #[token("protocol")]
    Protocol,
    #[token("faults")]
    Faults,
    #[token("environment")]
    Environment,
    #[token("guarantee")]
    Guarantee,
    #[token("assume")]
    Assume,
    #[token("use")]
    Use,

    /// A word that comes with a later version.
    #[token("refine")]
    #[token("implements")]
    #[token("simulate")]
    #[token("symmetric")]
    Reserved(&'s str),

    // What has a value.
    #[regex(r"[A-Za-z_][A-Za-z0-9_]*")]
    Ident(&'s str),
    /// Digits as written, perhaps followed by letters.
    #[regex(r"[0-9][0-9A-Za-z_]*")]
    Number(&'s str),
    Int(i64),
    /// A number that has been reported.
    BadInt,
    #[regex("\"[^\"\r\n]*\"", |lex| inside(lex.slice()))]
    Str(&'s str),
    /// A string that does not end.
    #[regex("\"[^\"\r\n]*", |lex| inside(lex.slice()))]
    OpenString(&'s str),
    #[token("/*", block_comment)]
    OpenComment,
    /// One line of documentation, without its slashes and the blank after them.
    #[regex(r"///([^/\n][^\n]*)?", |lex| doc_text(lex.slice()), priority = 10, allow_greedy = true)]
    Doc(&'s str),

    // Operators.
    #[token("<==>")]
    #[token("⇔")]
    Iff,
    #[token("~>")]
    LeadsTo,
    #[token("==>")]
    #[token("⇒")]
    Implies,
    #[token("||")]
    #[token("∨")]
    Or,
    #[token("&&")]
    #[token("∧")]
    And,
    #[token("==")]
    EqEq,
    #[token("!=")]
    #[token("≠")]
    Ne,
    #[token("<")]
    Lt,
    #[token("<=")]
    #[token("≤")]
    Le,
    #[token(">")]
    Gt,
    #[token(">=")]
    #[token("≥")]
    Ge,
    #[token("|")]
    Bar,
    #[token("&")]
    Amp,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Star,
    #[token("/")]
    Slash,
    #[token("%")]
    Percent,
    #[token("!")]
    #[token("¬")]
    Bang,
    #[token("'")]
    Prime,
    #[token("=")]
    Eq,
    #[token("->")]
    Arrow,
    #[token("=>")]
    FatArrow,
    #[token("..")]
    DotDot,
    #[token("..=")]
    DotDotEq,
    #[token(".")]
    Dot,
    #[token(",")]
    Comma,
    #[token(";")]
    Semi,
    #[token(":")]
    Colon,
    #[token("::")]
    ColonColon,
    #[token("_", priority = 3)]
    Underscore,
    #[token("(")]
    LParen,
    #[token(")")]
    RParen,
    #[token("[")]
    LBracket,
    #[token("]")]
    RBracket,
    #[token("{")]
    LBrace,
    #[token("}")]
    RBrace,

    // Put in by the parser only.
    /// Stands before the tokens of a top-level declaration.
    StartItem,
    /// Stands before the tokens of a declaration inside a model.
    StartModelItem,
    /// Stands for a statement that has been reported.
    BadStmt,
    /// `next` where it is an operator; see `parse/time.rs` for this one and those below.
    Next,
    /// `until` where it is an operator.
    Until,
    /// `release` where it is an operator.
    Release,
    /// `weak` before `until`.
    Weak,
    /// `possible` after `always`.
    Possible,
    /// `as` before `one`.
    As,
    /// `one` before `action` or `table`.
    One,
    /// `stem` after `in`.
    Stem,
    /// `loop` after the length of a stem.
    Loop,
    /// `inductive` before the name of a property.
    Inductive,
    /// `not` before `inductive`.
    Not,
    /// `ref` before the name of a parameter of a model, or before an argument of a part.
    Ref,
    /// `sync` before the name of an action.
    Sync,
    /// `with` between two actions, and before environments.
    With,
    /// A word of protocols or environments where it stands for itself; see `parse/network.rs` and `parse/open.rs`.
    Word(&'static str),
}

impl Token<'_> {
    /// Whether it begins a declaration that can stand only at the top of a chapter.
    pub(crate) fn begins_top_item(self) -> bool {
        matches!(
            self,
            Self::Const
                | Self::Type
                | Self::Enum
                | Self::Struct
                | Self::Model
                | Self::Protocol
                | Self::Environment
                | Self::Use
                | Self::Check
        )
    }

    /// Whether it begins a declaration that can stand only in a model; `step` does before `invariant`, and `sync` before a name.
    pub(crate) fn begins_model_item(self, next: Option<Self>) -> bool {
        match self {
            Self::Step => next == Some(Self::Invariant),
            // No two other names stand beside each other, but where one of them is an operator.
            Self::Ident("sync") => {
                matches!(next, Some(Self::Ident(word)) if !["until", "release", "weak", "as"].contains(&word))
            }
            Self::Var
            | Self::Init
            | Self::Action
            | Self::Terminal
            | Self::Invariant
            | Self::Reachable
            | Self::Recoverable
            | Self::Fair
            | Self::Strong
            | Self::Table
            | Self::Faults
            | Self::Assume
            | Self::Part => true,
            // After `check` it says what is checked.
            Self::Guarantee => true,
            _ => false,
        }
    }

    /// Whether it begins a declaration that can stand both at the top of a chapter and in a model.
    pub(crate) fn begins_any_item(self) -> bool {
        matches!(self, Self::Fn | Self::Property)
    }

    /// Whether it begins a declaration of any kind.
    pub(crate) fn begins_item(self, next: Option<Self>) -> bool {
        self.begins_any_item() || self.begins_top_item() || self.begins_model_item(next)
    }

    /// The bracket that closes this one, if it is an opening bracket.
    pub(crate) fn closing(self) -> Option<Self> {
        match self {
            Self::LParen => Some(Self::RParen),
            Self::LBracket => Some(Self::RBracket),
            Self::LBrace => Some(Self::RBrace),
            _ => None,
        }
    }

    /// Whether it is an opening bracket.
    pub(crate) fn opens(self) -> bool {
        self.closing().is_some()
    }

    /// Whether it is a closing bracket.
    pub(crate) fn closes(self) -> bool {
        matches!(self, Self::RParen | Self::RBracket | Self::RBrace)
    }
}

/// The content of a string.
fn inside(text: &str) -> &str {
    text.trim_matches('"')
}

/// The text of a line of documentation.
fn doc_text(line: &str) -> &str {
    let text = line.trim_start_matches('/').trim_end();
    text.strip_prefix(' ').unwrap_or(text)
}

/// Skips a block comment; one that does not end becomes a token that reaches to the end of the program.
fn block_comment<'s>(lexer: &mut Lexer<'s, Token<'s>>) -> FilterResult<(), ()> {
    match lexer.remainder().find("*/") {
        Some(end) => {
            lexer.bump(end + 2);
            FilterResult::Skip
        }
        None => {
            lexer.bump(lexer.remainder().len());
            FilterResult::Emit(())
        }
    }
}
