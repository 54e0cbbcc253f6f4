//! Typical mistakes: what to say about them, and what was meant.

use std::ops::Range;

use musilc_ir::Span;

use super::attempt::Failure;
use super::expected::found;
use super::report::Report;
use super::{time, words};
use crate::diagnostic::{Code, Diagnostic};
use crate::lexer::{Spanned, Token};

/// What to do with the tokens after a failure.
pub(super) enum Mend<'s> {
    /// Put these in the place of those.
    Replace(Range<usize>, Vec<Spanned<'s>>),
    /// They cannot be mended.
    Nothing,
}

/// Reports a mistake that is known and mends it.
pub(super) fn mistake<'s>(failure: &Failure<'_, 's>, report: &mut Report<'_>) -> Option<Mend<'s>> {
    let (diagnostic, mend) = property(failure)
        .or_else(|| not_inductive(failure, report))
        .or_else(|| assignment(failure))
        .or_else(|| foreign_word(failure))
        .or_else(|| joined_operator(failure))
        .or_else(|| arrow(failure))
        .or_else(|| fraction(failure))
        .or_else(|| missing_semicolon(failure, report))
        .or_else(|| missing_comma(failure, report))
        .or_else(|| missing_parameters(failure, report))?;
    report.push(diagnostic);
    Some(mend)
}

type Known<'s> = Option<(Diagnostic, Mend<'s>)>;

fn span_of(first: Spanned<'_>, last: Spanned<'_>) -> Span {
    Span::new(first.0, last.2)
}

/// Replaces the tokens from `from` to `to`, counted from the one that does not fit, by one token.
fn replace<'s>(failure: &Failure<'_, 's>, from: isize, to: isize, token: Token<'s>) -> Option<Mend<'s>> {
    let (first, last) = (failure.token(from)?, failure.token(to)?);
    let (start, end) = (failure.at.checked_add_signed(from)?, failure.at.checked_add_signed(to)?);
    Some(Mend::Replace(start..end + 1, vec![(first.0, token, last.2)]))
}

/// Puts a token in at the end of the one before the failure.
fn insert<'s>(failure: &Failure<'_, 's>, tokens: &[Token<'s>]) -> Option<(Span, Mend<'s>)> {
    let end = failure.token(-1)?.2;
    let tokens = tokens.iter().map(|&token| (end, token, end)).collect();
    Some((Span::new(end, end), Mend::Replace(failure.at..failure.at, tokens)))
}

/// A `recoverable` without `always possible`, and a property that stands where only patterns can, or the reverse.
fn property<'s>(failure: &Failure<'_, 's>) -> Known<'s> {
    let first = failure.tokens.first()?.1;
    let found = failure.token(0)?;
    if first == Token::Recoverable
        && (failure.expected.has("always") && failure.at == 3 || failure.expected.has("possible"))
    {
        let (mut words, mut range) = (vec![Token::Always, Token::Possible], failure.at..failure.at);
        if failure.at == 4 {
            words.remove(0);
        } else if found.1 == Token::Ident("possible") {
            range.end += 1;
        }
        let error = Diagnostic::error(
            Code::UnexpectedToken,
            span_of(found, found),
            "what is recoverable follows the words `always possible`",
        )
        .help("`recoverable NAME: always possible p;` claims that from every state, a state where p is true can be reached");
        let tokens = words.into_iter().map(|token| (found.0, token, found.0)).collect();
        return Some((error, Mend::Replace(range, tokens)));
    }
    if first != Token::Property || failure.at != 2 {
        return None;
    }
    let (message, help) = match found.1 {
        Token::Colon if failure.expected.has("(") => (
            "a property without parameters cannot stand outside of any model",
            "move it into a model; a pattern of formulas has parameters: `property NAME(p): …;`",
        ),
        Token::LParen if failure.expected.has(":") => {
            ("a pattern of formulas cannot stand inside a model", "move it before the model")
        }
        _ => return None,
    };
    let name = failure.token(-1)?;
    Some((Diagnostic::error(Code::MisplacedItem, span_of(name, name), message).help(help), Mend::Nothing))
}

