//! Expressions, by precedence climbing.

use super::TextError;
use super::lexer::Token;
use super::parser::{MAX_REPEATED, Parser};
use crate::{ExprId, Node};

/// The operators between a sum's level and the loosest.
const LISTS: [&str; 2] = ["||", "&&"];

impl Parser {
    /// A node, if its operands have the types that it asks for.
    fn build(&mut self, node: Node) -> Result<ExprId, TextError> {
        self.context.check_node(&node).map_err(|message| self.error(message))?;
        Ok(self.context.intern(node))
    }

    /// An expression.
    pub(super) fn expr(&mut self) -> Result<ExprId, TextError> {
        self.nested(|parser| parser.junction(0))
    }

    /// Operands of `||` (level 0) or `&&` (level 1).
    fn junction(&mut self, level: usize) -> Result<ExprId, TextError> {
        let Some(operator) = LISTS.get(level) else { return self.comparison() };
        let first = self.junction(level + 1)?;
        let mut operands = vec![first];
        while self.take(operator) {
            operands.push(self.junction(level + 1)?);
        }
        match (operands.len(), level) {
            (1, _) => Ok(first),
            (_, 0) => self.build(Node::Or(operands.into())),
            _ => self.build(Node::And(operands.into())),
        }
    }

    fn comparison(&mut self) -> Result<ExprId, TextError> {
        let a = self.sum()?;
        let Token::Sign(operator @ ("==" | "!=" | "<" | "<=" | ">" | ">=")) = *self.peek() else {
            return Ok(a);
        };
        self.advance();
        let b = self.sum()?;
        let (node, negated) = match operator {
            "==" => (Node::Eq(a, b), false),
            "!=" => (Node::Eq(a, b), true),
            "<" => (Node::Lt(a, b), false),
            ">=" => (Node::Lt(a, b), true),
            "<=" => (Node::Le(a, b), false),
            _ => (Node::Le(a, b), true),
        };
        let comparison = self.build(node)?;
        if negated { self.build(Node::Not(comparison)) } else { Ok(comparison) }
    }

    fn sum(&mut self) -> Result<ExprId, TextError> {
        let first = self.product()?;
        let mut terms = vec![first];
        loop {
            if self.take("+") {
                terms.push(self.product()?);
            } else if self.take("-") {
                let term = self.product()?;
                // `x - 3` is the sum of `x` and the number -3.
                let negative = self.context.as_int(term).and_then(i64::checked_neg);
                terms.push(self.build(negative.map_or(Node::Neg(term), Node::Int))?);
            } else {
                break;
            }
        }
        if terms.len() == 1 { Ok(first) } else { self.build(Node::Add(terms.into())) }
    }

    fn product(&mut self) -> Result<ExprId, TextError> {
        let mut a = self.unary()?;
        loop {
            let node: fn(ExprId, ExprId) -> Node = if self.take("*") {
                Node::Mul
            } else if self.take_word("div") {
                Node::Div
            } else if self.take_word("mod") {
                Node::Rem
            } else {
                return Ok(a);
            };
            let b = self.unary()?;
            a = self.build(node(a, b))?;
        }
    }

    fn unary(&mut self) -> Result<ExprId, TextError> {
        if self.is_sign("-") && matches!(self.peek_second(), Token::Number(_)) {
            let number = self.integer()?;
            return self.build(Node::Int(number));
        }
        if self.take("-") {
            let operand = self.nested(Self::unary)?;
            return self.build(Node::Neg(operand));
        }
        if self.take("!") {
            let operand = self.nested(Self::unary)?;
            return self.build(Node::Not(operand));
        }
        self.postfix()
    }

    fn postfix(&mut self) -> Result<ExprId, TextError> {
        let mut base = self.primary()?;
        while self.take("[") {
            let index = self.expr()?;
            let node = if self.take(":=") {
                Node::Store(base, index, self.expr()?)
            } else {
                Node::Select(base, index)
            };
            self.sign("]")?;
            base = self.build(node)?;
        }
        Ok(base)
    }

    fn primary(&mut self) -> Result<ExprId, TextError> {
        if self.take("(") {
            let inner = self.expr()?;
            self.sign(")")?;
            return Ok(inner);
        }
        if self.take("[") {
            return self.array();
        }
        if self.take("%") {
            let number = self.unsigned()?;
            return self.named(number);
        }
        if self.take("$") {
            return self.param();
        }
        if let Token::Number(_) = self.peek() {
            let number = self.integer()?;
            return self.build(Node::Int(number));
        }
        for (word, value) in [("false", false), ("true", true)] {
            if self.take_word(word) {
                return self.build(Node::Bool(value));
            }
        }
        if self.take_word("if") {
            return self.nested(Self::conditional);
        }
        if self.take_word("narrow") {
            self.sign("(")?;
            let value = self.expr()?;
            self.sign(",")?;
            let (lo, hi) = self.range()?;
            self.sign(")")?;
            return self.build(Node::Narrow { value, lo, hi });
        }
        let variable = self.variable()?;
        let node = if self.take("'") { Node::Next(variable) } else { Node::Var(variable) };
        self.build(node)
    }

    /// What follows `if`.
    fn conditional(&mut self) -> Result<ExprId, TextError> {
        let c = self.expr()?;
        let t = self.block()?;
        self.word("else")?;
        let e = if self.take_word("if") { self.nested(Self::conditional)? } else { self.block()? };
        self.build(Node::Ite(c, t, e))
    }

    fn block(&mut self) -> Result<ExprId, TextError> {
        self.sign("{")?;
        let inner = self.expr()?;
        self.sign("}")?;
        Ok(inner)
    }

    /// What follows `[`.
    fn array(&mut self) -> Result<ExprId, TextError> {
        if self.is_sign("]") {
            return Err(self.error("an array has at least one element"));
        }
        let first = self.expr()?;
        let mut elements = vec![first];
        if self.take(";") {
            let count = self.small()? as usize;
            self.sign("]")?;
            if count > MAX_REPEATED {
                return Err(self.error(format!("{count} elements are too many")));
            }
            elements.resize(count, first);
        } else if self.take(",") {
            elements.extend(self.list("]", Self::expr)?);
        } else {
            self.sign("]")?;
        }
        self.build(Node::Array(elements.into()))
    }

    /// What follows `$`.
    fn param(&mut self) -> Result<ExprId, TextError> {
        let position = match self.peek().clone() {
            Token::Number(position) => usize::try_from(position).ok().filter(|&i| i < self.params.len()),
            Token::Word(word) => self.params.iter().position(|param| param.name == word),
            _ => None,
        };
        self.advance();
        let found =
            position.and_then(|position| Some((u32::try_from(position).ok()?, self.params.get(position)?)));
        let Some((index, param)) = found else { return Err(self.error("there is no such parameter")) };
        let node = Node::Param { index, count: param.count };
        self.build(node)
    }
}
