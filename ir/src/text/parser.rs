//! From tokens to a system: a recursive-descent parser whose recursion is bounded.

use super::TextError;
use super::lexer::{Token, tokens};
use crate::{
    Claim, Context, DataType, ExprId, Failure, FailureKind, FairUnit, Fairness, Init, Param, Part, Predicate,
    Probe, ProbeKind, Property, PropertyKind, Shown, SourceVariable, Span, Transition, TransitionSystem,
    Type, Update, VarId, Variable,
};
use rustc_hash::FxHashMap;

/// How deep expressions, types and claims may nest in a text.
const MAX_NESTING: u32 = 100;
/// How many parts a type of the language may have, when everything that it mentions is written out.
const MAX_TYPE: u64 = 1 << 20;
/// How many elements `[e; n]` may have.
pub(super) const MAX_REPEATED: usize = 1 << 20;

/// A type of the language with its size: how deep it nests, and how many parts it has.
#[derive(Clone)]
pub(super) struct Measured {
    pub(super) ty: DataType,
    pub(super) size: (u32, u64),
}

impl Measured {
    pub(super) const LEAF: (u32, u64) = (1, 1);
}

pub(super) struct Parser {
    tokens: Vec<(Token, u32)>,
    at: usize,
    nesting: u32,
    pub(super) context: Context,
    names: FxHashMap<String, VarId>,
    pub(super) types: FxHashMap<(String, u64), Measured>,
    /// Named expressions of all sections.
    shared: FxHashMap<u64, ExprId>,
    /// Named expressions of this section.
    own: FxHashMap<u64, ExprId>,
    /// The parameters of this section.
    pub(super) params: Vec<Param>,
}

pub(super) fn parse(text: &str) -> Result<TransitionSystem, TextError> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        nesting: 0,
        context: Context::new(),
        names: FxHashMap::default(),
        types: FxHashMap::default(),
        shared: FxHashMap::default(),
        own: FxHashMap::default(),
        params: Vec::new(),
    };
    parser.system()
}

/// Tokens.
impl Parser {
    pub(super) fn error(&self, message: impl Into<String>) -> TextError {
        // What is wrong has mostly been read already.
        let before = self.at.saturating_sub(1);
        TextError { line: self.tokens.get(before).map_or(1, |(_, line)| *line), message: message.into() }
    }

    fn unexpected(&self, wanted: &str) -> TextError {
        let line = self.tokens.get(self.at).map_or(1, |(_, line)| *line);
        TextError { line, message: format!("expected {wanted}, found {}", self.peek().describe()) }
    }

