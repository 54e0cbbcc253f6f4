//! What a system has to do with a protocol, so that a run can be drawn as messages between nodes. Nobody but a report needs it.

use crate::{DataType, TransitionSystem};

/// The protocol that a system was made of.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Chart {
    /// The kinds of nodes, in order of declaration.
    pub lanes: Vec<Lane>,
    /// Where messages are on their way.
    pub stores: Vec<Store>,
    /// What each transition is, in the order of the transitions.
    pub events: Vec<Event>,
}

/// A kind of nodes: one lane, or one for each value of the index.
#[derive(Clone, PartialEq, Debug)]
pub struct Lane {
    /// Its name.
    pub name: String,
    /// What tells its nodes apart, where there are several.
    pub index: Option<DataType>,
    /// Of nodes that crash, the position among the sources of the variable that says which of them are up.
    pub up: Option<usize>,
}

/// A variable of the chapter that holds messages: a set, bag or queue of all of them; or a queue for each pair of nodes, in arrays by the
/// indices of the sender and of the receiver as far as they have any.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Store {
    /// Its position among the sources.
    pub source: usize,
    /// What it may hold.
    pub packets: Vec<Packet>,
}

/// A message from nodes of one kind to nodes of another. Where all messages are together, its first fields are the index of the sender and that of the
/// receiver, as far as they have any.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Packet {
    /// The variant of the store's enum.
    pub variant: String,
    /// The name of the message.
    pub message: String,
    /// The position of the sender's lane.
    pub from: usize,
    /// The position of the receiver's lane.
    pub to: usize,
}

/// Which packet: positions of its store and of it there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PacketId {
    /// The position of the store.
    pub store: usize,
    /// The position among the store's packets.
    pub packet: usize,
}

/// What a transition is.
///
/// The first parameter of what happens at a node is the index of the node, if it has one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// An action of the protocol, or one that is not further known.
    Other,
    /// A node begins.
    Start(usize),
    /// A timer of a node runs out.
    Timeout(usize, String),
    /// An action of a node, with this name.
    Own(usize, String),
    /// A node loses what is not stable.
    Crash(usize),
    /// A node is up again.
    Restart(usize),
    /// A message arrives. The parameters are the index of the receiver, that of the sender, and, of a set or bag, the fields of the message.
    Deliver(PacketId),
    /// A message arrives and stays on its way; the parameters are the same.
    Again(PacketId),
    /// A message is lost from this store. The parameter of a set or bag is the message; those of a queue for each pair of nodes are the indices
    /// of sender and receiver; a queue for all has none.
    Lose(usize),
    /// A message becomes another one. The parameters are the indices of sender and receiver, and, of a set or bag, the fields of the message.
    Corrupt(PacketId),
    /// Messages between groups of nodes are held up.
    Partition,
    /// They no longer are.
    Heal,
}

impl Chart {
    /// A packet.
    #[must_use]
    pub fn packet(&self, id: PacketId) -> Option<&Packet> {
        self.stores.get(id.store)?.packets.get(id.packet)
    }

    /// What does not fit the system.
    pub(crate) fn problems(&self, system: &TransitionSystem) -> Vec<String> {
        let mut problems = Vec::new();
        let mut need = |fine: bool, problem: &str| {
            if !fine {
                problems.push(format!("chart: {problem}"));
            }
        };
        need(self.events.len() == system.transitions.len(), "there is not one event for each transition");
        let source = |at: usize| at < system.sources.len();
        let lane = |at: usize| at < self.lanes.len();
        for of in &self.lanes {
            need(of.up.is_none_or(source), "there is no such source");
        }
        for store in &self.stores {
            need(source(store.source), "there is no such source");
            need(
                store.packets.iter().all(|packet| lane(packet.from) && lane(packet.to)),
                "there is no such lane",
            );
        }
        for event in &self.events {
            need(
                match event {
                    Event::Other | Event::Partition | Event::Heal => true,
                    Event::Start(at) | Event::Crash(at) | Event::Restart(at) => lane(*at),
                    Event::Timeout(at, _) | Event::Own(at, _) => lane(*at),
                    Event::Deliver(id) | Event::Again(id) | Event::Corrupt(id) => self.packet(*id).is_some(),
                    Event::Lose(store) => *store < self.stores.len(),
                },
                "there is no such lane, store or packet",
            );
        }
        problems
    }
}
