//! What a protocol is made of.

use crate::generate::dice::{Dice, Genes};

/// How messages travel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Net {
    Set,
    Bag,
    /// A queue that drops what finds no room.
    Drop,
    /// A queue that blocks its senders.
    Block,
    /// One queue for all that drops what finds no room.
    SharedDrop,
    /// One queue for all that blocks its senders.
    SharedBlock,
}

/// When a timer fires.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Delay {
    /// After these ticks.
    In(u8),
    /// From so many ticks to so many.
    Between(u8, u8),
    /// At any time after these ticks.
    From(u8),
}

/// How a timer is set everywhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Timer {
    Untimed,
    Ends,
    Never,
}

/// The value of a message's field.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    Literal(u8),
    /// The field of the message that is being handled.
    Field,
    /// The other one.
    Negated,
    /// The node's variable, as a bit.
    Own,
}

/// Where a message goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum To {
    /// One node of a kind.
    Node(usize, u8),
    /// All nodes of a kind but the sender.
    All(usize),
    /// The sender of the message that is being handled.
    Sender,
}

/// A message that is sent: 0 has no field, 1 has one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    pub(super) message: usize,
    pub(super) field: Value,
    pub(super) to: To,
}

/// A statement.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// `v = (v + 1) % 3`
    Count,
    /// `v = c`
    Put(u8),
    Send(Sent),
    SetTimer(Option<Delay>),
    CancelTimer,
    /// If `v == c`.
    If(u8, Vec<Step>),
}

/// What a node does.
#[derive(Clone, Debug)]
pub(super) struct Reaction {
    /// `v != c`
    pub(super) unless: Option<u8>,
    /// `now >= c`
    pub(super) after: Option<u8>,
    /// Of a message with a field: only this value.
    pub(super) only: Option<u8>,
    pub(super) fair: &'static str,
    pub(super) body: Vec<Step>,
}

/// A kind of nodes.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    /// How many; where there is one it may have an index all the same.
    pub(super) size: u8,
    pub(super) indexed: bool,
    pub(super) stable: bool,
    pub(super) start: Option<Reaction>,
    /// What it does when its timer fires.
    pub(super) timeout: Option<Reaction>,
    pub(super) act: Option<Reaction>,
    /// The handlers of each message.
    pub(super) on: [Vec<Reaction>; 2],
    /// How often it may crash.
    pub(super) crashes: Option<u8>,
    pub(super) restart: bool,
    pub(super) on_restart: Option<Vec<Step>>,
}

/// A protocol.
#[derive(Clone, Debug)]
pub(super) struct Sketch {
    pub(super) kinds: Vec<Kind>,
    pub(super) net: Net,
    pub(super) capacity: u8,
    pub(super) lossy: bool,
    pub(super) losses: Option<u8>,
    pub(super) duplicating: bool,
    pub(super) copies: Option<u8>,
    /// From which value of the field, and to which.
    pub(super) corrupt: Option<(u8, u8)>,
    /// `{A} | {B}`, perhaps with `heal`.
    pub(super) partition: Option<bool>,
    pub(super) fair: &'static str,
    /// Where the time ends, if it can be read.
    pub(super) horizon: Option<u8>,
    pub(super) fair_clock: &'static str,
    /// The sum of all variables stays below.
    pub(super) below: u8,
    /// The first variable of the first kind comes to this.
    pub(super) comes_to: Option<u8>,
}