/// `inductive` before the name of something else than an invariant.
fn not_inductive<'s>(failure: &Failure<'_, 's>, report: &Report<'_>) -> Known<'s> {
    let (first, found) = (failure.tokens.first()?, failure.token(0)?);
    if found.1 != Token::Inductive || first.1 == Token::Check {
        return None;
    }
    let kind = report.text(first.0..failure.token(-1)?.2);
    let message = format!("a `{kind}` cannot be inductive");
    let error =
        Diagnostic::error(Code::CannotBeInductive, span_of(found, found), message).help(match first.1 {
            Token::Step => "leave `inductive` out: a step invariant speaks of every step already",
            _ => "only an invariant is: `invariant inductive NAME: p;`",
        });
    Some((error, Mend::Replace(failure.at..failure.at + 1, vec![])))
}

/// `=` for `==`, and the reverse.
fn assignment<'s>(failure: &Failure<'_, 's>) -> Known<'s> {
    let found = failure.token(0)?;
    let span = span_of(found, found);
    let expected = &failure.expected;
    match found.1 {
        // `=<` and `===` are explained elsewhere.
        Token::Eq if expected.has("==") && !adjacent(failure, 0, 1, &[Token::Lt]) => Some((
            Diagnostic::error(
                Code::AssignmentInExpression,
                span,
                "`=` assigns; here two values are compared",
            )
            .help("equality is written `==`"),
            replace(failure, 0, 0, Token::EqEq)?,
        )),
        Token::EqEq if expected.has("=") => Some((
            Diagnostic::error(Code::ComparisonAsStatement, span, "`==` compares; here a value is assigned")
                .help("assignment is written `=`"),
            replace(failure, 0, 0, Token::Eq)?,
        )),
        _ => None,
    }
}

/// Words that are operators elsewhere, and words that are reserved.
fn foreign_word<'s>(failure: &Failure<'_, 's>) -> Known<'s> {
    let found = failure.token(0)?;
    let span = span_of(found, found);
    if let Token::Ident(word) = found.1 {
        let (name, token, terminal) = match word {
            "and" | "AND" => ("and", Token::And, "&&"),
            "or" | "OR" => ("or", Token::Or, "||"),
            "implies" => ("implication", Token::Implies, "==>"),
            "iff" => ("equivalence", Token::Iff, "<==>"),
            "mod" => ("the remainder", Token::Percent, "%"),
            "div" => ("division", Token::Slash, "/"),
            "U" => ("this operator", Token::Until, "until"),
            "R" | "V" => ("this operator", Token::Release, "release"),
            "leadsto" | "leads_to" => ("this operator", Token::LeadsTo, "~>"),
            _ => return prefix(failure),
        };
        if failure.expected.has(terminal) {
            let error =
                Diagnostic::error(Code::ForeignOperator, span, format!("`{word}` is not an operator"))
                    .help(format!("{name} is written `{terminal}`"));
            return Some((error, replace(failure, 0, 0, token)?));
        }
    }
    prefix(failure)
}

/// `not x`, `G x`, `[] x`, which fail at `x`, and `<> x`, which fails at its start.
fn prefix<'s>(failure: &Failure<'_, 's>) -> Known<'s> {
    let found = failure.token(0)?;
    if found.1 == Token::Lt && adjacent(failure, 0, 1, &[Token::Gt]) && failure.expected.has("eventually") {
        let span = span_of(found, failure.token(1)?);
        let error = Diagnostic::error(Code::ForeignOperator, span, "this is not an operator of musil")
            .help("here or later is written `eventually`");
        return Some((error, replace(failure, 0, 1, Token::Eventually)?));
    }
    let before = failure.token(-1)?;
    let operand = time::is_name(found.1)
        || matches!(
            found.1,
            Token::True
                | Token::False
                | Token::Forall
                | Token::Exists
                | Token::If
                | Token::Match
                | Token::LParen
                | Token::Bang
                | Token::Always
                | Token::Eventually
                | Token::Next
                | Token::Enabled
                | Token::Taken
        );
    if !operand {
        return None;
    }
    let known = |from: isize, message: String, help: String, token| {
        let span = span_of(failure.token(from)?, before);
        Some((
            Diagnostic::error(Code::ForeignOperator, span, message).help(help),
            replace(failure, from, -1, token)?,
        ))
    };
    let foreign = |word: &str| format!("`{word}` is not an operator");
    match before.1 {
        Token::Ident("not") => known(-1, foreign("not"), "not is written `!`".to_owned(), Token::Bang),
        Token::RBracket if adjacent(failure, -2, -1, &[Token::RBracket]) => {
            let empty = failure.token(-2)?.1 == Token::LBracket;
            let help = "from here on is written `always`".to_owned();
            empty.then(|| known(-2, "this is not an operator of musil".to_owned(), help, Token::Always))?
        }
        Token::Ident(word) if failure.tokens.first()?.1 == Token::Property => {
            let (meant, token) = match words::operator(word)? {
                "always" => ("always", Token::Always),
                "eventually" => ("eventually", Token::Eventually),
                _ => ("next", Token::Next),
            };
            known(-1, foreign(word), format!("did you mean `{meant}`?"), token)
        }
        _ => None,
    }
}

