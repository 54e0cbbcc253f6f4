//! What happens in each step of a run of a protocol: at which node, and which messages go where.

use crate::report::value::{arguments, decode, instance, show};
use musilc_ir::chart::{Chart, Event, PacketId};
use musilc_ir::{Datum, SourceVariable, State, Step, Trace, TransitionSystem};

/// The most nodes that a chart has.
pub(super) const MOST_LANES: usize = 64;

/// There are more nodes than [`MOST_LANES`].
pub(super) struct TooMany;

/// A run of a protocol.
pub(super) struct Sequence {
    /// The nodes.
    pub(super) lanes: Vec<String>,
    /// Which of them are down at the start.
    pub(super) down: Vec<bool>,
    /// The steps.
    pub(super) rows: Vec<Row>,
}

/// A step.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) what: What,
    /// The nodes that send something in this step.
    pub(super) senders: Vec<usize>,
    /// Which nodes are down after it.
    pub(super) down: Vec<bool>,
}

/// What happens in a step. Nodes are given by their lanes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum What {
    /// A message goes from one node to another, or does not.
    Message { from: usize, to: usize, text: String, fate: Fate },
    /// Something happens at a node.
    At { lane: usize, text: String, crash: bool },
    /// Something happens to all.
    Across { text: String },
}

/// What becomes of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    Delivered,
    Lost,
    Corrupted,
}

/// A message on its way.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Message {
    from: usize,
    to: usize,
    text: String,
}

/// A system with its chart, and the nodes that there are.
struct Reader<'a> {
    system: &'a TransitionSystem,
    chart: &'a Chart,
    /// The kind of each node, and its index.
    nodes: Vec<(usize, Option<Datum>)>,
}

impl Sequence {
    /// What happens in a run; `None` where the system has no chart.
    pub(super) fn of(system: &TransitionSystem, trace: &Trace) -> Option<Result<Self, TooMany>> {
        let chart = system.chart.as_ref()?;
        let mut nodes = Vec::new();
        for (kind, lane) in chart.lanes.iter().enumerate() {
            let Some(ty) = &lane.index else {
                nodes.push((kind, None));
                continue;
            };
            let several = ty.cardinality().unwrap_or(u64::MAX);
            if several > MOST_LANES as u64 {
                return Some(Err(TooMany));
            }
            nodes.extend((0..several).filter_map(|number| Some((kind, Some(ty.nth(number)?)))));
        }
        if nodes.len() > MOST_LANES {
            return Some(Err(TooMany));
        }
        let reader = Reader { system, chart, nodes };
        let mut rows = Vec::new();
        let mut before = trace.initial.as_ref()?;
        for step in &trace.steps {
            rows.push(reader.row(before, step));
            before = step.state.as_ref().unwrap_or(before);
        }
        let lanes = (0..reader.nodes.len()).map(|lane| reader.title(lane)).collect();
        Some(Ok(Self { lanes, down: reader.down(trace.initial.as_ref()?), rows }))
    }
}

impl Sequence {
    /// The same without the nodes at which nothing happens, and how many these are.
    pub(super) fn without_idle(&self) -> (Self, usize) {
        let mut busy = vec![false; self.lanes.len()];
        for row in &self.rows {
            let met = match &row.what {
                What::Message { from, to, .. } => vec![*from, *to],
                What::At { lane, .. } => vec![*lane],
                What::Across { .. } => vec![],
            };
            for lane in met.iter().chain(&row.senders) {
                busy.iter_mut().skip(*lane).take(1).for_each(|lane| *lane = true);
            }
        }
        let moved = |lane: usize| busy.iter().take(lane).filter(|busy| **busy).count();
        let rows = self.rows.iter().map(|row| {
            let mut row = row.clone();
            match &mut row.what {
                What::Message { from, to, .. } => (*from, *to) = (moved(*from), moved(*to)),
                What::At { lane, .. } => *lane = moved(*lane),
                What::Across { .. } => {}
            }
            row.senders.iter_mut().for_each(|lane| *lane = moved(*lane));
            Row { down: kept(&row.down, &busy), ..row }
        });
        let sequence =
            Self { lanes: kept(&self.lanes, &busy), down: kept(&self.down, &busy), rows: rows.collect() };
        (sequence, busy.iter().filter(|busy| !**busy).count())
    }
}

/// The elements that are marked.
fn kept<T: Clone>(all: &[T], marks: &[bool]) -> Vec<T> {
    all.iter().zip(marks).filter(|(_, mark)| **mark).map(|(one, _)| one.clone()).collect()
}