    pub(super) fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(token, _)| token)
    }

    pub(super) fn peek_second(&self) -> &Token {
        self.tokens.get(self.at + 1).map_or(&Token::End, |(token, _)| token)
    }

    pub(super) fn advance(&mut self) {
        self.at += 1;
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Word(w) if w == word)
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn word(&mut self, word: &str) -> Result<(), TextError> {
        if self.take_word(word) { Ok(()) } else { Err(self.unexpected(&format!("`{word}`"))) }
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Token::Sign(s) if *s == sign)
    }

    pub(super) fn take(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        self.at += usize::from(found);
        found
    }

    pub(super) fn sign(&mut self, sign: &str) -> Result<(), TextError> {
        if self.take(sign) { Ok(()) } else { Err(self.unexpected(&format!("`{sign}`"))) }
    }

    /// Whether a name comes next.
    pub(super) fn is_name(&self) -> bool {
        match self.peek() {
            Token::Quoted(_) => true,
            Token::Word(word) => !super::KEYWORDS.contains(&word.as_str()),
            _ => false,
        }
    }

    pub(super) fn name(&mut self) -> Result<String, TextError> {
        match self.peek() {
            Token::Word(text) | Token::Quoted(text) if self.is_name() => {
                let text = text.clone();
                self.advance();
                Ok(text)
            }
            _ => Err(self.unexpected("a name")),
        }
    }

    pub(super) fn unsigned(&mut self) -> Result<u64, TextError> {
        match *self.peek() {
            Token::Number(n) => {
                self.advance();
                Ok(n)
            }
            _ => Err(self.unexpected("a number")),
        }
    }

    pub(super) fn small(&mut self) -> Result<u32, TextError> {
        let n = self.unsigned()?;
        u32::try_from(n).map_err(|_| self.error(format!("{n} is too large")))
    }

    pub(super) fn integer(&mut self) -> Result<i64, TextError> {
        let negative = self.take("-");
        let n = i128::from(self.unsigned()?);
        let n = if negative { -n } else { n };
        i64::try_from(n).map_err(|_| self.error(format!("{n} is too large")))
    }

    pub(super) fn range(&mut self) -> Result<(i64, i64), TextError> {
        let lo = self.integer()?;
        self.sign("..=")?;
        Ok((lo, self.integer()?))
    }

    /// Items with commas between, up to a closing sign; one more comma may stand at the end.
    pub(super) fn list<T>(
        &mut self,
        end: &'static str,
        mut item: impl FnMut(&mut Self) -> Result<T, TextError>,
    ) -> Result<Vec<T>, TextError> {
        let mut out = Vec::new();
        while !self.take(end) {
            out.push(item(self)?);
            if !self.take(",") {
                self.sign(end)?;
                break;
            }
        }
        Ok(out)
    }

    /// Parses something that may contain itself.
    pub(super) fn nested<T>(
        &mut self,
        parse: impl FnOnce(&mut Self) -> Result<T, TextError>,
    ) -> Result<T, TextError> {
        if self.nesting >= MAX_NESTING {
            return Err(self.error(format!(
                "nested more than {MAX_NESTING} deep; expressions can be named with `%n = …`"
            )));
        }
        self.nesting += 1;
        let parsed = parse(self);
        self.nesting -= 1;
        parsed
    }

    /// A type with the size that follows from those of its parts.
    pub(super) fn measure(&self, ty: DataType, parts: &[(u32, u64)]) -> Result<Measured, TextError> {
        let depth = parts.iter().map(|part| part.0).max().unwrap_or(0).saturating_add(1);
        let total = parts.iter().fold(1u64, |sum, part| sum.saturating_add(part.1));
        if depth > MAX_NESTING || total > MAX_TYPE {
            return Err(self.error("the type is too large"));
        }
        Ok(Measured { ty, size: (depth, total) })
    }

    pub(super) fn span(&mut self) -> Result<Span, TextError> {
        if !self.take("@") {
            return Ok(Span::default());
        }
        let start = self.small()?;
        self.sign("..")?;
        let end = self.small()?;
        if start > end {
            return Err(self.error(format!("{start}..{end} ends before it starts")));
        }
        Ok(Span { start, end })
    }
}

/// Sections.
impl Parser {
    fn system(&mut self) -> Result<TransitionSystem, TextError> {
        self.word("system")?;
        let name = self.name()?;
        self.type_declarations()?;
        let variables = self.variables()?;
        let sources = self.sources(&variables)?;
        if self.take_word("shared") {
            self.lets()?;
            self.shared = std::mem::take(&mut self.own);
        }
        let init = self.init(&variables)?;
        let transitions = self.transitions()?;
        self.word("terminal")?;
        self.section(Vec::new())?;
        let terminal = self.predicate()?;
        let properties = self.properties()?;
        let probes = self.probes()?;
        let chart = self.chart()?;
        if *self.peek() != Token::End {
            return Err(self.unexpected("a section or the end of the text"));
        }
        let context = std::mem::take(&mut self.context);
        Ok(TransitionSystem {
            name,
            context,
            variables,
            init,
            transitions,
            terminal,
            properties,
            probes,
            sources,
            chart,
        })
    }

    /// Begins a section: its parameters and named expressions.
    fn section(&mut self, params: Vec<Param>) -> Result<(), TextError> {
        self.params = params;
        self.own.clear();
        self.lets()
    }

    fn variables(&mut self) -> Result<Vec<Variable>, TextError> {
        let mut out = Vec::new();
        while self.take_word("var") {
            let name = self.name()?;
            self.sign(":")?;
            let ty = self.ir_type()?;
            let id = self.context.declare(ty.clone());
            if self.names.insert(name.clone(), id).is_some() {
                return Err(self.error(format!("two variables are named {name}")));
            }
            out.push(Variable { name, ty });
        }
        Ok(out)
    }

    fn ir_type(&mut self) -> Result<Type, TextError> {
        self.nested(|parser| {
            if parser.take_word("bool") {
                return Ok(Type::Bool);
            }
            if parser.take("[") {
                let element = parser.ir_type()?;
                parser.sign(";")?;
                let len = parser.small()?;
                parser.sign("]")?;
                return Ok(Type::array(len, element));
            }
            let (lo, hi) = parser.range()?;
            Ok(Type::Int { lo, hi })
        })
    }

