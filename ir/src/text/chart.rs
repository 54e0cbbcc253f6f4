//! The protocol that a system was made of, as text.

use super::TextError;
use super::parser::Parser;
use super::types::Labels;
use super::writer::name;
use crate::chart::{Chart, Event, Lane, Packet, PacketId, Store};

/// The lines of a chart.
pub(super) fn lines(chart: &Chart, labels: &Labels) -> Vec<String> {
    let mut lines = vec!["chart".to_owned()];
    for lane in &chart.lanes {
        let index = lane.index.as_ref().map(|ty| format!(": {}", labels.show(ty))).unwrap_or_default();
        let up = lane.up.map(|up| format!(" up {up}")).unwrap_or_default();
        lines.push(format!("  lane {}{index}{up}", name(&lane.name)));
    }
    for store in &chart.stores {
        let packet =
            |p: &Packet| format!("{} is {} {} to {}", name(&p.variant), name(&p.message), p.from, p.to);
        let packets: Vec<String> = store.packets.iter().map(packet).collect();
        lines.push(format!("  store {} {{ {} }}", store.source, packets.join(", ")));
    }
    for event in &chart.events {
        let of = |word: &str, id: &PacketId| format!("{word} {} {}", id.store, id.packet);
        let text = match event {
            Event::Other => "other".to_owned(),
            Event::Start(lane) => format!("start {lane}"),
            Event::Timeout(lane, timer) => format!("timeout {lane} {}", name(timer)),
            Event::Own(lane, title) => format!("own {lane} {}", name(title)),
            Event::Crash(lane) => format!("crash {lane}"),
            Event::Restart(lane) => format!("restart {lane}"),
            Event::Deliver(id) => of("deliver", id),
            Event::Again(id) => of("again", id),
            Event::Lose(store) => format!("lose {store}"),
            Event::Corrupt(id) => of("corrupt", id),
            Event::Partition => "partition".to_owned(),
            Event::Heal => "heal".to_owned(),
        };
        lines.push(format!("  event {text}"));
    }
    lines
}

impl Parser {
    /// The protocol, if there is one.
    pub(super) fn chart(&mut self) -> Result<Option<Chart>, TextError> {
        if !self.take_word("chart") {
            return Ok(None);
        }
        let mut chart = Chart::default();
        while self.take_word("lane") {
            let name = self.name()?;
            let index = if self.take(":") { Some(self.data_type()?.ty) } else { None };
            let up = if self.take_word("up") { Some(self.position()?) } else { None };
            chart.lanes.push(Lane { name, index, up });
        }
        while self.take_word("store") {
            let source = self.position()?;
            self.sign("{")?;
            let packets = self.list("}", Self::packet)?;
            chart.stores.push(Store { source, packets });
        }
        while self.take_word("event") {
            let event = self.event()?;
            chart.events.push(event);
        }
        Ok(Some(chart))
    }

    fn position(&mut self) -> Result<usize, TextError> {
        Ok(self.small()? as usize)
    }

    fn packet(&mut self) -> Result<Packet, TextError> {
        let variant = self.name()?;
        self.word("is")?;
        let message = self.name()?;
        let from = self.position()?;
        self.word("to")?;
        Ok(Packet { variant, message, from, to: self.position()? })
    }

    fn packet_id(&mut self) -> Result<PacketId, TextError> {
        Ok(PacketId { store: self.position()?, packet: self.position()? })
    }

    fn event(&mut self) -> Result<Event, TextError> {
        let word = self.name()?;
        Ok(match word.as_str() {
            "other" => Event::Other,
            "start" => Event::Start(self.position()?),
            "timeout" => Event::Timeout(self.position()?, self.name()?),
            "own" => Event::Own(self.position()?, self.name()?),
            "crash" => Event::Crash(self.position()?),
            "restart" => Event::Restart(self.position()?),
            "deliver" => Event::Deliver(self.packet_id()?),
            "again" => Event::Again(self.packet_id()?),
            "lose" => Event::Lose(self.position()?),
            "corrupt" => Event::Corrupt(self.packet_id()?),
            "partition" => Event::Partition,
            "heal" => Event::Heal,
            other => return Err(self.error(format!("there is no event {other}"))),
        })
    }
}
