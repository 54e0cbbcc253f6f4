//! What can be wrong with a protocol, in words.

use crate::ast::{ModelItem, ModelItemKind, Name, Pattern, PatternKind, ProtocolItem};
use crate::check::suggest;
use crate::diagnostic::{Code, Diagnostic};
use musilc_ir::Span;

/// A name that is none of those that there are.
pub(super) fn unknown<'n>(
    code: Code,
    name: &Name,
    what: &str,
    known: impl IntoIterator<Item = &'n str>,
) -> Diagnostic {
    let known: Vec<&str> = known.into_iter().collect();
    let diagnostic = Diagnostic::error(code, name.span, format!("there is no {what} `{}`", name.text));
    let suggested = suggest(diagnostic.clone(), &name.text, known.iter().copied());
    if suggested != diagnostic || known.is_empty() {
        return suggested;
    }
    let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    diagnostic.help(format!("there {} {}", if names.len() == 1 { "is" } else { "are" }, names.join(", ")))
}

/// A second declaration of a name.
pub(super) fn declared_twice(name: &Name, first: &Name) -> Diagnostic {
    Diagnostic::error(Code::DuplicateName, name.span, format!("`{}` is declared twice", name.text))
        .label(first.span, "the first declaration")
}

/// A second `network`.
pub(super) fn second_network(span: Span) -> Diagnostic {
    Diagnostic::error(Code::BadNetwork, span, "a protocol has one network")
        .help("write all that is true of it after one `network`")
}

/// A second `clock`.
pub(super) fn second_clock(span: Span, first: Span) -> Diagnostic {
    Diagnostic::error(Code::BadTimer, span, "a protocol has one clock").label(first, "the first one")
}

/// Two words of which one is true.
pub(super) fn either(noun: &str, name: &Name, other: &Name) -> Diagnostic {
    let message = format!("a {noun} is `{}` or `{}`, not both", other.text, name.text);
    Diagnostic::error(Code::BadNetwork, name.span, message)
}

/// What stands in a protocol and belongs into a node.
pub(super) fn only_in_node(item: &ModelItem) -> Diagnostic {
    Diagnostic::error(
        Code::MisplacedItem,
        item.span,
        format!("{} cannot stand outside of a node", what(item)),
    )
    .help("move it into a node: `node NAME { … }`")
}

/// What belongs into a protocol.
pub(super) fn only_in_protocol(item: &ModelItem) -> Diagnostic {
    Diagnostic::error(
        Code::MisplacedItem,
        item.span,
        format!("{} cannot stand outside of a protocol", what(item)),
    )
    .help("what has nodes and messages is a `protocol NAME { … }`")
}

/// What belongs into a protocol, and stands in a node.
pub(super) fn not_in_node(item: &ModelItem) -> Diagnostic {
    Diagnostic::error(Code::MisplacedItem, item.span, format!("{} cannot stand inside a node", what(item)))
        .help("move it out of the node, into the protocol")
}

fn what(item: &ModelItem) -> &'static str {
    match &item.kind {
        ModelItemKind::Protocol(ProtocolItem::Message(_)) => "a message",
        ModelItemKind::Protocol(ProtocolItem::Node(_)) => "a node",
        ModelItemKind::Protocol(ProtocolItem::Network(_)) => "a network",
        ModelItemKind::Protocol(ProtocolItem::Faults(_)) => "faults",
        ModelItemKind::Protocol(ProtocolItem::Clock(_)) => "a clock",
        ModelItemKind::Protocol(ProtocolItem::On(_)) => "a handler",
        ModelItemKind::Protocol(ProtocolItem::Stable(_)) => "a stable variable",
        _ => "this",
    }
}

/// A value that is sent and is no message.
pub(super) fn no_message(span: Span) -> Diagnostic {
    Diagnostic::error(Code::UnknownMessage, span, "this is no message")
        .help("nodes send what the protocol declares: `message M(x: T);`, and `send M(x: e) to …;`")
}

/// A handler for nothing.
pub(super) fn never_sent(message: &Name, node: &str) -> Diagnostic {
    Diagnostic::warning(Code::NeverSent, message.span, format!("nobody sends `{}` to `{node}`", message.text))
        .help("this handler never runs; send the message, or take the handler away")
}

/// A message for nobody.
pub(super) fn not_handled(message: &Name, node: &Name) -> Diagnostic {
    Diagnostic::error(
        Code::NotHandled,
        node.span,
        format!("`{}` does not handle `{}`", node.text, message.text),
    )
    .label(message.span, "sent to it somewhere")
    .help(format!("write `on {} {{ }}` in `{}` where it is to be ignored", message.text, node.text))
}

/// The message that a pattern is about.
pub(super) fn message_of(pattern: &Pattern) -> Option<&Name> {
    match &pattern.kind {
        PatternKind::Path(path) | PatternKind::Call { path, .. } if path.qualifier.is_none() => {
            Some(&path.name)
        }
        _ => None,
    }
}