impl Reader<'_> {
    fn title(&self, lane: usize) -> String {
        let Some((kind, index)) = self.nodes.get(lane) else { return String::new() };
        let name = self.chart.lanes.get(*kind).map_or("", |kind| &kind.name);
        match index {
            Some(index) => format!("{name}[{}]", show(index)),
            None => name.to_owned(),
        }
    }

    /// The lane of a node of a kind, whose index is the next argument if it has one.
    fn node<'d>(&self, kind: usize, args: &mut impl Iterator<Item = &'d Datum>) -> Option<usize> {
        let index = if self.is_indexed(kind) { Some(args.next()?) } else { None };
        self.nodes.iter().position(|(of, own)| *of == kind && own.as_ref() == index)
    }

    fn is_indexed(&self, kind: usize) -> bool {
        self.chart.lanes.get(kind).is_some_and(|lane| lane.index.is_some())
    }

    fn source(&self, at: usize) -> Option<&SourceVariable> {
        self.system.sources.get(at)
    }

    /// Which nodes are down in a state.
    fn down(&self, state: &State) -> Vec<bool> {
        let is_down = |(kind, index): &(usize, Option<Datum>)| {
            let up = decode(self.source(self.chart.lanes.get(*kind)?.up?)?, state)?;
            Some(match (&up, index) {
                (Datum::Array(nodes), Some(index)) => {
                    nodes.iter().any(|(own, up)| own == index && *up == Datum::Bool(false))
                }
                _ => up == Datum::Bool(false),
            })
        };
        self.nodes.iter().map(|node| is_down(node).unwrap_or(false)).collect()
    }

    fn row(&self, before: &State, step: &Step) -> Row {
        let (what, taken) = self.event(before, step).unwrap_or_else(|| {
            let text = instance(self.system, step);
            (What::Across { text }, None)
        });
        let after = step.state.as_ref();
        let sent = after.map(|after| self.sent(before, after, taken)).unwrap_or_default();
        let mut row = Row { what, senders: Vec::new(), down: self.down(after.unwrap_or(before)) };
        match &mut row.what {
            What::Message { text, fate: Fate::Corrupted, .. } => {
                // What is there instead is no message that anybody sends.
                if let Some(new) = sent.first() {
                    *text = format!("{text} → {}", new.text);
                }
            }
            _ => {
                row.senders = sent.iter().map(|message| message.from).collect();
                row.senders.sort_unstable();
                row.senders.dedup();
            }
        }
        row
    }

    /// What a step is, and the message that it takes off the network.
    fn event(&self, before: &State, step: &Step) -> Option<(What, Option<Message>)> {
        let position = step.transition.index();
        let args = arguments(&self.system.transitions.get(position)?.params, &step.args);
        let mut args = args.iter();
        let mut at = |kind: usize, text: &str, crash: bool| {
            let lane = self.node(kind, &mut args)?;
            Some((What::At { lane, text: text.to_owned(), crash }, None))
        };
        match self.chart.events.get(position)? {
            Event::Other => None,
            Event::Start(kind) => at(*kind, "start", false),
            Event::Timeout(kind, timer) => at(*kind, &format!("timeout {timer}"), false),
            Event::Crash(kind) => at(*kind, "crash", true),
            Event::Restart(kind) => at(*kind, "restart", false),
            Event::Own(kind, name) => {
                let lane = self.node(*kind, &mut args)?;
                let whole = instance(self.system, step);
                let own = whole.strip_prefix(&format!("{}.", self.title(lane))).unwrap_or(name);
                Some((What::At { lane, text: own.to_owned(), crash: false }, None))
            }
            Event::Deliver(id) | Event::Again(id) => {
                let packet = self.chart.packet(*id)?;
                let to = self.node(packet.to, &mut args)?;
                let from = self.node(packet.from, &mut args)?;
                let message = self.message(before, *id, (from, to), args.collect())?;
                match self.chart.events.get(position) {
                    Some(Event::Again(_)) => {
                        let again = Message { text: format!("{} (again)", message.text), ..message };
                        Some((again.fate(Fate::Delivered), None))
                    }
                    _ => Some((message.clone().fate(Fate::Delivered), Some(message))),
                }
            }
            Event::Corrupt(id) => {
                let packet = self.chart.packet(*id)?;
                let from = self.node(packet.from, &mut args)?;
                let to = self.node(packet.to, &mut args)?;
                let message = self.message(before, *id, (from, to), args.collect())?;
                Some((message.clone().fate(Fate::Corrupted), Some(message)))
            }
            Event::Lose(store) => {
                let of = self.chart.stores.get(*store)?;
                let message = if self.is_one_queue(*store) {
                    self.queued(before, *store)?.into_iter().next()?
                } else if self.is_queue(*store) {
                    let link = of.packets.first()?;
                    let from = self.node(link.from, &mut args)?;
                    let to = self.node(link.to, &mut args)?;
                    self.head(before, *store, (from, to))?
                } else {
                    self.read(*store, args.next()?)?
                };
                Some((message.clone().fate(Fate::Lost), Some(message)))
            }
            Event::Partition => Some((What::Across { text: "partition".to_owned() }, None)),
            Event::Heal => Some((What::Across { text: "heal".to_owned() }, None)),
        }
    }

    fn is_queue(&self, store: usize) -> bool {
        let ty =
            self.chart.stores.get(store).and_then(|store| self.source(store.source)).map(|source| &source.ty);
        !matches!(ty, Some(musilc_ir::DataType::Set(_) | musilc_ir::DataType::Bag(..)))
    }

    /// Whether the store is a single queue: between two nodes, or for all.
    fn is_one_queue(&self, store: usize) -> bool {
        let source = self.chart.stores.get(store).and_then(|store| self.source(store.source));
        source.is_some_and(|source| matches!(source.ty, musilc_ir::DataType::Seq(..)))
    }

    /// The message that a step is about: in a queue the first, else that with these fields.
    fn message(
        &self,
        state: &State,
        id: PacketId,
        ends: (usize, usize),
        fields: Vec<&Datum>,
    ) -> Option<Message> {
        if self.is_queue(id.store) {
            return self.head(state, id.store, ends);
        }
        let packet = self.chart.packet(id)?;
        let (from, to) = ends;
        let ends = usize::from(self.is_indexed(packet.from)) + usize::from(self.is_indexed(packet.to));
        let variant = self.variant(id.store, &packet.variant)?;
        let names = variant.fields.iter().skip(ends).map(|field| field.name.clone());
        let fields = names.zip(fields.into_iter().cloned()).collect();
        Some(Message { from, to, text: show(&Datum::Record { name: packet.message.clone(), fields }) })
    }

    fn variant(&self, store: usize, name: &str) -> Option<&musilc_ir::VariantType> {
        use musilc_ir::DataType::{Bag, Enum, Set};
        match &self.source(self.chart.stores.get(store)?.source)?.ty {
            Set(element) | Bag(element, _) => match element.as_ref() {
                Enum(of) => of.variants.iter().find(|variant| variant.name == name),
                _ => None,
            },
            _ => None,
        }
    }

    /// A packet of a set, of a bag, or of a single queue.
    fn read(&self, store: usize, packet: &Datum) -> Option<Message> {
        let Datum::Record { name, fields } = packet else { return None };
        let of = self.chart.stores.get(store)?.packets.iter().find(|of| of.variant == *name)?;
        let mut values = fields.iter().map(|(_, value)| value);
        let from = self.node(of.from, &mut values)?;
        let to = self.node(of.to, &mut values)?;
        let fields = fields.iter().skip(fields.len() - values.len()).cloned().collect();
        Some(Message { from, to, text: show(&Datum::Record { name: of.message.clone(), fields }) })
    }

    /// The first message of a queue.
    fn head(&self, state: &State, store: usize, ends: (usize, usize)) -> Option<Message> {
        self.queued(state, store)?.into_iter().find(|message| (message.from, message.to) == ends)
    }

    /// The messages in the queues of a store, those of each queue first to last.
    fn queued(&self, state: &State, store: usize) -> Option<Vec<Message>> {
        let of = self.chart.stores.get(store)?;
        let link = of.packets.first()?;
        let content = decode(self.source(of.source)?, state)?;
        if let Datum::Seq(queue) = &content {
            return queue.iter().map(|packet| self.read(store, packet)).collect();
        }
        let element = |content: &Datum, lane: usize| {
            let Some((_, Some(index))) = self.nodes.get(lane) else { return Some(content.clone()) };
            let Datum::Array(pairs) = content else { return None };
            pairs.iter().find(|(own, _)| own == index).map(|(_, element)| element.clone())
        };
        let lanes = |kind: usize| {
            self.nodes.iter().enumerate().filter(move |(_, node)| node.0 == kind).map(|(lane, _)| lane)
        };
        let mut messages = Vec::new();
        for from in lanes(link.from) {
            for to in lanes(link.to) {
                let Some(Datum::Seq(queue)) = element(&content, from).and_then(|own| element(&own, to))
                else {
                    continue;
                };
                messages.extend(queue.iter().map(|message| Message { from, to, text: show(message) }));
            }
        }
        Some(messages)
    }

    /// All messages that are on their way.
    fn on_their_way(&self, state: &State) -> Vec<Message> {
        let mut messages = Vec::new();
        for (position, store) in self.chart.stores.iter().enumerate() {
            if self.is_queue(position) {
                messages.extend(self.queued(state, position).unwrap_or_default());
                continue;
            }
            let content = self.source(store.source).and_then(|source| decode(source, state));
            let packets: Vec<(Datum, u64)> = match content {
                Some(Datum::Set(packets)) => packets.into_iter().map(|packet| (packet, 1)).collect(),
                Some(Datum::Bag(packets)) => packets,
                _ => Vec::new(),
            };
            for (packet, copies) in packets {
                let Some(message) = self.read(position, &packet) else { continue };
                messages.extend((0..copies).map(|_| message.clone()));
            }
        }
        messages
    }

    /// The messages that a step has put on their way.
    fn sent(&self, before: &State, after: &State, taken: Option<Message>) -> Vec<Message> {
        let mut before = self.on_their_way(before);
        let mut sent = self.on_their_way(after);
        if let Some(place) = taken.and_then(|taken| before.iter().position(|message| *message == taken)) {
            before.remove(place);
        }
        for old in before {
            if let Some(place) = sent.iter().position(|message| *message == old) {
                sent.remove(place);
            }
        }
        sent
    }
}

impl Message {
    fn fate(self, fate: Fate) -> What {
        What::Message { from: self.from, to: self.to, text: self.text, fate }
    }
}