    fn sources(&mut self, variables: &[Variable]) -> Result<Vec<SourceVariable>, TextError> {
        let mut out = Vec::new();
        while self.take_word("source") {
            let name = self.name()?;
            self.sign(":")?;
            let ty = self.data_type()?.ty;
            self.word("from")?;
            let first = if self.take("#") { VarId(self.small()?) } else { self.variable()? };
            if first.index() > variables.len() {
                return Err(self.error(format!("there is no variable number {}", first.0)));
            }
            out.push(SourceVariable { name, ty, first, span: self.span()? });
        }
        Ok(out)
    }

    /// The name of a variable.
    pub(super) fn variable(&mut self) -> Result<VarId, TextError> {
        let name = self.name()?;
        self.names.get(&name).copied().ok_or_else(|| self.error(format!("there is no variable {name}")))
    }

    fn params(&mut self) -> Result<Vec<Param>, TextError> {
        if !self.take("(") {
            return Ok(Vec::new());
        }
        self.list(")", |parser| {
            let name = parser.name()?;
            parser.sign(":")?;
            let ty = parser.data_type()?.ty;
            let count = ty.cardinality().and_then(|n| u32::try_from(n).ok()).filter(|&n| n > 0);
            let count =
                count.ok_or_else(|| parser.error(format!("parameter {name} has none or too many values")))?;
            Ok(Param { name, ty, count })
        })
    }

    fn lets(&mut self) -> Result<(), TextError> {
        while self.take("%") {
            let number = self.unsigned()?;
            self.sign("=")?;
            let expr = self.expr()?;
            if self.shared.contains_key(&number) || self.own.insert(number, expr).is_some() {
                return Err(self.error(format!("%{number} is defined twice")));
            }
        }
        Ok(())
    }

    /// The expression that a `let` named.
    pub(super) fn named(&self, number: u64) -> Result<ExprId, TextError> {
        let known = self.own.get(&number).or_else(|| self.shared.get(&number)).copied();
        known.ok_or_else(|| self.error(format!("%{number} is not defined")))
    }

    fn init(&mut self, variables: &[Variable]) -> Result<Init, TextError> {
        self.word("init")?;
        let params = self.params()?;
        self.section(params)?;
        let failures = self.failures()?;
        let mut conditions = Vec::new();
        while self.take_word("where") {
            conditions.push(self.expr()?);
        }
        let mut values: Vec<Option<ExprId>> = vec![None; variables.len()];
        while self.is_name() {
            let variable = self.variable()?;
            self.sign("=")?;
            let value = self.expr()?;
            if values[variable.index()].replace(value).is_some() {
                return Err(self.error("the variable has two initial values"));
            }
        }
        let missing =
            |(value, variable): (Option<ExprId>, &Variable)| value.ok_or_else(|| variable.name.clone());
        let values = values.into_iter().zip(variables).map(missing).collect::<Result<_, String>>();
        let values = values.map_err(|name| self.error(format!("{name} has no initial value")))?;
        Ok(Init { params: std::mem::take(&mut self.params), failures, conditions, values })
    }

    fn transitions(&mut self) -> Result<Vec<Transition>, TextError> {
        let mut out = Vec::new();
        loop {
            let fairness = match (self.take_word("weak"), self.take_word("strong")) {
                (true, _) => Fairness::Weak(self.fair_unit()),
                (_, true) => Fairness::Strong(self.fair_unit()),
                _ => Fairness::None,
            };
            if fairness == Fairness::None && !self.is_word("transition") {
                return Ok(out);
            }
            self.word("transition")?;
            let name = self.name()?;
            let params = self.params()?;
            let span = self.span()?;
            self.section(params)?;
            let guard_failures = self.failures()?;
            self.word("when")?;
            let guard = self.expr()?;
            let failures = self.failures()?;
            let mut updates = Vec::new();
            while self.is_name() {
                let variable = self.variable()?;
                self.sign(":=")?;
                updates.push(Update { variable, value: self.expr()? });
            }
            let params = std::mem::take(&mut self.params);
            out.push(Transition { name, params, guard_failures, guard, failures, updates, fairness, span });
        }
    }

    fn fair_unit(&mut self) -> FairUnit {
        if self.take_word("whole") { FairUnit::Whole } else { FairUnit::Instance }
    }

    fn predicate(&mut self) -> Result<Predicate, TextError> {
        let failures = self.failures()?;
        self.word("holds")?;
        Ok(Predicate { failures, expr: self.expr()? })
    }

