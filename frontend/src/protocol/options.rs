//! What a network or a channel is like.

use super::mistakes;
use crate::ast::{Expr, Name, NetworkOption};
use crate::diagnostic::{Code, Diagnostic};
use musilc_ir::{Fairness, Span};

/// How messages are kept on their way.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) enum Order {
    /// In a set: a message that is on its way already is not sent again.
    #[default]
    Unordered,
    /// In a bag: so many copies of a message as its capacity allows.
    Bag,
    /// In a queue for each pair of nodes.
    Fifo,
    /// In one queue for all.
    Shared,
}

/// What happens where a message finds no room.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) enum WhenFull {
    /// It is a model error.
    #[default]
    Error,
    /// The message is lost.
    Drop,
    /// The step that sends it cannot happen.
    Block,
}

/// What a network or a channel is like.
#[derive(Clone, Default, Debug)]
pub(super) struct Network {
    pub(super) order: Order,
    pub(super) lossy: bool,
    pub(super) duplicating: bool,
    /// Copies of each message, or messages in a queue.
    pub(super) capacity: Option<Expr>,
    pub(super) when_full: WhenFull,
    /// What is assumed of deliveries.
    pub(super) fairness: Option<Fairness>,
}

/// The words and what each of them says.
const WORDS: &[&str] = &["unordered", "bag", "fifo", "shared", "reliable", "lossy", "duplicating"];

/// Whose words they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Carrier {
    /// Of a protocol, between its nodes.
    Network,
    /// Of a model.
    Channel,
}

impl Carrier {
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Channel => "channel",
        }
    }
}

impl Network {
    /// Whether messages wait in queues, of which the first can arrive.
    pub(super) fn is_queued(&self) -> bool {
        matches!(self.order, Order::Fifo | Order::Shared)
    }

    /// Reads the words after `network`, or those of a channel.
    pub(super) fn new(
        carrier: Carrier,
        options: &[NetworkOption],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let noun = carrier.noun();
        let mut network = Self::default();
        let mut order: Option<&Name> = None;
        let mut reliable: Option<&Name> = None;
        let mut full: Option<&Name> = None;
        let mut shared: Option<&Name> = None;
        let mut place = Span::default();
        for option in options {
            match option {
                NetworkOption::Word(name) => {
                    place = name.span;
                    match name.text.as_str() {
                        "unordered" | "bag" | "fifo" => {
                            if let Some(other) = order.replace(name) {
                                diagnostics.push(mistakes::either(noun, name, other));
                            }
                            network.order = match name.text.as_str() {
                                "bag" => Order::Bag,
                                "fifo" => Order::Fifo,
                                _ => Order::Unordered,
                            };
                        }
                        "shared" if carrier == Carrier::Network => shared = Some(name),
                        "reliable" => reliable = Some(name),
                        "lossy" => network.lossy = true,
                        "duplicating" => network.duplicating = true,
                        _ => diagnostics.push(mistakes::unknown(
                            Code::BadNetwork,
                            name,
                            &format!("kind of {noun}"),
                            WORDS
                                .iter()
                                .copied()
                                .filter(|word| carrier == Carrier::Network || *word != "shared"),
                        )),
                    }
                }
                NetworkOption::Capacity(_, most) => network.capacity = Some(most.clone()),
                NetworkOption::WhenFull(name) => {
                    full = Some(name);
                    network.when_full = match name.text.as_str() {
                        "error" => WhenFull::Error,
                        "drop" => WhenFull::Drop,
                        "block" => WhenFull::Block,
                        _ => {
                            let known = ["error", "drop", "block"];
                            diagnostics.push(mistakes::unknown(Code::BadNetwork, name, "way out", known));
                            WhenFull::Error
                        }
                    };
                }
                NetworkOption::Fair(fairness, _) => network.fairness = Some(*fairness),
            }
        }
        if let Some(name) = reliable.filter(|_| network.lossy) {
            diagnostics.push(
                Diagnostic::error(
                    Code::BadNetwork,
                    name.span,
                    format!("a {noun} is reliable or lossy, not both"),
                )
                .help("`reliable` is the default"),
            );
        }
        if let Some(name) = shared {
            if network.order == Order::Fifo {
                network.order = Order::Shared;
            } else {
                diagnostics.push(
                    Diagnostic::error(
                        Code::BadNetwork,
                        name.span,
                        "only a `fifo` network has queues to share",
                    )
                    .help("`unordered` and `bag` hold the messages of all nodes together anyway"),
                );
            }
        }
        match (network.order, &network.capacity) {
            (Order::Unordered, Some(most)) => diagnostics.push(
                Diagnostic::error(Code::BadNetwork, most.span, format!("an unordered {noun} has no capacity"))
                    .help("it holds each message once; with `bag` it holds so many copies of each"),
            ),
            (Order::Bag | Order::Fifo | Order::Shared, None) => diagnostics.push(
                Diagnostic::error(Code::BadNetwork, place, format!("the capacity of the {noun} is missing"))
                    .help(match carrier {
                        Carrier::Network => "write `capacity n`: copies of each message for `bag`, messages between two nodes for `fifo`, all messages for `fifo, shared`",
                        Carrier::Channel => "write `capacity n`: copies of each message for `bag`, messages for `fifo`",
                    }),
            ),
            _ => {}
        }
        if let Some(name) = full {
            if network.order == Order::Unordered {
                diagnostics.push(
                    Diagnostic::error(
                        Code::BadNetwork,
                        name.span,
                        format!("an unordered {noun} is never full"),
                    )
                    .help(format!("leave `when full` out, or let the {noun} be `bag` or `fifo`")),
                );
            } else if network.order == Order::Bag && network.when_full == WhenFull::Block {
                diagnostics.push(
                    Diagnostic::error(
                        Code::BadNetwork,
                        name.span,
                        format!("only a `fifo` {noun} can block its senders"),
                    )
                    .help("a bag is full for one message and not for another; write `drop` or `error`"),
                );
            }
        }
        network
    }
}
