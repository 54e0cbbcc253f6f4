//! What of a protocol can be seen in a run of its model: which variables hold messages, and what each action is.

use super::options::Order;
use super::survey::{Route, Survey};
use super::wire::NETWORK;
use musilc_ir::TransitionSystem;
use musilc_ir::chart::{Chart, Event, Lane, Packet, PacketId, Store};

/// A protocol, as far as it is needed to draw a run. It knows names, which those of the transition system are looked up by.
#[derive(Clone, Debug)]
pub(crate) struct Sketch {
    /// The name of the protocol, which is that of its model too.
    pub(crate) protocol: String,
    /// The kinds of nodes: what variables and actions of such a node begin with, and the name.
    lanes: Vec<(String, String)>,
    /// Variables that hold messages.
    stores: Vec<(String, Vec<Packet>)>,
    /// Actions that are not written as such.
    events: Vec<(String, Event)>,
}

impl Survey<'_> {
    /// What the variables and actions of a kind of nodes begin with.
    fn prefix(&self, kind: usize) -> String {
        let of = &self.kinds[kind];
        let blank = if of.index.is_some() { "[_]" } else { "" };
        format!("{}{blank}.", of.node.name.text)
    }

    /// Notes what an action of a node is.
    pub(super) fn note_of(&mut self, kind: usize, action: &str, event: Event) {
        let name = format!("{}{action}", self.prefix(kind));
        self.events.push((name, event));
    }

    /// Notes what an action of the protocol is.
    pub(super) fn note(&mut self, action: &str, event: Event) {
        self.events.push((action.to_owned(), event));
    }

    /// The store of messages between two kinds of nodes.
    pub(super) fn store_of(&self, link: (usize, usize)) -> usize {
        match self.network.order {
            Order::Fifo => self.links().iter().position(|other| *other == link).unwrap_or(0),
            Order::Unordered | Order::Bag | Order::Shared => 0,
        }
    }

    /// Which packet of its store goes along a route.
    pub(super) fn packet_of(&self, route: Route) -> PacketId {
        let store = self.store_of((route.from, route.to));
        let together = self.routes.iter().filter(|other| self.store_of((other.from, other.to)) == store);
        PacketId { store, packet: together.take_while(|other| **other != route).count() }
    }

    fn packets_of(&self, store: usize) -> Vec<Packet> {
        let together = self.routes.iter().filter(|route| self.store_of((route.from, route.to)) == store);
        let packet = |route: &Route| Packet {
            variant: self.variant(*route).text,
            message: self.messages[route.message].name.text.clone(),
            from: route.from,
            to: route.to,
        };
        together.map(packet).collect()
    }

    /// What can be seen of the protocol, once its actions are written.
    pub(super) fn sketch(&mut self) -> Sketch {
        let names = match self.network.order {
            Order::Fifo => self.links().into_iter().map(|link| self.link(link)).collect(),
            Order::Unordered | Order::Bag | Order::Shared if self.routes.is_empty() => Vec::new(),
            Order::Unordered | Order::Bag | Order::Shared => vec![NETWORK.to_owned()],
        };
        let stores = names.into_iter().enumerate().map(|(at, name)| (name, self.packets_of(at))).collect();
        let lane = |kind| (self.prefix(kind), self.kinds[kind].node.name.text.clone());
        Sketch {
            protocol: self.name.text.clone(),
            lanes: (0..self.kinds.len()).map(lane).collect(),
            stores,
            events: std::mem::take(&mut self.events),
        }
    }
}

impl Sketch {
    /// The chart of a system that was made of the protocol.
    pub(crate) fn chart(&self, system: &TransitionSystem) -> Option<Chart> {
        let source = |name: &str| system.sources.iter().position(|source| source.name == name);
        let lane = |(prefix, name): &(String, String)| {
            // Whatever happens at one of several nodes has the node as its first parameter.
            let own = system.transitions.iter().filter(|_| prefix.contains("[_]"));
            let index = own.filter(|transition| transition.name.starts_with(prefix.as_str()));
            let index = index.flat_map(|transition| transition.params.first()).map(|param| param.ty.clone());
            let up = self.events.iter().any(|(action, event)| {
                matches!(event, Event::Crash(_)) && action.starts_with(prefix.as_str())
            });
            let up = if up { source(&format!("{prefix}up")) } else { None };
            Lane { name: name.clone(), index: index.into_iter().next(), up }
        };
        let store = |(name, packets): &(String, Vec<Packet>)| {
            Some(Store { source: source(name)?, packets: packets.clone() })
        };
        Some(Chart {
            lanes: self.lanes.iter().map(lane).collect(),
            stores: self.stores.iter().map(store).collect::<Option<_>>()?,
            events: system.transitions.iter().map(|transition| self.event(&transition.name)).collect(),
        })
    }

    fn event(&self, transition: &str) -> Event {
        if let Some((_, event)) = self.events.iter().find(|(name, _)| name == transition) {
            return event.clone();
        }
        let own = self.lanes.iter().enumerate().find_map(|(lane, (prefix, _))| {
            Some(Event::Own(lane, transition.strip_prefix(prefix.as_str())?.to_owned()))
        });
        own.unwrap_or(Event::Other)
    }
}