impl Sketch {
    pub(super) fn new(genes: &Genes) -> Self {
        let mut dice = Dice::new(genes);
        let dice = &mut dice;
        let count = 1 + dice.pick(2);
        let shapes: Vec<(u8, bool)> = (0..count)
            .map(|_| {
                let size = 1 + byte(dice.pick(2));
                (size, size > 1 || dice.chance(20))
            })
            .collect();
        let shared = [Net::SharedDrop, Net::SharedBlock];
        let net = *dice.among(&[Net::Set, Net::Set, Net::Bag, Net::Drop, Net::Block, shared[0], shared[1]]);
        let horizon = dice.chance(20).then(|| 1 + byte(dice.pick(3)));
        let lossy = dice.chance(25);
        let duplicating = dice.chance(15);
        let mut kinds: Vec<Kind> = Vec::new();
        for at in 0..count {
            let timer = dice
                .chance(50)
                .then(|| *dice.among(&[Timer::Untimed, Timer::Ends, Timer::Ends, Timer::Never]));
            let make = |dice: &mut Dice<'_>, field: bool, sender: bool| {
                reaction(dice, &shapes, (timer, horizon), field, sender)
            };
            let start = dice.chance(50).then(|| make(dice, false, false));
            let timeout = timer.map(|_| make(dice, false, false));
            let act = (at == 0 && start.is_none() || dice.chance(35)).then(|| make(dice, false, false));
            let on = [0, 1].map(|message| {
                (0..=usize::from(dice.chance(15))).map(|_| make(dice, message == 1, true)).collect()
            });
            let crashes = if dice.chance(30) { Some(byte(dice.pick(2))) } else { None };
            let restart = crashes.is_some() && dice.chance(60);
            let on_restart =
                (restart && dice.chance(50)).then(|| steps(dice, &shapes, timer, false, false, 1));
            kinds.push(Kind {
                size: shapes[at].0,
                indexed: shapes[at].1,
                stable: dice.chance(40),
                start,
                timeout,
                act,
                on,
                crashes,
                restart,
                on_restart,
            });
        }
        Self {
            kinds,
            net,
            capacity: 1 + byte(dice.pick(2)),
            lossy,
            losses: (!lossy && dice.chance(25)).then(|| byte(dice.pick(2))),
            duplicating,
            copies: (!duplicating && dice.chance(20)).then(|| byte(dice.pick(2))),
            corrupt: dice.chance(20).then(|| (byte(dice.pick(2)), byte(dice.pick(2)))),
            partition: (count == 2 && dice.chance(20)).then(|| dice.chance(60)),
            fair: ["", "fair ", "strong fair "][dice.pick(3)],
            horizon,
            fair_clock: ["", "fair ", "strong fair "][dice.pick(3)],
            below: 2 + byte(dice.pick(6)),
            comes_to: dice.chance(50).then(|| byte(dice.pick(3))),
        }
    }

    /// Whether some node of a kind sends a message to nodes of another.
    pub(super) fn sends(&self, message: usize, from: usize, to: usize) -> bool {
        self.routes().contains(&(message, from, to))
    }

    /// The messages that are sent, with the kinds of sender and receiver.
    pub(super) fn routes(&self) -> Vec<(usize, usize, usize)> {
        let mut routes = Vec::new();
        loop {
            let before = routes.len();
            for (from, kind) in self.kinds.iter().enumerate() {
                let plain =
                    [&kind.start, &kind.timeout, &kind.act].into_iter().flatten().map(|r| (&r.body, None));
                let restart = kind.on_restart.iter().map(|body| (body, None));
                let on =
                    kind.on.iter().enumerate().flat_map(|(m, rs)| rs.iter().map(move |r| (&r.body, Some(m))));
                for (body, handled) in plain.chain(restart).chain(on) {
                    collect(body, &mut |sent| {
                        let known = routes.clone();
                        let receivers: Vec<usize> = match sent.to {
                            To::Node(kind, _) | To::All(kind) => vec![kind],
                            To::Sender => known
                                .iter()
                                .filter(|(m, _, to)| Some(*m) == handled && *to == from)
                                .map(|(_, sender, _)| *sender)
                                .collect(),
                        };
                        for to in receivers {
                            if !routes.contains(&(sent.message, from, to)) {
                                routes.push((sent.message, from, to));
                            }
                        }
                    });
                }
            }
            if routes.len() == before {
                routes.sort_unstable();
                return routes;
            }
        }
    }
}

