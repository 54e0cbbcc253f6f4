//! From the tokens of declarations to declarations.

use musilc_ir::Span;

use super::attempt::attempt;
use super::channel;
use super::chunk::{Chunk, after_group, chunks};
use super::expected::found;
use super::network;
use super::node::{Parsed, doc};
use super::report::Report;
use super::time;
use super::words;
use crate::ast::{Doc, Item, ItemKind, ModelItem, ModelItemKind, ProtocolItem};
use crate::diagnostic::{Code, Diagnostic};
use crate::lexer::{Spanned, Token};

/// Reads the declarations of a chapter.
pub(super) fn items(tokens: &[Spanned<'_>], report: &mut Report<'_>) -> Vec<Item> {
    chunks(tokens, None).iter().filter_map(|chunk| item(chunk, report)).collect()
}

fn item(chunk: &Chunk<'_, '_>, report: &mut Report<'_>) -> Option<Item> {
    let doc = documentation(chunk, report)?;
    let (span, tokens) = match head(chunk, Level::Top, report) {
        Ok(tokens) => (span_of(&tokens), tokens),
        Err(span) => return Some(Item { doc, span, kind: ItemKind::Error }),
    };
    let holds_items = matches!(
        tokens.first().map(|token| token.1),
        Some(Token::Model | Token::Protocol | Token::Environment)
    );
    let (outer, body) = take_body(tokens, holds_items, report);
    let outer = time::words(without_docs(outer, report));
    let mut kind = match attempt(Token::StartItem, outer, chunk.next, report) {
        Some(Parsed::Item(kind)) => kind,
        _ => ItemKind::Error,
    };
    if let (
        ItemKind::Model { items, .. }
        | ItemKind::Protocol { items, .. }
        | ItemKind::Environment { items, .. },
        Some(body),
    ) = (&mut kind, body)
    {
        *items = body;
    }
    Some(Item { doc, span, kind })
}

/// Where a declaration holds others in braces, the tokens without these, and the others.
fn take_body<'s>(
    mut outer: Vec<Spanned<'s>>,
    holds_items: bool,
    report: &mut Report<'_>,
) -> (Vec<Spanned<'s>>, Option<Vec<ModelItem>>) {
    let Some(open) = holds_items.then(|| body(&outer)).flatten() else { return (outer, None) };
    let end = after_group(&outer, open);
    let inner: Vec<_> = outer.drain(open + 1..end.saturating_sub(1).max(open + 1)).collect();
    let items = model_items(&inner, &outer, report);
    (outer, Some(items))
}

/// The index of the brace that opens the body of a declaration.
fn body(tokens: &[Spanned<'_>]) -> Option<usize> {
    let mut at = 1;
    while let Some(token) = tokens.get(at) {
        if token.1 == Token::LBrace {
            return Some(at);
        }
        at = after_group(tokens, at);
    }
    None
}

fn model_items(inner: &[Spanned<'_>], outer: &[Spanned<'_>], report: &mut Report<'_>) -> Vec<ModelItem> {
    let closing = outer.last().copied();
    chunks(inner, closing).iter().filter_map(|chunk| model_item(chunk, report)).collect()
}

fn model_item(chunk: &Chunk<'_, '_>, report: &mut Report<'_>) -> Option<ModelItem> {
    let doc = documentation(chunk, report)?;
    let tokens = match head(chunk, Level::Model, report) {
        Ok(tokens) => tokens,
        Err(span) => return Some(ModelItem { doc, span, kind: ModelItemKind::Error }),
    };
    let span = span_of(&tokens);
    let is_node = tokens.first().map(|token| token.1) == Some(Token::Ident("node"));
    let (tokens, body) = take_body(tokens, is_node, report);
    let tokens = time::words(without_docs(tokens, report));
    let mut kind = match attempt(Token::StartModelItem, tokens, chunk.next, report) {
        Some(Parsed::ModelItem(kind)) => kind,
        _ => ModelItemKind::Error,
    };
    if let (ModelItemKind::Protocol(ProtocolItem::Node(node)), Some(body)) = (&mut kind, body) {
        node.items = body;
    }
    Some(ModelItem { doc, span, kind })
}

/// From the first to the last token.
fn span_of(tokens: &[Spanned<'_>]) -> Span {
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => Span::new(first.0, last.2),
        _ => Span::default(),
    }
}

/// The documentation of a declaration; none where there is no declaration.
fn documentation(chunk: &Chunk<'_, '_>, report: &mut Report<'_>) -> Option<Doc> {
    if chunk.tokens.is_empty() {
        stray(chunk.docs, report);
        return None;
    }
    let lines: Vec<&str> = chunk.docs.iter().filter_map(|token| line(token.1)).collect();
    Some(doc(&lines))
}

fn line<'s>(token: Token<'s>) -> Option<&'s str> {
    match token {
        Token::Doc(line) => Some(line),
        _ => None,
    }
}

