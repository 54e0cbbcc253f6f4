//! What can be wrong with what is sent over channels, in words.

use super::super::mistakes::unknown;
use super::declared::Declared;
use crate::ast::{Expr, ExprKind, Name};
use crate::diagnostic::{Code, Diagnostic};
use musilc_ir::Span;

/// A channel that is not there; `other` says whether something else has this name.
pub(super) fn no_channel(name: &Name, declared: &[Declared<'_>], other: bool) -> Diagnostic {
    if other {
        let message = format!("`{}` is no channel", name.text);
        return Diagnostic::error(Code::UnknownChannel, name.span, message)
            .help(format!("declare it as one: `channel {}: T fifo, capacity n;`", name.text));
    }
    let known = declared.iter().map(|channel| channel.name.text.as_str());
    let diagnostic = unknown(Code::UnknownChannel, name, "channel", known);
    if declared.is_empty() {
        return diagnostic.help(format!("declare one in the model: `channel {}: T unordered;`", name.text));
    }
    diagnostic
}

/// Something else in the place of a channel.
pub(super) fn not_a_channel(place: &Expr) -> Diagnostic {
    let help = match &place.kind {
        ExprKind::Field(..) => {
            "declare the channel in this model, and give it to the part: `ref c`, for a parameter `ref c: T fifo capacity n`"
        }
        _ => "write its name, with `[i]` after it where there are several",
    };
    Diagnostic::error(Code::UnknownChannel, place.span, "this is no channel").help(help)
}

/// Too few indices, or too many.
pub(super) fn wrong_indices(place: &Expr, channel: &Declared<'_>, given: usize) -> Diagnostic {
    let name = &channel.name.text;
    let wanted = channel.indices.len();
    let written: String =
        (0..wanted).map(|at| format!("[{}]", ["i", "j", "k"].get(at).unwrap_or(&"…"))).collect();
    if wanted == 0 {
        return Diagnostic::error(
            Code::UnknownChannel,
            place.span,
            format!("there is but one channel `{name}`"),
        )
        .help("leave out the index");
    }
    let diagnostic = if given < wanted {
        Diagnostic::error(Code::UnknownChannel, place.span, format!("there are several channels `{name}`"))
    } else {
        let message = format!("the channels `{name}` have fewer indices");
        Diagnostic::error(Code::UnknownChannel, place.span, message)
    };
    diagnostic.help(format!("write `{name}{written}` for one of them; `send … to all {name}` sends to each"))
}

/// `to all` of one channel.
pub(super) fn only_one(name: &Name) -> Diagnostic {
    let message = format!("there is but one channel `{}`", name.text);
    Diagnostic::error(Code::UnknownChannel, name.span, message).help(format!("write `to {}`", name.text))
}

/// What only nodes of protocols do.
pub(super) fn only_in_nodes(span: Span) -> Diagnostic {
    Diagnostic::error(Code::MisplacedItem, span, "only nodes of protocols do this")
        .help("in a model, messages are sent over channels: `channel c: T unordered;` and `send e to c;`")
}

/// A second message that an action receives.
pub(super) fn second_message(name: &Name, first: &Name) -> Diagnostic {
    Diagnostic::error(Code::BadReceive, name.span, "an action receives one message")
        .label(first.span, "the first one")
        .help("receive this one in another action; or look at the channel in the guard, and take the message off by a statement")
}

/// A message that is called like a variant.
pub(super) fn called_like_variant(name: &Name) -> Diagnostic {
    let message = format!("`{}` is a variant, and cannot be the name of a message", name.text);
    Diagnostic::error(Code::BadReceive, name.span, message)
        .help("give the message another name, and say in the guard which it is: `m from c) when m is …`")
}

/// A loop of which nobody knows how much it sends.
pub(super) fn unknown_load(span: Span, channel: &Name) -> Diagnostic {
    let message = format!("how much this loop sends to `{}` is not known beforehand", channel.text);
    Diagnostic::error(Code::SendInLoop, span, message).label(channel.span, "it blocks where it is full").help(
        "send outside of the loop, or to another channel in each round: `send … to c[i]` in `for i in …`",
    )
}