/// Calls `visit` with each message that is sent.
pub(super) fn collect(body: &[Step], visit: &mut impl FnMut(Sent)) {
    for step in body {
        match step {
            Step::Send(sent) => visit(*sent),
            Step::If(_, inner) => collect(inner, visit),
            Step::Count | Step::Put(_) | Step::SetTimer(_) | Step::CancelTimer => {}
        }
    }
}

fn byte(n: usize) -> u8 {
    u8::try_from(n).unwrap_or(0)
}

impl Kind {
    /// Calls `visit` with each way in which its timer is set.
    fn settings(&self, visit: &mut impl FnMut(Option<Delay>)) {
        fn find(body: &[Step], visit: &mut impl FnMut(Option<Delay>)) {
            for step in body {
                match step {
                    Step::SetTimer(delay) => visit(*delay),
                    Step::If(_, inner) => find(inner, visit),
                    _ => {}
                }
            }
        }
        let plain = [&self.start, &self.timeout, &self.act].into_iter().flatten();
        plain.chain(self.on.iter().flatten()).for_each(|reaction| find(&reaction.body, visit));
        self.on_restart.iter().for_each(|body| find(body, visit));
    }

    /// Whether its timer counts ticks, and, if so, whether it ever has to fire.
    pub(super) fn counts(&self) -> Option<bool> {
        let mut urgent = None;
        self.settings(&mut |delay| {
            if let Some(delay) = delay {
                urgent = Some(!matches!(delay, Delay::From(_)));
            }
        });
        urgent
    }
}

impl Sketch {
    /// Whether there is a clock.
    pub(super) fn ticks(&self) -> bool {
        self.horizon.is_some() || self.kinds.iter().any(|kind| kind.counts().is_some())
    }
}

fn delay(dice: &mut Dice<'_>, timer: Timer) -> Option<Delay> {
    let short = byte(dice.pick(3));
    match timer {
        Timer::Untimed => None,
        Timer::Never => Some(Delay::From(short)),
        Timer::Ends if dice.chance(40) => Some(Delay::Between(short, short.max(1) + byte(dice.pick(2)))),
        Timer::Ends => Some(Delay::In(1 + short)),
    }
}

fn reaction(
    dice: &mut Dice<'_>,
    shapes: &[(u8, bool)],
    (timer, horizon): (Option<Timer>, Option<u8>),
    field: bool,
    sender: bool,
) -> Reaction {
    Reaction {
        after: horizon.filter(|_| dice.chance(20)).map(|end| byte(dice.pick(usize::from(end) + 1))),
        unless: dice.chance(60).then(|| byte(dice.pick(3))),
        only: (field && dice.chance(30)).then(|| byte(dice.pick(2))),
        fair: if dice.chance(15) { "fair " } else { "" },
        body: steps(dice, shapes, timer, field, sender, 0),
    }
}

fn steps(
    dice: &mut Dice<'_>,
    shapes: &[(u8, bool)],
    timer: Option<Timer>,
    field: bool,
    sender: bool,
    depth: usize,
) -> Vec<Step> {
    let count = dice.few(3);
    (0..count)
        .map(|_| match dice.pick(10) {
            0..=2 => Step::Count,
            3 => Step::Put(byte(dice.pick(3))),
            4 if timer.is_some() => Step::SetTimer(timer.and_then(|timer| delay(dice, timer))),
            5 if timer.is_some() => Step::CancelTimer,
            6 if depth == 0 => Step::If(byte(dice.pick(3)), steps(dice, shapes, timer, field, sender, 1)),
            _ => {
                let kind = dice.pick(shapes.len());
                let to = match dice.pick(3) {
                    0 if sender => To::Sender,
                    1 if shapes[kind].1 => To::All(kind),
                    _ => To::Node(kind, byte(dice.pick(usize::from(shapes[kind].0)))),
                };
                let value = match dice.pick(4) {
                    0 if field => Value::Field,
                    1 if field => Value::Negated,
                    2 => Value::Own,
                    _ => Value::Literal(byte(dice.pick(2))),
                };
                Step::Send(Sent { message: dice.pick(2), field: value, to })
            }
        })
        .collect()
}