/// Whether the tokens at `first` and `second` touch, and the second is one of `tokens`.
fn adjacent(failure: &Failure<'_, '_>, first: isize, second: isize, tokens: &[Token<'_>]) -> bool {
    match (failure.token(first), failure.token(second)) {
        (Some(first), Some(second)) => first.2 == second.0 && tokens.contains(&second.1),
        _ => false,
    }
}

/// Operators of other languages that are read as two tokens here.
fn joined_operator<'s>(failure: &Failure<'_, 's>) -> Known<'s> {
    let found = failure.token(0)?;
    let known = |from: isize, to: isize, help: &str, token| {
        let span = span_of(failure.token(from)?, failure.token(to)?);
        let error =
            Diagnostic::error(Code::ForeignOperator, span, "this is not an operator of musil").help(help);
        Some((error, replace(failure, from, to, token)?))
    };
    let before = failure.token(-1).map(|token| token.1);
    let arithmetic =
        matches!(found.1, Token::Plus | Token::Minus | Token::Star | Token::Slash | Token::Percent);
    if adjacent(failure, -1, 0, &[Token::Gt]) {
        match before {
            Some(Token::Le) => return known(-1, 0, "equivalence is written `<==>`", Token::Iff),
            Some(Token::Lt) => return known(-1, 0, "unequal is written `!=`", Token::Ne),
            _ => {}
        }
    }
    if adjacent(failure, -1, 0, &[Token::Eq]) {
        match before {
            Some(Token::EqEq) => return known(-1, 0, "equality is written `==`", Token::EqEq),
            Some(Token::Ne) => return known(-1, 0, "unequal is written `!=`", Token::Ne),
            _ => {}
        }
    }
    if found.1 == Token::Eq && failure.expected.has("<=") && adjacent(failure, 0, 1, &[Token::Lt]) {
        return known(0, 1, "at most is written `<=`", Token::Le);
    }
    if failure.expected.has("=") {
        if found.1 == Token::Colon && adjacent(failure, 0, 1, &[Token::Eq]) {
            return known(0, 1, "assignment is written `=`", Token::Eq);
        }
        if arithmetic && adjacent(failure, 0, 1, &[Token::Eq]) {
            return known(0, 1, "write the variable again: `x = x + 1;`", Token::Eq);
        }
        if arithmetic && adjacent(failure, 0, 1, &[found.1]) {
            let span = span_of(found, failure.token(1)?);
            let error = Diagnostic::error(Code::ForeignOperator, span, "this is not an operator of musil")
                .help("write `x = x + 1;`");
            // Mended to an assignment of the variable to itself, of which only the shape matters.
            let place = failure.token(-1)?;
            let assigned = vec![(found.0, Token::Eq, found.2), (found.0, place.1, found.2)];
            return matches!(place.1, Token::Ident(_))
                .then_some((error, Mend::Replace(failure.at..failure.at + 2, assigned)));
        }
    }
    None
}

/// `->`, `=>`, `==>` and `:` for each other.
fn arrow<'s>(failure: &Failure<'_, 's>) -> Known<'s> {
    let found = failure.token(0)?;
    let expected = &failure.expected;
    let (meant, token) = match found.1 {
        Token::Arrow | Token::FatArrow | Token::Implies | Token::Colon if expected.has("->") => {
            ("->", Token::Arrow)
        }
        Token::Arrow | Token::Implies | Token::Colon if expected.has("=>") => ("=>", Token::FatArrow),
        Token::Arrow | Token::FatArrow if expected.has("==>") => ("==>", Token::Implies),
        _ => return None,
    };
    let message = match meant {
        "->" => "`->` is expected here",
        "=>" => "the pattern of an arm is followed by `=>`",
        _ => "this is not an operator between values",
    };
    let error = Diagnostic::error(Code::ForeignOperator, span_of(found, found), message);
    let error = match (meant, found.1) {
        ("==>", Token::FatArrow) => error.help("implication is written `==>`, at least is written `>=`"),
        ("==>", _) => error.help("implication is written `==>`"),
        _ => error.help(format!("write `{meant}`")),
    };
    Some((error, replace(failure, 0, 0, token)?))
}

/// `1.5`, which fails at the `5`.
fn fraction<'s>(failure: &Failure<'_, 's>) -> Known<'s> {
    let (whole, dot, part) = (failure.token(-2)?, failure.token(-1)?, failure.token(0)?);
    let numbers = matches!((whole.1, dot.1, part.1), (Token::Int(_), Token::Dot, Token::Int(_)));
    if !numbers || whole.2 != dot.0 || dot.2 != part.0 {
        return None;
    }
    let error = Diagnostic::error(Code::MalformedNumber, span_of(whole, part), "numbers have no fractions")
        .help("count in smaller units: tenths, for instance");
    Some((error, replace(failure, -2, 0, whole.1)?))
}

/// A declaration or statement that another one follows, or the end.
fn missing_semicolon<'s>(failure: &Failure<'_, 's>, report: &Report<'_>) -> Known<'s> {
    if !failure.expected.has(";") {
        return None;
    }
    let before = failure.token(-1)?;
    let ends = match failure.token(0) {
        None => true,
        Some((start, token, _)) => {
            matches!(token, Token::RBrace | Token::Let | Token::If | Token::Match | Token::For)
                || report.line_ends_between(before.2, start)
        }
    };
    // Where an earlier error is in the way, this one is not worth a message, and neither is the mend.
    if !ends || report.has_error_in(span_of(before, before)) {
        return None;
    }
    let (span, mend) = insert(failure, &[Token::Semi])?;
    let what = found(failure.found(), report);
    let error = Diagnostic::error(Code::MissingSemicolon, span, "a `;` is missing")
        .primary(format!("expected `;` before {what}"));
    Some((error, mend))
}