/// Warns of documentation that belongs to nothing.
fn stray(docs: &[Spanned<'_>], report: &mut Report<'_>) {
    if !docs.is_empty() {
        report.push(
            Diagnostic::warning(Code::StrayDoc, span_of(docs), "this documentation belongs to nothing").help(
                "it documents the declaration, variant or field that follows; other comments begin with `//`",
            ),
        );
    }
}

/// Where declarations stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Top,
    Model,
}

/// The tokens of a declaration without reserved words before them, beginning with a word that may stand there. Where
/// there is no such word, reports it and returns the place of the whole.
fn head<'s>(chunk: &Chunk<'_, 's>, level: Level, report: &mut Report<'_>) -> Result<Vec<Spanned<'s>>, Span> {
    let whole = span_of(chunk.tokens);
    let mut tokens = chunk.tokens;
    let mut begun = None;
    while let [(start, Token::Reserved(word), end), rest @ ..] = tokens {
        if begun.is_none() {
            report.push(words::reserved(word, Span::new(*start, *end)));
        }
        begun = Some(());
        tokens = rest;
    }
    let Some(&(start, first, end)) = tokens.first() else { return Err(whole) };
    let span = Span::new(start, end);
    let next = tokens.get(1).map(|token| token.1);
    let here = |token: Token<'_>, next| {
        token.begins_any_item()
            || match level {
                Level::Top => token.begins_top_item(),
                Level::Model => {
                    token.begins_model_item(next)
                        || token == Token::On
                        || matches!(token, Token::Ident(word) if network::begins_item(word, next)
                            || channel::begins_item(word, next))
                }
            }
    };
    if here(first, next) {
        return Ok(tokens.to_vec());
    }
    if begun.is_some() || report.is_full() {
        return Err(whole);
    }
    let own = if level == Level::Top { words::TOP } else { words::IN_MODEL };
    let text = report.text(span.range());
    let is_channel = matches!(first, Token::Ident(word) if channel::begins_item(word, next));
    if first.begins_item(next) || is_channel {
        let (wrong, right) = match level {
            Level::Top => ("outside of any model", "move it into a model: `model NAME { … }`"),
            Level::Model => ("inside a model", "move it before the model"),
        };
        let message = format!("`{text}` cannot stand {wrong}");
        report.push(Diagnostic::error(Code::MisplacedItem, span, message).help(right));
    } else if matches!(first, Token::Ident(word) if network::begins_item(word, next)) {
        let message = format!("`{text}` cannot stand outside of a protocol");
        report.push(
            Diagnostic::error(Code::MisplacedItem, span, message)
                .help("what has nodes and messages is a `protocol NAME { … }`"),
        );
    } else if matches!(first, Token::Ident(_)) {
        let error =
            Diagnostic::error(Code::UnknownItem, span, format!("`{text}` does not begin a declaration"));
        if let Some((word, token)) =
            words::suggestion(text, own).and_then(|word| Some((word, keyword(word)?)))
        {
            report.push(error.help(format!("did you mean `{word}`?")));
            // Read it as what was meant, so that its name is known.
            let mut mended = tokens.to_vec();
            if let Some(first) = mended.first_mut() {
                first.1 = token;
            }
            return Ok(mended);
        }
        if let ([first, second, ..], "inductive", Level::Model) = (tokens, text, level)
            && second.1 == Token::Invariant
        {
            report.push(error.help("write `invariant inductive NAME: p;`"));
            let mut mended = tokens.to_vec();
            mended.splice(..2, [(first.0, second.1, first.2), (second.0, first.1, second.2)]);
            return Ok(mended);
        }
        report.push(error.help(format!("{} begin with {}", declarations(level), either(own))));
    } else if !report.has_error_in(whole) {
        let what = found(chunk.tokens.first().copied(), report);
        let error =
            Diagnostic::error(Code::UnexpectedToken, span, format!("expected a declaration, found {what}"));
        report.push(if first == Token::Semi {
            error.help("a declaration that ends with `}` needs no `;`")
        } else {
            error.help(format!("{} begin with {}", declarations(level), either(own)))
        });
    }
    Err(whole)
}