    fn properties(&mut self) -> Result<Vec<Property>, TextError> {
        let mut out = Vec::new();
        loop {
            let inductive = self.take_word("inductive");
            let kind = if inductive {
                self.word("invariant")?;
                PropertyKind::Invariant
            } else if self.take_word("invariant") {
                PropertyKind::Invariant
            } else if self.take_word("reachable") {
                PropertyKind::Reachable
            } else if self.take_word("temporal") {
                PropertyKind::Temporal
            } else if self.take_word("recoverable") {
                PropertyKind::Recoverable
            } else if self.take_word("step") {
                self.word("invariant")?;
                PropertyKind::Step
            } else {
                return Ok(out);
            };
            let name = self.name()?;
            let span = self.span()?;
            self.section(Vec::new())?;
            let predicate = self.predicate()?;
            self.word("claim")?;
            let claim = self.claim()?;
            let formula = if self.take_word("formula") { Some(self.formula()?) } else { None };
            out.push(Property { name, kind, inductive, predicate, claim, formula, span });
        }
    }

    pub(super) fn claim(&mut self) -> Result<Claim, TextError> {
        self.nested(|parser| {
            let expr = parser.expr()?;
            let span = parser.span()?;
            let (mut parts, mut shown) = (Vec::new(), Vec::new());
            if parser.take("{") {
                while !parser.take("}") {
                    if parser.take_word("part") {
                        let binding = parser.binding()?;
                        parts.push(Part { binding, claim: parser.claim()? });
                    } else {
                        parser.word("show")?;
                        shown.push(parser.shown()?);
                    }
                }
            }
            Ok(Claim { span, expr, parts, shown })
        })
    }

    pub(super) fn binding(&mut self) -> Result<Option<(String, String)>, TextError> {
        if !self.is_name() || *self.peek_second() != Token::Sign("=") {
            return Ok(None);
        }
        let variable = self.name()?;
        self.sign("=")?;
        let value = self.name()?;
        self.sign(":")?;
        Ok(Some((variable, value)))
    }

    fn shown(&mut self) -> Result<Shown, TextError> {
        let ty = self.data_type()?.ty;
        self.sign(":")?;
        self.sign("(")?;
        let leaves = self.list(")", Self::expr)?;
        Ok(Shown { span: self.span()?, ty, leaves })
    }

    fn probes(&mut self) -> Result<Vec<Probe>, TextError> {
        let mut out = Vec::new();
        if !self.take_word("probes") {
            return Ok(out);
        }
        self.section(Vec::new())?;
        loop {
            let kind = if self.take_word("antecedent") {
                ProbeKind::Antecedent { property: self.name()? }
            } else if self.take_word("state") {
                ProbeKind::DeclaredState { table: self.name()?, state: self.name()? }
            } else if self.take_word("horizon") {
                ProbeKind::Horizon
            } else {
                return Ok(out);
            };
            self.sign(":")?;
            out.push(Probe { kind, expr: self.expr()?, span: self.span()? });
        }
    }

    fn failures(&mut self) -> Result<Vec<Failure>, TextError> {
        let mut out = Vec::new();
        while self.take_word("fail") {
            let kind = self.failure_kind()?;
            self.word("if")?;
            let condition = self.expr()?;
            let value = if self.take_word("showing") { Some(self.expr()?) } else { None };
            out.push(Failure { condition, kind, value, span: self.span()? });
        }
        Ok(out)
    }

    fn failure_kind(&mut self) -> Result<FailureKind, TextError> {
        let kind = self.name()?;
        let simple = match kind.as_str() {
            "division_by_zero" => Some(FailureKind::DivisionByZero),
            "empty_sequence" => Some(FailureKind::EmptySequence),
            "not_in_bag" => Some(FailureKind::NotInBag),
            "no_value" => Some(FailureKind::NoValue),
            "nothing_to_choose" => Some(FailureKind::NothingToChoose),
            _ => None,
        };
        if let Some(simple) = simple {
            return Ok(simple);
        }
        self.sign("(")?;
        let kind = match kind.as_str() {
            "out_of_range" => {
                let (lo, hi) = self.range()?;
                self.sign(",")?;
                FailureKind::OutOfRange { lo, hi, target: self.name()? }
            }
            "bad_index" => {
                let (lo, hi) = self.range()?;
                FailureKind::BadIndex { lo, hi }
            }
            "full_sequence" => FailureKind::FullSequence { capacity: self.small()? },
            "full_bag" => FailureKind::FullBag { capacity: self.small()? },
            "other_variant" => FailureKind::OtherVariant { variant: self.name()? },
            other => return Err(self.error(format!("there is no failure {other}"))),
        };
        self.sign(")")?;
        Ok(kind)
    }
}
