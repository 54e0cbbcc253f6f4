//! Balances the brackets of a program, so that everything after can rely on them.
//!
//! A program that balances passes unchanged (but for brackets nested too deep). In one that does not, the missing partner
//! is placed by the words that begin declarations: no `action` stands inside an `action`, no `model` inside
//! anything, and no `;` in parentheses. Among the candidates for blame, a pair of braces whose lines are indented
//! differently comes first, since it was probably not meant as a pair.

use musilc_ir::Span;

use super::report::Report;
use crate::diagnostic::{Code, Diagnostic};
use crate::lexer::{Spanned, Token};

/// How deep brackets may be nested.
const MAX_NESTING: usize = 200;

/// The same tokens with every bracket closed, none closed twice, and none nested deeper than [`MAX_NESTING`]. Brackets
/// that are put in are empty and stand at the end of the token before them.
pub(super) fn balance<'s>(tokens: Vec<Spanned<'s>>, report: &mut Report<'_>) -> Vec<Spanned<'s>> {
    let tokens = if is_balanced(&tokens) { tokens } else { Balancer::new(report).run(&tokens) };
    limit_nesting(tokens, report)
}

fn is_balanced(tokens: &[Spanned<'_>]) -> bool {
    let mut closing = vec![];
    for (_, token, _) in tokens {
        if let Some(partner) = token.closing() {
            closing.push(partner);
        } else if token.closes() && closing.pop() != Some(*token) {
            return false;
        }
    }
    closing.is_empty()
}

fn limit_nesting<'s>(tokens: Vec<Spanned<'s>>, report: &mut Report<'_>) -> Vec<Spanned<'s>> {
    let mut depth = 0;
    let mut reported = false;
    let mut keep = |token: &Spanned<'s>| {
        depth += usize::from(token.1.opens());
        let kept = depth <= MAX_NESTING;
        depth -= usize::from(token.1.closes());
        if !kept && !reported {
            reported = true;
            let span = Span::new(token.0, token.2);
            report.push(
                Diagnostic::error(
                    Code::TooDeep,
                    span,
                    format!("brackets are nested more than {MAX_NESTING} deep"),
                )
                .help("split this into functions"),
            );
        }
        kept
    };
    let mut tokens = tokens;
    tokens.retain(|token| keep(token));
    tokens
}

/// An opening bracket that nothing has closed yet.
struct Open<'s> {
    token: Spanned<'s>,
    closing: Token<'s>,
    /// Whether it holds the declarations of a model.
    model: bool,
}

/// A pair of braces whose lines are indented differently.
struct Suspect {
    open: Span,
    close: Span,
}

struct Balancer<'r, 'p, 's> {
    report: &'r mut Report<'p>,
    out: Vec<Spanned<'s>>,
    open: Vec<Open<'s>>,
    suspects: Vec<Suspect>,
    /// The word that began the current declaration at the top of the chapter.
    head: Option<Token<'s>>,
}

impl<'r, 'p, 's> Balancer<'r, 'p, 's> {
    fn new(report: &'r mut Report<'p>) -> Self {
        Self { report, out: vec![], open: vec![], suspects: vec![], head: None }
    }