fn declarations(level: Level) -> &'static str {
    match level {
        Level::Top => "declarations",
        Level::Model => "declarations in a model",
    }
}

fn either(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => quoted.concat(),
    }
}

/// The token of a word that begins a declaration by itself.
fn keyword(word: &str) -> Option<Token<'static>> {
    Some(match word {
        "const" => Token::Const,
        "type" => Token::Type,
        "enum" => Token::Enum,
        "struct" => Token::Struct,
        "fn" => Token::Fn,
        "model" => Token::Model,
        "check" => Token::Check,
        "var" => Token::Var,
        "init" => Token::Init,
        "action" => Token::Action,
        "table" => Token::Table,
        "terminal" => Token::Terminal,
        "invariant" => Token::Invariant,
        "reachable" => Token::Reachable,
        "recoverable" => Token::Recoverable,
        "property" => Token::Property,
        "part" => Token::Part,
        "protocol" => Token::Protocol,
        "faults" => Token::Faults,
        "channel" => Token::Ident("channel"),
        "environment" => Token::Environment,
        "guarantee" => Token::Guarantee,
        "assume" => Token::Assume,
        "use" => Token::Use,
        "fair" => Token::Fair,
        "strong" => Token::Strong,
        _ => return None,
    })
}

/// The tokens without lines of documentation that the grammar has no place for.
///
/// Variants of an enum keep theirs; those of the fields of a struct are for the reader of the chapter only. Any other is
/// warned of.
fn without_docs<'s>(tokens: Vec<Spanned<'s>>, report: &mut Report<'_>) -> Vec<Spanned<'s>> {
    let head = tokens.first().map(|token| token.1);
    if !tokens.iter().any(|token| line(token.1).is_some()) {
        return tokens;
    }
    let mut kept = Vec::with_capacity(tokens.len());
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(&token) = tokens.get(at) {
        if line(token.1).is_none() {
            depth += usize::from(token.1.opens());
            depth = depth.saturating_sub(usize::from(token.1.closes()));
            kept.push(token);
            at += 1;
            continue;
        }
        let rest = tokens.get(at..).unwrap_or_default();
        let count = rest.iter().take_while(|token| line(token.1).is_some()).count();
        let (docs, after) = rest.split_at(count);
        let before = kept.last().map(|token| token.1);
        let begins = depth == 1
            && matches!(before, Some(Token::LBrace | Token::Comma))
            && after.first().is_some_and(|token| !token.1.closes());
        match head {
            Some(Token::Enum) if begins => kept.extend(docs),
            Some(Token::Struct) if begins => {}
            _ => stray(docs, report),
        }
        at += count;
    }
    kept
}