/// An element of a list that stands on its own line.
fn missing_comma<'s>(failure: &Failure<'_, 's>, report: &Report<'_>) -> Known<'s> {
    let (before, token) = (failure.token(-1)?, failure.token(0)?);
    let next_line = report.line_ends_between(before.2, token.0);
    if !failure.expected.has(",") || token.1.closes() || token.1 == Token::BadStmt || !next_line {
        return None;
    }
    let (span, mend) = insert(failure, &[Token::Comma])?;
    let what = found(Some(token), report);
    let error = Diagnostic::error(Code::UnexpectedToken, span, "a `,` is missing")
        .primary(format!("expected `,` before {what}"));
    Some((error, mend))
}

/// An action without parentheses.
fn missing_parameters<'s>(failure: &Failure<'_, 's>, report: &Report<'_>) -> Known<'s> {
    let token = failure.token(0)?;
    let action = failure.token(-2)?.1;
    if action != Token::Action || !matches!(token.1, Token::When | Token::LBrace) {
        return None;
    }
    let name = failure.token(-1)?;
    let text = report.text(name.0..name.2);
    let (span, mend) = insert(failure, &[Token::LParen, Token::RParen])?;
    let error = Diagnostic::error(Code::UnexpectedToken, span, "the parameters of the action are missing")
        .primary("expected `(`")
        .help(format!("an action without parameters is written `action {text}() …`"));
    Some((error, mend))
}

/// A reserved word where a name or an operator was expected.
pub(super) fn reserved(failure: &Failure<'_, '_>) -> Option<Diagnostic> {
    match failure.token(0)? {
        (start, Token::Reserved(word), end) => Some(words::reserved(word, Span::new(start, end))),
        _ => None,
    }
}