    fn run(mut self, tokens: &[Spanned<'s>]) -> Vec<Spanned<'s>> {
        for (at, &token) in tokens.iter().enumerate() {
            let after = |steps: usize| tokens.get(at + steps).map(|next| next.1);
            self.resynchronise(token, tokens.get(at + 1).copied());
            if self.open.is_empty() && token.1.begins_item(after(1)) {
                self.head = Some(token.1);
            }
            if let Some(closing) = token.1.closing() {
                let model = token.1 == Token::LBrace && self.open.is_empty() && self.may_hold_declarations();
                self.open.push(Open { token, closing, model });
                self.out.push(token);
            } else if token.1.closes() {
                let next = after(1).filter(|next| next.begins_model_item(after(2)));
                self.close(token, next.is_some());
            } else {
                self.out.push(token);
            }
        }
        self.close_all_above(0, None);
        self.out
    }

    fn may_hold_declarations(&self) -> bool {
        !matches!(
            self.head,
            Some(
                Token::Const
                    | Token::Type
                    | Token::Enum
                    | Token::Struct
                    | Token::Fn
                    | Token::Property
                    | Token::Check
            )
        )
    }

    /// Closes the brackets that `token` cannot stand in.
    fn resynchronise(&mut self, token: Spanned<'s>, next: Option<Spanned<'s>>) {
        let model = self.open.iter().rposition(|open| open.model);
        let innermost = self.open.last().map(|open| open.token.1);
        if token.1.begins_top_item() {
            self.close_all_above(0, Some(token));
        } else if token.1.begins_any_item() || token.1.begins_model_item(next.map(|next| next.1)) {
            self.close_all_above(model.map_or(0, |model| model + 1), Some(token));
        } else if token.1 == Token::Semi {
            // `[T; K]` holds a semicolon, but not at the end of a line.
            let ends_line = next.is_none_or(|next| self.report.line_ends_between(token.2, next.0));
            let wrong = |open: &Open<'_>| match open.token.1 {
                Token::LParen => true,
                Token::LBracket => ends_line,
                _ => false,
            };
            if innermost.is_some() {
                let keep = self.open.iter().rposition(|open| !wrong(open)).map_or(0, |at| at + 1);
                self.close_all_above(keep, Some(token));
            }
        }
    }

    /// Handles a closing bracket.
    fn close(&mut self, token: Spanned<'s>, before_model_item: bool) {
        let span = Span::new(token.0, token.2);
        let partner = self.open.iter().rposition(|open| open.closing == token.1);
        // A `}` that would end the model while its declarations go on is one too many.
        let partner =
            partner.filter(|&at| !(before_model_item && self.open.get(at).is_some_and(|open| open.model)));
        let Some(partner) = partner else {
            let text = self.report.text(span.range());
            self.report.push(
                Diagnostic::error(Code::UnmatchedBracket, span, format!("this `{text}` closes nothing"))
                    .help("delete it, or add the opening bracket"),
            );
            return;
        };
        self.close_all_above(partner + 1, Some(token));
        if let Some(open) = self.open.pop()
            && token.1 == Token::RBrace
        {
            let (opened, _) = self.report.indentation(open.token.0);
            let (closed, first) = self.report.indentation(token.0);
            if first && opened != closed {
                self.suspects.push(Suspect { open: Span::new(open.token.0, open.token.2), close: span });
            }
        }
        self.out.push(token);
    }

    /// Closes all open brackets but the outermost `keep` and reports it; `before` is what they cannot hold.
    fn close_all_above(&mut self, keep: usize, before: Option<Spanned<'s>>) {
        let unclosed = self.open.split_off(keep.min(self.open.len()));
        let (Some(outermost), Some(innermost)) = (unclosed.first(), unclosed.last()) else { return };
        let end = self.out.last().map_or(0, |last| last.2);
        self.out.extend(unclosed.iter().rev().map(|open| (end, open.closing, end)));

        let from = u32::try_from(outermost.token.0).unwrap_or(u32::MAX);
        let suspect = self.suspects.iter().position(|suspect| suspect.open.start > from);
        let suspect = suspect.map(|at| self.suspects.swap_remove(at));
        self.suspects.clear();
        let (blamed, text) = match &suspect {
            Some(suspect) => (suspect.open, "{"),
            None => {
                let span = Span::new(innermost.token.0, innermost.token.2);
                (span, self.report.text(span.range()))
            }
        };
        let mut error =
            Diagnostic::error(Code::UnclosedBracket, blamed, format!("this `{text}` is never closed"));
        if let Some(suspect) = suspect {
            error = error.label(suspect.close, "closed here, but this line is indented differently");
        }
        error = match before {
            Some((start, _, end)) => {
                let word = self.report.text(start..end);
                error.label(Span::new(start, end), format!("it must be closed before this `{word}`"))
            }
            None => error.label(Span::new(end, end), "it must be closed before the end of the chapter"),
        };
        self.report.push(error);
        self.report.mark(Span::new(end, end));
    }
}
